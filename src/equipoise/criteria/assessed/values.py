"""What the value of an assessment is read and written like: unit or words, and its English."""

from collections.abc import Mapping

from equipoise.criteria.assessed.catalogue import derived_number, kind_of
from equipoise.criteria.assessed.kind import Form
from equipoise.criteria.nodes import Assessment
from equipoise.terminology.concepts import Concept


def value_of(atom: Assessment, concepts: Mapping[str, Concept]) -> Concept:
    """The value as a concept; a change that is not relative is in the unit of what changes."""
    kind = kind_of(atom.name)
    if kind.form is Form.CHANGE and not atom.is_relative:
        return changing_value(str(atom.subject), concepts)
    return kind.value(concepts.get(kind.like or ""))


def changing_value(subject: str, concepts: Mapping[str, Concept]) -> Concept:
    """What changes, as a concept: in its own unit."""
    derived = derived_number(subject)
    if derived is None:
        return kind_of("change").value(concepts.get(subject))
    return derived.value(concepts.get(derived.like or ""))


def words_of(atom: Assessment, concepts: Mapping[str, Concept]) -> str:
    """Its English, without its windows: `change of platelets`."""
    if atom.changing is not None:
        return kind_of(atom.name).words(atom.changing.words("", dict(atom.options)), {})
    concept = concepts.get(atom.subject or "")
    of = concept.label if concept is not None else (atom.subject or "").replace("-", " ")
    return kind_of(atom.name).words(of, dict(atom.options))

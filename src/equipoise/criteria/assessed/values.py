"""What the value of an assessment is read and written like: unit or words, and its English."""

from collections.abc import Mapping

from equipoise.criteria.assessed.catalogue import kind_of
from equipoise.criteria.assessed.kind import Form
from equipoise.criteria.nodes import Assessment
from equipoise.terminology.concepts import Concept


def value_of(atom: Assessment, concepts: Mapping[str, Concept]) -> Concept:
    """The value as a concept; a change that is not relative is in the unit of what changes."""
    kind = kind_of(atom.name)
    is_absolute = kind.form is Form.CHANGE and not atom.is_relative
    own = atom.subject if is_absolute else kind.like
    return kind.value(concepts.get(own or ""))


def words_of(atom: Assessment, concepts: Mapping[str, Concept]) -> str:
    """Its English, without its windows: `change of platelets`."""
    concept = concepts.get(atom.subject or "")
    of = concept.label if concept is not None else (atom.subject or "").replace("-", " ")
    return kind_of(atom.name).words(of, dict(atom.options))

"""Names and answers of a form that no rule of the protocol can read: most likely slips, so they are asked about.

A drug under a name with a typing error would be looked for by no gate, and the gate would open. Decides what is unknown
to the protocol of the trial, which may declare concepts of its own; the form itself knows no protocol.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from equipoise.conduct.forms.answer import AnswerForm
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.medication import MedicationForm
from equipoise.conduct.forms.results import ResultsForm
from equipoise.conduct.forms.visit import VisitForm
from equipoise.conduct.raised import Raised, query
from equipoise.protocol.model import Protocol
from equipoise.records.attested import ABSENT_ANSWERS, PRESENT_ANSWERS
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import Concept, ConceptKind


def unknown_names(protocol: Protocol, form: Form) -> tuple[Raised, ...]:
    """A query for each concept that the protocol does not know, and for an answer that its question does not know."""
    library = protocol.library(base_library())
    asked = [_unknown_concept(name, library) for name in _named(form) if name not in library]
    if isinstance(form, AnswerForm) and form.code in library:
        asked += _unknown_answer(form.value, library[form.code])
    return tuple(dict.fromkeys(asked))


def _named(form: Form) -> Iterator[str]:
    """The concepts that a form names by their ids."""
    names: tuple[str | None, ...] = ()
    match form:
        case ResultsForm():
            names = tuple(result.concept for result in form.results)
        case MedicationForm() | VisitForm():
            names = (form.concept,)
        case AnswerForm():
            names = (form.code,)
    yield from filter(None, names)


def _unknown_concept(name: str, library: Mapping[str, Concept]) -> Raised:
    near = get_close_matches(name, library, n=1)
    hint = f"was {near[0]} meant?" if near else "what was meant?"
    return query("concept-unknown", f"{name} is no concept that a rule can read: {hint}")


def _unknown_answer(value: str, concept: Concept) -> list[Raised]:
    """Questions with words of their own, and events, which take yes or no; a number or a day is for the rules."""
    answer = value.strip().lower()
    words: tuple[str, ...] = ("yes", "no")
    known = PRESENT_ANSWERS | ABSENT_ANSWERS
    if concept.kind is ConceptKind.CODED:
        meant = [text for texts in concept.answers.values() for text in texts]
        words = tuple(concept.answers)
        known = frozenset(each.lower() for each in (*words, *meant))
    elif concept.kind is not ConceptKind.EVENT:
        return []
    if not words or answer in known:
        return []
    return [query("answer-unknown", f"{concept.label}: the answer is none that a rule can read ({', '.join(words)}).")]

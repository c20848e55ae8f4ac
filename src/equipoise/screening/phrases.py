"""The words of screening: what an open item asks for, where a code's name comes from, why a verdict is open.

Only wording is decided here; which items are open and what they are worth is `outputs.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from equipoise.criteria.evidence import BIRTH_DATE_CODE, BIRTH_DATE_NEED, SEX_CODE, SEX_NEED
from equipoise.criteria.nodes import AS_OF, Atom, Window, WindowUnit
from equipoise.criteria.truth import Cause
from equipoise.screening.report_model import CriterionView, ProtocolView
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.concepts import Concept, ConceptKind, DecidedBy

READING, REPAIR, CRITERION, CONFIRM = "reading:", "repair:", "criterion:", "confirm:"

CAUSE_WORDS: Mapping[Cause, tuple[str, str]] = {
    Cause.NEVER_MEASURED: ("was never measured or recorded", "were never measured or recorded"),
    Cause.TOO_OLD: ("is too old", "are too old"),
    Cause.NO_UNIT: ("has no unit", "have no unit"),
    Cause.UNKNOWN_UNIT: ("has a unit that cannot be compared", "have units that cannot be compared"),
    Cause.NO_REFERENCE_RANGE: ("has no reference range", "have no reference range"),
    Cause.OVERLAP: ("is not exact enough to decide", "are not exact enough to decide"),
    Cause.PARTIAL_DATE: ("has too vague a date to decide", "have too vague dates to decide"),
    Cause.UNMAPPED_CODE: ("has a value that is not understood", "have values that are not understood"),
    Cause.UNSUITABLE_METHOD: ("was measured by no method that counts", "were measured by no method that counts"),
    Cause.TABLE_NOT_SUPPLIED: ("may be in a table that was not supplied", "may be in tables that were not supplied"),
    Cause.CONFLICT: ("is contradictory", "are contradictory"),
    Cause.READING_OPEN: ("depends on wording that is open", "depend on wording that is open"),
    Cause.TEXT_DAMAGED: ("rests on damaged text", "rest on damaged text"),
    Cause.NEEDS_PERSON: ("is for a person to decide", "are for a person to decide"),
}
"""Each cause, said after the name, or names, of what is open ("INR is too old")."""

_SPOKEN_WITH_VOWEL = frozenset("AEFHILMNORSX")
_UNIT_WORDS = {WindowUnit.DAY: "day", WindowUnit.MONTH: "month", WindowUnit.YEAR: "year"}


@dataclass(frozen=True)
class Item:
    """One fact that would settle something: its id, its question, and who can answer."""

    need: str
    question: str
    label: str
    concept: str | None
    decided_by: DecidedBy


def window_words(window: Window) -> str:
    """`within 90 days`; with the anchor named when it is not the day of judgement."""
    unit = _UNIT_WORDS[window.unit] + ("" if window.length == 1 else "s")
    if window.length == 0:
        return "at present"
    bound = "less than " if window.is_strict else ""
    anchor = "" if window.anchor == AS_OF else f" before {window.anchor.replace('-', ' ')}"
    return f"within {bound}{window.length} {unit}{anchor}"


def with_article(words: str) -> str:
    """`an INR`, `a haemoglobin`: capital abbreviations are spelt aloud."""
    first = words.split(" ")[0].split("-")[0]
    spelt = len(first) > 1 and first.isupper()
    vowel = words[0] in _SPOKEN_WITH_VOWEL if spelt else words[0].lower() in "aeiou"
    return f"{'an' if vowel else 'a'} {words}"


def concept_phrase(concept: Concept, windows: Iterable[Window]) -> str:
    """What to ask for: `an INR within 90 days`; the window is left out where criteria differ in it."""
    label = concept.label
    if concept.unit == "10*9/L" and "count" not in label:
        thing = with_article(f"{label.removesuffix('s')} count")
    elif concept.kind is ConceptKind.QUANTITY and label.split(" ")[0].endswith("ses"):
        thing = f"a count of {label}"
    elif concept.kind is ConceptKind.QUANTITY:
        thing = with_article(label)
    elif concept.kind is ConceptKind.EVENT:
        thing = f"a statement on {label}"
    else:
        thing = f"an answer on {label}"
    limits = sorted({window_words(window) for window in windows})
    return f"{thing} {limits[0]}" if len(limits) == 1 else thing


def windows_of(criterion: CriterionView, concept_id: str) -> tuple[Window, ...]:
    """The windows in which the criterion reads the concept."""
    found = []
    for node in criterion.node.walk():
        within = getattr(node, "within", None)
        if isinstance(node, Atom) and concept_id in node.concept_ids() and within is not None:
            found.append(within)
    return tuple(found)


def item_of(need: str, protocol: ProtocolView) -> Item:
    """What a need asks for; a need that is no concept is one of the protocol's own open points."""
    if need in protocol.concepts:
        concept = protocol.concepts[need]
        every = [window for criterion in protocol.criteria for window in windows_of(criterion, need)]
        phrase = concept_phrase(concept, every)
        question = concept.question or capital(phrase)
        if concept.kind is ConceptKind.QUANTITY and concept.decided_by is DecidedBy.RECORD:
            question = capital(phrase)  # a measurement is ordered, not asked
        return Item(need, question, concept.label, need, concept.decided_by)
    kind, _, name = need.partition(":")
    if need == BIRTH_DATE_NEED:
        return Item(need, "What is the date of birth?", "date of birth", None, DecidedBy.RECORD)
    if need == SEX_NEED:
        return Item(need, "Which sex is recorded?", "sex", None, DecidedBy.RECORD)
    if kind == "reading":
        question = f"How is {', '.join(_criteria_of_reading(name, protocol)) or 'the protocol'} to be read: {name}?"
        return Item(need, question, f"the reading {name}", None, DecidedBy.PERSON)
    if kind == "repair":
        question = f"Is the proposed repair of the damaged text of {name} right?"
        return Item(need, question, f"the repair of {name}", None, DecidedBy.PERSON)
    return Item(need, f"Judge {name or need} by hand.", name or need, None, DecidedBy.RECORD)


def _criteria_of_reading(name: str, protocol: ProtocolView) -> tuple[str, ...]:
    return next((reading.criterion_ids for reading in protocol.readings if reading.name == name), ())


def confirm_question(criterion: CriterionView, concept: Concept) -> str:
    """The offer of a confirming test to people blocked by a calculation alone."""
    label = with_article(concept.label)
    return f"{criterion.id} blocks by a calculation alone; {label} would confirm or lift it."


def wanted_phrase(criterion: CriterionView, item: Item, protocol: ProtocolView) -> str:
    """What one criterion asks for, with its own window."""
    if item.concept is None:
        return {BIRTH_DATE_NEED: "a date of birth", SEX_NEED: "a recorded sex"}.get(
            item.need, f"a decision on {item.label}"
        )
    concept = protocol.concepts[item.concept]
    phrase = concept_phrase(concept, windows_of(criterion, item.concept))
    return f"{phrase} (asked of a person)" if concept.decided_by is DecidedBy.PERSON else phrase


def code_labels(protocol: ProtocolView, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """
    A name for each code that stands in the evidence of a criterion.

    Parameters
    ----------
    protocol
        The version judged; a code is named after the first concept of the criterion that it belongs to.
    pairs
        (criterion id, `system|code`).

    Yields
    ------
    (criterion id, `system|code`, label); a code of no concept is its own name.
    """
    pairs = list(pairs)
    split = {code: _system_and_code(code) for _, code in pairs}
    of_code: dict[tuple[str | None, str | None], set[str]] = {}
    for binding in bind_codes(protocol.concepts, sorted(set(split.values()), key=str)):
        of_code.setdefault((binding.system, binding.code), set()).add(binding.concept_id)
    concepts_of = {criterion.id: _concepts_in_order(criterion) for criterion in protocol.criteria}
    fixed = {BIRTH_DATE_CODE: "date of birth", SEX_CODE: "sex"}
    for criterion_id, code in pairs:
        bound = of_code.get(split[code], set())
        concept_id = next((each for each in concepts_of.get(criterion_id, ()) if each in bound), None)
        if concept_id is not None:
            yield criterion_id, code, protocol.concepts[concept_id].label
        else:
            yield criterion_id, code, fixed.get(code, code.rpartition("|")[2] or code)


def _system_and_code(code: str) -> tuple[str | None, str | None]:
    system, bar, rest = code.partition("|")
    return (system or None, rest or None) if bar else (None, code)


def _concepts_in_order(criterion: CriterionView) -> tuple[str, ...]:
    atoms = (node for node in criterion.node.walk() if isinstance(node, Atom))
    return tuple(dict.fromkeys(concept_id for atom in atoms for concept_id in atom.concept_ids()))


def capital(words: str) -> str:
    """The first letter large, the rest as it is."""
    return words[:1].upper() + words[1:]

"""The words of screening: what an open item asks for, where a code's name comes from, why a verdict is open.

Only wording is decided here; which items are open and what they are worth is `outputs.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from equipoise.criteria.evidence import BIRTH_DATE_CODE, BIRTH_DATE_NEED, SEX_CODE, SEX_NEED
from equipoise.criteria.nodes import AS_OF, Atom, Window, WindowUnit
from equipoise.criteria.truth import Cause
from equipoise.screening.report_model import CriterionView, ProtocolView
from equipoise.terminology.binding import answer_of, bind_codes
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
    Cause.NEEDS_PERSON: ("is not certain in the record", "are not certain in the record"),
}
"""
Each cause, said after the name, or names, of what is open ("INR is too old").

That a question is a person's from the beginning is said in words of its own (`open_words.py`).
"""

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
    is_plural: bool = False


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
    return f"{thing} {_one_limit(windows)}".rstrip()


def _one_limit(windows: Iterable[Window]) -> str:
    limits = {window_words(window) for window in windows}
    return limits.pop() if len(limits) == 1 else ""


def limit_of(criterion: CriterionView, item: Item) -> str:
    """The window in which the criterion wants the item; empty where there is none or more than one."""
    return _one_limit(windows_of(criterion, item.concept)) if item.concept is not None else ""


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
        return Item(need, question, concept.label, need, concept.decided_by, _is_plural(concept))
    kind, _, name = need.partition(":")
    if need == BIRTH_DATE_NEED:
        return Item(need, "What is the date of birth?", "date of birth", None, DecidedBy.RECORD)
    if need == SEX_NEED:
        return Item(need, "Which sex is recorded?", "sex", None, DecidedBy.RECORD)
    if kind == "reading":
        question = f"How is {', '.join(_criteria_of_reading(name, protocol)) or 'the protocol'} to be read: {name}?"
        return Item(need, question, f"the reading {name}", None, DecidedBy.PERSON)
    if kind == "repair":
        question = f"What did the damaged text of {name} say: is its repair right, if one is proposed?"
        return Item(need, question, f"the repair of {name}", None, DecidedBy.PERSON)
    return Item(need, f"Judge {name or need} by hand.", name or need, None, DecidedBy.RECORD)


def _is_plural(concept: Concept) -> bool:
    """Whether a label speaks of many: cells in a volume of blood, mitoses in an area."""
    return concept.label.endswith("s") if concept.unit == "10*9/L" else " per " in concept.label


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


def code_concepts(protocol: ProtocolView, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Concept]:
    """
    The concept after which a code in the evidence of a criterion is named.

    Parameters
    ----------
    protocol
        The version judged; a code is named after the first concept of the criterion that it belongs to.
    pairs
        (criterion id, `system|code`). A pair whose code belongs to no concept of its criterion is left out.
    """
    pairs = list(pairs)
    split = {code: _system_and_code(code) for _, code in pairs}
    of_code: dict[tuple[str | None, str | None], set[str]] = {}
    for binding in bind_codes(protocol.concepts, sorted(set(split.values()), key=str)):
        of_code.setdefault((binding.system, binding.code), set()).add(binding.concept_id)
    concepts_of = {criterion.id: _concepts_in_order(criterion) for criterion in protocol.criteria}
    found = {}
    for criterion_id, code in pairs:
        bound = of_code.get(split[code], set())
        concept_id = next((each for each in concepts_of.get(criterion_id, ()) if each in bound), None)
        if concept_id is not None:
            found[criterion_id, code] = protocol.concepts[concept_id]
    return found


def code_name(code: str) -> str:
    """What a code is called that belongs to no concept: itself."""
    return {BIRTH_DATE_CODE: "date of birth", SEX_CODE: "sex"}.get(code) or code.rpartition("|")[2] or code


def answer_words(concept: Concept, value: str) -> str | None:
    """
    The answer that a value stands for ("negative" for 260385009); None when it stands for none, or for two.

    Evidence keeps a coded value without its code system: the systems in which the concept's answers are coded are
    tried, and the value as a text.
    """
    coded = (each.rpartition("|")[0] for meant in concept.answers.values() for each in meant)
    systems = sorted({system for system in coded if system})
    tried = [answer_of(concept, system, value, None) for system in systems] + [answer_of(concept, None, None, value)]
    found = {answer for answer in tried if answer is not None}
    return found.pop().replace("-", " ") if len(found) == 1 else None


def _system_and_code(code: str) -> tuple[str | None, str | None]:
    system, bar, rest = code.partition("|")
    return (system or None, rest or None) if bar else (None, code)


def _concepts_in_order(criterion: CriterionView) -> tuple[str, ...]:
    atoms = (node for node in criterion.node.walk() if isinstance(node, Atom))
    return tuple(dict.fromkeys(concept_id for atom in atoms for concept_id in atom.concept_ids()))


def concepts_read(protocol: ProtocolView) -> tuple[str, ...]:
    """The concepts that the criteria of a version read, each once."""
    return tuple(dict.fromkeys(each for criterion in protocol.criteria for each in _concepts_in_order(criterion)))


def capital(words: str) -> str:
    """The first letter large, the rest as it is."""
    return words[:1].upper() + words[1:]

"""Where the words of a repair come from: the mirrored criterion, the registry's age, a second version, a method.

Each source gives a filling for one hole, or nothing when it is not sure. Nothing here holds a limit, a unit or a
polarity of its own: numbers are copied from the record, and the complement of a limit keeps its number.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equipoise.authoring.freetext.damage.brackets import unbalanced
from equipoise.authoring.freetext.damage.words import UNIT, set_of_words
from equipoise.authoring.model import AgeLimit, Item
from equipoise.criteria.truth import Kind


@dataclass(frozen=True)
class Filling:
    """A repaired text, the words to show, and where they come from."""

    text: str
    reads: str
    because: str
    source: str


_COMPLEMENT = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_SIGN = r"[<>]\s?=?|[≤≥]"
_STEM = re.compile(rf"(?P<stem>[A-Za-z][\w/-]*(?: [\w/-]+){{0,3}})\s?(?P<sign>{_SIGN})?\s*$")
_LIMIT = (
    rf"\s?(?P<sign>{_SIGN})\s?(?P<number>\d[\d.,]{{0,12}}\d|\d)"
    rf"(?:\s?(?P<unit>{UNIT}|[x×]\s?ULN))?(?![\w^]|\s?[x×]\s?10)"
)
_NO_NAME = set_of_words("of the a an and or with is are to at in on for by from less more than score level value")

_AGE_WORD = re.compile(
    r"(?:(?:ages?|aged|years?|yrs?|months?|old|older|younger|between|from|at|least|most|than|of|and|or|to|over|above|below|under"
    r"|greater|less|more|equal|inclusive)\b|&\w+;|[<>≥≤=?\ufffd–-]|\d+)",
    re.IGNORECASE,
)
_IS_AGE = re.compile(r"\bage[ds]?\b|\byears? old\b|\bolder\b|\byounger\b", re.IGNORECASE)

_METHODS = (
    (re.compile(r"\bcoc?k\w*roft\b", re.IGNORECASE), "creatinine clearance", "Cockcroft-Gault"),
    (
        re.compile(r"\bMDRD\b|\bCKD-?EPI\b|\bschwartz\b", re.IGNORECASE),
        "estimated glomerular filtration rate",
        "equation",
    ),
    (re.compile(r"\bfriedewald\b", re.IGNORECASE), "LDL cholesterol", "Friedewald"),
    (re.compile(r"\bfriderici\w+|\bbazett\b", re.IGNORECASE), "QTc", "correction"),
)


def plain_sign(sign: str) -> str:
    """A comparison sign in ASCII."""
    return sign.replace(" ", "").replace("≤", "<=").replace("≥", ">=")


def close_bracket(left: str, right: str) -> str:
    """`)` where a bracket that opened before the hole does not close behind it."""
    return ")" if unbalanced(left + " " + right)[0] else ""


def fill_from_mirror(left: str, right: str, item: Item, others: Iterable[Item]) -> Filling | None:
    """
    The complement of a limit that the other list sets: what is excluded above 20 % is included up to 20 %.

    Parameters
    ----------
    left, right
        The words of the item before and behind the hole.
    item, others
        The damaged item, and the items of the record.
    """
    found = _STEM.search(left[-80:])
    opposite = [other for other in others if {other.kind, item.kind} == {Kind.INCLUSION, Kind.EXCLUSION}]
    if found is None:
        return None
    words = found["stem"].split()
    for count in range(len(words), 0, -1):
        stem = " ".join(words[-count:])
        if words[-count].lower() in _NO_NAME or words[-1].lower() in _NO_NAME or len(stem) < 2:
            continue
        limit = _one_limit(stem, opposite)
        if limit is not None:
            return _complement(left, right, stem, found["sign"] or "", limit)
    return None


def _one_limit(stem: str, opposite: Sequence[Item]) -> tuple[Item, str, str, str, str] | None:
    """The one limit that the other list sets to this name; None when there is none, or several."""
    pattern = re.compile(
        rf"(?<!\w)(?P<name>{re.escape(stem)}\w*(?: (?:count|level|score|value|of))*){_LIMIT}", re.IGNORECASE
    )
    limits = {
        (item, found["name"], plain_sign(found["sign"]), found["number"], (found["unit"] or "").strip())
        for item in opposite
        for found in pattern.finditer(item.text)
    }
    return limits.pop() if len(limits) == 1 else None


def _complement(
    left: str, right: str, stem: str, printed: str, limit: tuple[Item, str, str, str, str]
) -> Filling | None:
    other, name, sign, number, unit = limit
    wanted = _COMPLEMENT[sign]
    if printed and plain_sign(printed) != wanted:
        return None
    has_unit = re.match(rf"\s?(?P<unit>{UNIT}|[x×]\s?ULN)", right)
    if has_unit and has_unit["unit"].strip().lower() != unit.lower():
        return None
    amount = f"{number} {unit}".strip() if not has_unit else number
    head = left[: left.rstrip().rindex(stem)] if not printed else left[: left.rindex(printed)].rstrip()[: -len(stem)]
    bracket = close_bracket(left, right)
    reads = f"{name} {wanted} {amount}{bracket}"
    joined = f"{head}{reads} {right.lstrip()}".rstrip()
    kind = "exclusion" if other.kind is Kind.EXCLUSION else "inclusion"
    said = f"{name} {sign} {number} {unit}".strip()
    because = f"the {kind} {other.text!r} has {said}; this is its complement at the same number"
    return Filling(joined, reads, because, "the mirrored criterion of this record")


def fill_from_age(
    left: str, right: str, item: Item, minimum: AgeLimit | None, maximum: AgeLimit | None
) -> Filling | None:
    """The age limits of the registry's own field, where the hole stands in the words for an age."""
    if item.kind is not Kind.INCLUSION or (minimum is None and maximum is None):
        return None
    start, end = _age_run(left, right)
    whole = left + right
    run = whole[start:end]
    numbers = set(re.findall(r"\d+", run))
    known = {str(limit.value) for limit in (minimum, maximum) if limit}
    if not _IS_AGE.search(run) and not (_IS_AGE.search(whole[max(0, start - 12) : start]) and run.strip()):
        return None
    if not numbers <= known:
        return None
    bounds = [f">= {minimum.value} {minimum.unit}"] if minimum else []
    bounds += [f"<= {maximum.value} {maximum.unit}"] if maximum else []
    reads = f"age {' and '.join(bounds)}"
    before, after = whole[:start].rstrip(), whole[end:].lstrip()
    if not before:
        reads = reads[0].upper() + reads[1:]
    glue = "" if not after or after[0] in ".,;)" else " "
    text = f"{before} {reads}{glue}{after}".strip()
    said = " and ".join(limit.text or f"{limit.value} {limit.unit}" for limit in (minimum, maximum) if limit)
    return Filling(text, reads, f"the registry's own field for age says {said}", "the structured age of this record")


def _age_run(left: str, right: str) -> tuple[int, int]:
    """The run of words for an age around the hole."""
    start, end = len(left), len(left)
    tokens = [found.span() for found in re.finditer(r"\S+", left)]
    for at, to in reversed(tokens):
        if not _is_of_age(left[at:to]):
            break
        start = at
    for found in re.finditer(r"\S+", right):
        word = found[0].rstrip(".,;)")
        if not _is_of_age(word):
            break
        end = len(left) + found.start() + len(word)
        if word != found[0]:
            break
    return start, max(end, start)


def _is_of_age(word: str) -> bool:
    reached = 0
    while found := _AGE_WORD.match(word, reached):
        reached = found.end()
    return reached == len(word) and bool(word)


def fill_from_version(damaged: str, candidates: Iterable[str]) -> Filling | None:
    """The sentence of a second version that holds all words of the damaged one in their order, and more."""
    words = damaged.split()
    fitting = {other for other in candidates if _holds(other.split(), words)}
    if len(fitting) != 1:
        return None
    whole = fitting.pop()
    return Filling(
        whole, whole, "the second version of the record prints the sentence whole", "the second version of this record"
    )


def _holds(whole: list[str], part: list[str]) -> bool:
    if not len(part) < len(whole) + 1 or len(part) < max(3, len(whole) // 2) or whole == part:
        return False
    reached = 0
    for word in part:
        while reached < len(whole) and not _is_same(whole[reached], word):
            reached += 1
        if reached == len(whole):
            return False
        reached += 1
    return True


def _is_same(whole: str, part: str) -> bool:
    return (
        whole == part or (len(part) > 1 and whole.startswith(part)) or whole.strip("().,;") == part.strip("().,;") != ""
    )


def quantity_of_method(text: str) -> tuple[str, str] | None:
    """What the method that a headless sentence begins with computes: by definition, not by guess."""
    for pattern, quantity, name in _METHODS:
        if pattern.search(text[:80]):
            return quantity, name
    return None

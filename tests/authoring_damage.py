"""Damages clean criteria in the ways in which registry records are damaged, and says what was eaten and where.

Each kind alters one criterion of a made-up record. A kind says nothing (None) where it does not apply, and where the
rest would be a whole sentence in which nobody could see that something is gone: "Hemoglobin at least 9 g/dL and
platelets at least 100" cut after "g/dL" is not damage that a text can show. So a tail is cut only at places that leave
an open bracket, a hanging word or a broken comparison; a head is eaten where all entries begin with a capital, and the
rest begins in lower case and has more than three words ("diabetes mellitus" may be a whole entry in a careless hand).
Which words hang is a list of the generator's own, not the finder's. Everything else is left as it falls: the finder
must cope with all of it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from equipoise.authoring.model import Item, Segment, SegmentKind, Splitting
from equipoise.criteria.truth import Kind


@dataclass(frozen=True)
class Bite:
    """A criterion after the damage: the text that is left, and where in it the damage stands."""

    text: str
    place: int
    eaten: str


@dataclass(frozen=True)
class Damaged:
    """A damaged record; `start` to `end` is where its text shows the damage, `item` the entry that suffered."""

    text: str
    splitting: Splitting
    kind: str
    item: int
    start: int
    end: int
    eaten: str


Eater = Callable[[str, Random], Bite | None]

_SIGN = re.compile(r"[<>≥≤]\s?")
_NUMBER = r"\d[\d.,]*(?:\s?x\s?10\^\d+)?(?:/\d+)?"
_SIGN_AND_NUMBER = re.compile(rf"[<>≥≤]\s?{_NUMBER}")
_WORDS_AND_NUMBER = re.compile(
    r"\b(?:at least|more than|less than|no more than|above|below|over|within|up to|younger than|in the (?:past|last"
    rf"|previous)) (?P<number>{_NUMBER}|one|two)(?=[ %])"
)
_BEFORE_TIME = re.compile(r"(?P<number>\b\d+(?:\.\d+)?) (?:hours|days|weeks|months|years)\b")
_IN_FRONT = re.compile(
    r"(?:at least|than|within|for|the (?:last|past|previous|next)|aged|and|≥|>|<|≤|over|after|in|of|or|between) $"
)
_POWER = re.compile(r"10\^(\d+)")
_MICRO = re.compile("[µμ]")
_RANGE = re.compile(rf"\b(?:between|from|of|aged) (?P<low>{_NUMBER}%?) (?:and|to) (?P<high>{_NUMBER})(?=[ %])")
_HANGS = frozenset(
    """
    of with the a an from than by to for at into between within during without
    or and such which that is are was be has have not if unless except per any least because as
    """.split()  # noqa: SIM905
)
_MISREAD = {
    "≥": ("â‰¥", "?", "\ufffd", "&ge;", "&#8805;", "³", "="),
    "≤": ("â‰¤", "?", "\ufffd", "&le;", "&#8804;", "£", "="),
}
_ENTITIES = {"<": "&lt;", ">": "&gt;", "≥": "&amp;ge;", "≤": "&#x2264;", "µ": "&micro;"}
_UTF8_READ_AS_WESTERN = {"µ": "Âµ", "≥": "â‰¥", "≤": "â‰¤", "'": "â€™"}


def _cut(text: str, start: int, end: int, instead: str = "") -> Bite:
    left = text[:start].rstrip() if not instead else text[:start]
    right = text[end:].lstrip() if not instead else text[end:]
    glue = " " if left and right and not instead and right[0] not in ".,;)%" and not left.endswith("(") else ""
    return Bite(f"{left}{instead}{glue}{right}", len(left), text[start:end])


def _one(pattern: re.Pattern[str], text: str, rng: Random) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return rng.choice(found) if found else None


def eat_number_after_sign(text: str, rng: Random) -> Bite | None:
    """`Hemoglobin ≥ g/dL`: the number behind a comparison sign is gone."""
    found = _one(_SIGN_AND_NUMBER, text, rng)
    if found is None or text[found.end() :].startswith(" x"):  # "> 2 x ULN" would leave "> x ULN": next kind
        return None
    sign = _SIGN.match(found[0])
    assert sign
    return _cut(text, found.start() + len(sign[0].rstrip()), found.end())


def eat_sign_and_number(text: str, rng: Random) -> Bite | None:
    """`Hemoglobin g/dL`: comparison sign and number are gone, and the unit is left."""
    found = _one(_SIGN_AND_NUMBER, text, rng)
    if found is None or not re.match(r"\s?(?:[a-zA-Zµ]+/|%|x ULN|kg\b|years|/|mmHg)", text[found.end() :]):
        return None
    before = text[: found.start()].rstrip()
    return _cut(text, found.start(), found.end()) if before and before[-1] not in "(" else None


def eat_number_after_words(text: str, rng: Random) -> Bite | None:
    """`for at least months`, `within of visit 1`: a number that words announce is gone."""
    found = _one(_WORDS_AND_NUMBER, text, rng)
    if found is None or not re.match(r"%| (?:hours|days|weeks|months|years|mg|g|mL|kg)", text[found.end() :]):
        return None
    return _cut(text, *found.span("number"))


def eat_number_before_time(text: str, rng: Random) -> Bite | None:
    """`within hours of birth`: the number before a word for time is gone."""
    found = _one(_BEFORE_TIME, text, rng)
    if found is None or not _IN_FRONT.search(text[: found.start()]):
        return None
    bite = _cut(text, *found.span("number"))
    # "for weeks or longer" and "and days" can be meant so.
    return None if re.search(r"(?:\bfor|\bin|\band|\bor|\bof)$", text[: found.start()].rstrip()) else bite


def eat_time(text: str, rng: Random) -> Bite | None:
    """`within of visit 1`: number and word for time are gone."""
    found = _one(re.compile(r"(?<=within )\d+(?:\.\d+)? \w+(?= (?:of|before|prior|after))"), text, rng)
    return _cut(text, *found.span()) if found else None


def eat_one_side_of_range(text: str, rng: Random) -> Bite | None:
    """`between and 11 years`: one of two limits is gone."""
    found = _one(_RANGE, text, rng)
    if found is None:
        return None
    side = rng.choice(["low", "high"])
    is_between = found[0].startswith("between")
    bite = _cut(text, *found.span(side))
    return bite if is_between or side == "high" or found[0].startswith("aged") else None


def eat_from_sign_to_end(text: str, rng: Random) -> Bite | None:
    """`NT-proBNP ≥`: everything behind a sign is gone; the sign itself may go with it when a bracket is left open."""
    found = _one(_SIGN, text, rng)
    if found is None:
        return None
    is_open = text[: found.start()].count("(") > text[: found.start()].count(")")
    start = found.start() if is_open else found.end()
    return _cut(text, start, len(text))


def eat_closing_bracket(text: str, rng: Random) -> Bite | None:
    """The closing bracket is gone, and sometimes the words before it."""
    found = _one(re.compile(r"(?: [\w.%-]+)?\)"), text, rng)
    if found is None:
        return None
    start = found.start() if rng.random() < 0.5 else found.end() - 1
    return _cut(text, start, found.end())


def eat_opening_bracket(text: str, rng: Random) -> Bite | None:
    """The opening bracket is gone with the word behind it."""
    found = _one(re.compile(r"\(\S+ "), text, rng)
    return _cut(text, *found.span()) if found and ")" not in found[0] else None


def cut_tail(text: str, rng: Random) -> Bite | None:
    """The end is gone from a random word on, where what is left shows it."""
    places = [
        at.start()
        for at in re.finditer(r"\s", text)
        if text[: at.start()].rsplit(None, 1)[-1].lower().strip("(,") in _HANGS
        or text[: at.start()].count("(") > text[: at.start()].count(")")
    ]
    places = [place for place in places if not text[:place].lower().endswith(("hepatitis b or", "if any"))]
    return _cut(text, rng.choice(places), len(text)) if places else None


def cut_inside_hyphen(text: str, rng: Random) -> Bite | None:
    """`HER2-`: the end is gone from the inside of a word with a hyphen."""
    found = _one(re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])"), text, rng)
    if found is None or found.end() < 9 or text[: found.start()].endswith("HBeAg"):  # "HBeAg-" says that it is negative
        return None
    return _cut(text, found.end(), len(text))


def eat_head(text: str, rng: Random) -> Bite | None:
    """The first words are gone, as when the first line of a wrapped entry is lost."""
    places = [
        at.start() for at in re.finditer(r"(?<=\s)[a-z]{2,}(?=[\s,])", text) if len(text[at.start() :].split()) > 3
    ]
    return Bite(text[(place := rng.choice(places)) :], 0, text[:place]) if places else None


def flatten_power(text: str, rng: Random) -> Bite | None:
    """`109/L`: a raised digit stands on the line."""
    found = _one(_POWER, text, rng)
    instead = rng.choice(["10{}", "10 {}"]).format(found[1]) if found else ""
    return _cut(text, *found.span(), instead=instead) if found else None


def misread_sign(text: str, rng: Random) -> Bite | None:
    """`Age ? 18 years`, `â‰¥`: a sign outside ASCII is misread or replaced."""
    found = _one(re.compile("[≥≤]"), text, rng)
    if found is None:
        return None
    instead = rng.choice(_MISREAD[found[0]])
    unit = re.match(
        rf"\s?{_NUMBER}\s?(?:%|hours|days|weeks|months|years|\w+/\w|/\w|x ULN|ms|kg|cm|mg)", text[found.end() :]
    )
    # A score that "= 25" can be meant so, and "(= 3" can be another way of saying what went before.
    if instead == "=" and (unit is None or "or " in text[: found.start()][-4:] or text[: found.start()].endswith("(")):
        instead = "?"
    return _cut(text, *found.span(), instead=instead)


def write_entity(text: str, rng: Random) -> Bite | None:
    """`&lt;`: a sign is written as an entity."""
    found = _one(re.compile("[<>≥≤µ]"), text, rng)
    return _cut(text, *found.span(), instead=_ENTITIES[found[0]]) if found else None


def decode_twice(text: str, rng: Random) -> Bite | None:
    """`Âµmol/L`: text in UTF-8 is read as a Western one."""
    found = _one(re.compile("[µ≥≤']"), text, rng)
    return _cut(text, *found.span(), instead=_UTF8_READ_AS_WESTERN[found[0]]) if found else None


def eat_micro(text: str, rng: Random) -> Bite | None:
    """`220 mol/L`: the µ is gone, or a question mark stands for it."""
    found = _one(_MICRO, text, rng)
    if found is None:
        return None
    if rng.random() < 0.3:
        return _cut(text, *found.span(), instead="?")
    if re.search(r"cells/$|\b\d{1,3} cells/$", text[: found.start()]):
        return None  # "150 cells/L": so few that only a reader of blood counts would see it
    return Bite(text[: found.start()] + text[found.end() :], found.start(), found[0])


def eat_sign_and_all_behind(text: str, rng: Random) -> Bite | None:
    """`Platelet count`: sign, number and unit are gone, and a bare quantity is left."""
    found = re.fullmatch(
        rf"(?P<name>[A-Z][A-Za-z0-9 -]+?) (?P<limit>[<>≥≤]\s?{_NUMBER}\s?(?:%|\S*/\S+|years|kg)?)", text
    )
    return _cut(text, *found.span("limit")) if found else None


EATERS: dict[str, Eater] = {
    eater.__name__.replace("_", "-"): eater
    for eater in (
        eat_number_after_sign,
        eat_sign_and_number,
        eat_number_after_words,
        eat_number_before_time,
        eat_time,
        eat_one_side_of_range,
        eat_from_sign_to_end,
        eat_closing_bracket,
        eat_opening_bracket,
        cut_tail,
        cut_inside_hyphen,
        eat_head,
        flatten_power,
        misread_sign,
        write_entity,
        decode_twice,
        eat_micro,
        eat_sign_and_all_behind,
    )
}  # fmt: skip
LIST_KINDS = ("drop-first-number", "move-title-to-end")


def lay_out(texts: Sequence[str], *, labels: Sequence[str] = (), kind: Kind = Kind.EXCLUSION) -> tuple[str, Splitting]:
    """A record of one entry a line, with its bullets or numbers, and how it is split."""
    text = "Criteria:\n"
    segments = [Segment(0, len(text), SegmentKind.HEADING)]
    items = []
    for index, words in enumerate(texts):
        bullet = f"{labels[index]} " if labels else "- "
        start = len(text) + len(bullet)
        text += f"{bullet}{words}\n"
        label = labels[index] if labels else ""
        items.append(Item(index, kind, ((start, start + len(words)),), " ".join(words.split()), label=label))
        segments.append(Segment(start - len(bullet), start, SegmentKind.CRITERION, index, "bullet"))
        segments.append(Segment(start, start + len(words), SegmentKind.CRITERION, index))
        segments.append(Segment(start + len(words), len(text), SegmentKind.BOILERPLATE, None, "space"))
    return text, Splitting(tuple(items), tuple(segments))


def damage(texts: Sequence[str], kind: str, rng: Random) -> Damaged | None:
    """One record in which one entry is damaged in this way; None when the kind fits none of them."""
    if kind == "drop-first-number":
        return _drop_first(texts)
    if kind == "move-title-to-end":
        return _move_title(texts)
    order = rng.sample(range(len(texts)), len(texts))
    for index in order:
        bite = EATERS[kind](texts[index], rng)
        if kind == "eat-head" and not all(text[0].isupper() or text[0].isdigit() for text in texts):
            return None  # where entries begin as they like, a beginning in lower case says nothing
        if bite is None or not bite.text or bite.text == texts[index]:
            continue
        text, splitting = lay_out([*texts[:index], bite.text, *texts[index + 1 :]])
        place = splitting.items[index].spans[0][0] + min(bite.place, len(bite.text))
        return Damaged(text, splitting, kind, index, place, place, bite.eaten)
    return None


def _drop_first(texts: Sequence[str]) -> Damaged:
    """The first entry of a numbered list is gone, and the number 2 stands first."""
    labels = [f"{number}." for number in range(2, len(texts) + 1)]
    text, splitting = lay_out(texts[1:], labels=labels)
    start = splitting.items[0].spans[0][0]
    return Damaged(text, splitting, "drop-first-number", 0, start - 3, start, texts[0])


def _move_title(texts: Sequence[str]) -> Damaged:
    """The title of an entry stands alone at the end, and its sentence begins in the middle."""
    sentences = [f"{text}." for text in texts]
    torn = "calculated by the Cockcroft-Gault method < 50 mL/min, or measured by clearance of iohexol."
    text, splitting = lay_out([*sentences[:4], torn, *sentences[4:], "Poor renal function"])
    last = splitting.items[-1].spans[0]
    return Damaged(text, splitting, "move-title-to-end", 4, last[0], last[1], "Poor renal function")

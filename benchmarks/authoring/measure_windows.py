"""Spans of time against the annotations: which are found, and which of the found are right.

Gold is every Temporal annotation with a number and a unit of time. A window is right (strict) when its relation is
one that the words allow, and length, unit and strictness are the same; weeks are days, twelve months a year. Lenient
forgives strictness ("more than" for "at least") and a duration for a window that ends now, never the side of a limit.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from authoring.corpus import Section, TextSpan, overlap
from authoring.gold_windows import AFTER, LASTING, LONGER_AGO, WITHIN, GoldWindow, is_timed, read_window
from authoring.measure_lines import NOT_COMPUTABLE
from authoring.tables import Disagreement, Row, Table, f_score
from equipoise.authoring.freetext.mentions import WindowMention

Finder = Callable[[str], Iterable[WindowMention]]
_Gold = tuple[TextSpan, str, GoldWindow | None]

_FORGIVEN = {WITHIN: {WITHIN, LASTING}, LONGER_AGO: {LONGER_AGO, LASTING}, AFTER: {AFTER}}


def measure_windows(sections: Iterable[Section], find: Finder) -> Table:
    """The table of time windows."""
    counts: dict[str, int] = defaultdict(int)
    differences: list[Disagreement] = []
    for section in sections:
        gold_of, otherwise = read_gold(section)
        for line in section.lines:
            mentions = [m for m in find(line.text) if m.length is not None or m.hours is not None]
            gold = gold_of.get(line.start, [])
            place = f"{section.trial} {section.kind}"
            differences += _judge_gold(place, line.text, gold, mentions, counts)
            differences += _judge_mentions(place, line.text, gold, otherwise.get(line.start, []), mentions, counts)
    return _make_table(counts, differences)


def read_gold(section: Section) -> tuple[dict[int, list[_Gold]], dict[int, list[TextSpan]]]:
    """Annotated windows by start of line, and the spans with a time that are annotated as something else."""
    gold: dict[int, list[_Gold]] = defaultdict(list)
    otherwise: dict[int, list[TextSpan]] = defaultdict(list)
    for annotation in section.annotations.values():
        line = section.line_of(annotation)
        if line is None or not is_timed(annotation.text):
            continue
        span = (annotation.start - line.start, annotation.end - line.start)
        if annotation.label == "Temporal":
            before, after = section.text[line.start : annotation.start], section.text[annotation.end : line.end]
            gold[line.start].append((span, annotation.text, read_window(annotation.text, before, after)))
        elif annotation.label in ("Value", "Multiplier", "Qualifier", "Observation", *NOT_COMPUTABLE):
            otherwise[line.start].append(span)
    return gold, otherwise


def _judge_gold(
    place: str, line: str, gold: list[_Gold], mentions: list[WindowMention], counts: dict[str, int]
) -> list[Disagreement]:
    differences = []
    for span, words, window in gold:
        counts["annotated"] += 1
        if window is None:
            counts["unread"] += 1
            continue
        near = [m for m in mentions if overlap(m.span, span)]
        counts["gold"] += 1
        counts["open"] += len(window.relations) > 1
        counts["plain"] += len(window.relations) == 1
        counts["plain found"] += len(window.relations) == 1 and any(is_same(window, m) for m in near)
        counts["found strict"] += any(is_same(window, m) for m in near)
        counts["found sure"] += any(is_same(window, m) and not m.doubt for m in near)
        counts["found lenient"] += any(is_same(window, m, is_lenient=True) for m in near)
        if not any(is_same(window, m) for m in near):
            described = f"{words} => {describe_gold(window)}"
            predicted = "; ".join(describe_mention(line, m) for m in near)
            differences.append(Disagreement("windows", "missed", place, line, described, predicted))
    return differences


def _judge_mentions(
    place: str,
    line: str,
    gold: list[_Gold],
    otherwise: list[TextSpan],
    mentions: list[WindowMention],
    counts: dict[str, int],
) -> list[Disagreement]:
    differences = []
    for mention in mentions:
        near = [(words, window) for span, words, window in gold if overlap(mention.span, span)]
        readable = [window for _, window in near if window is not None]
        counts["predicted"] += 1
        counts["predicted touching"] += bool(readable)
        counts["predicted touching sure"] += bool(readable) and not mention.doubt
        is_otherwise = not near and any(overlap(mention.span, span) for span in otherwise)
        is_right = any(is_same(window, mention) for window in readable)
        counts["predicted on lines"] += bool(gold) and not is_otherwise and (bool(readable) or not near)
        counts["right strict"] += is_right
        counts["right sure"] += is_right and not mention.doubt
        counts["right lenient"] += any(is_same(window, mention, is_lenient=True) for window in readable)
        if not is_right and not (near and not readable):
            kind = "wrong" if near else "annotated otherwise" if is_otherwise else "not annotated"
            words = "; ".join(f"{words} => {describe_gold(window)}" for words, window in near if window)
            predicted = describe_mention(line, mention)
            differences.append(Disagreement("windows", kind, place, line, words, predicted))
    return differences


def is_same(gold: GoldWindow, mention: WindowMention, *, is_lenient: bool = False) -> bool:
    """Whether a found window says what is annotated."""
    relation = mention.direction.value
    allowed = set(gold.relations)
    if is_lenient:
        allowed |= {other for wanted in gold.relations for other in _FORGIVEN.get(wanted, {wanted})}
    if relation not in allowed or not (is_lenient or mention.is_strict == gold.is_strict):
        return False
    lengths = [gold.length] if gold.other_length is None else [gold.length, gold.other_length]
    if mention.hours is not None:
        return any(_in_hours(length, gold.unit) == mention.hours for length in lengths)
    unit = str(mention.unit.value) if mention.unit else ""
    return any(_in_base(length, gold.unit) == _in_base(Decimal(mention.length or 0), unit) for length in lengths)


def _in_hours(length: Decimal, unit: str) -> Decimal:
    return length * {"h": 1, "d": 24}.get(unit, 0)


def _in_base(length: Decimal, unit: str) -> tuple[Decimal, str]:
    """Years as months, hours as days; months and days stay apart."""
    if unit == "a":
        return length * 12, "mo"
    return (length / 24, "d") if unit == "h" else (length, unit)


def describe_gold(window: GoldWindow) -> str:
    other = "" if window.other_length is None else f" or {window.other_length}"
    strict = " strict" if window.is_strict else ""
    return f"{'/'.join(sorted(window.relations))} {window.length}{other} {window.unit}{strict}"


def describe_mention(line: str, mention: WindowMention) -> str:
    amount = f"{mention.hours} h" if mention.hours is not None else f"{mention.length} {mention.unit}"
    strict = " strict" if mention.is_strict else ""
    doubt = " (?)" if mention.doubt else ""
    return f"{line[slice(*mention.span)]} => {mention.direction} {amount}{strict} from {mention.anchor}{doubt}"


def _make_table(counts: dict[str, int], differences: list[Disagreement]) -> Table:
    recall = Row("recall, strict", counts["found strict"], counts["gold"])
    precision = Row("precision where a time is annotated, strict", counts["right strict"], counts["predicted touching"])
    rows = (
        recall,
        precision,
        Row("recall, strict, of times whose words leave one relation", counts["plain found"], counts["plain"]),
        Row("recall, lenient", counts["found lenient"], counts["gold"]),
        Row("precision where a time is annotated, lenient", counts["right lenient"], counts["predicted touching"]),
        Row("recall, strict, certain only", counts["found sure"], counts["gold"]),
        Row("precision where annotated, strict, certain only", counts["right sure"], counts["predicted touching sure"]),
        Row("precision on lines with annotated times, strict", counts["right strict"], counts["predicted on lines"]),
        Row("precision, whatever is not annotated counts as wrong", counts["right strict"], counts["predicted"]),
    )
    notes = (
        f"{f_score(precision, recall)} (strict).",
        f"{counts['annotated']:,} annotations hold a number and a unit of time; {counts['unread']:,} of them the "
        f"reader of the annotations does not understand (frequencies, two spans in one): they count nowhere.",
        f"{counts['open']:,} of those read leave the relation open in their own words; any of their readings counts as "
        f"right, with the length, unit and strictness printed.",
    )
    return Table("Time windows", rows, notes, tuple(differences))

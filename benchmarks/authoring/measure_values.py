"""Numeric comparisons against the annotations: which are found, and which of the found are right.

Gold is every Has_value relation whose value holds a number. A gold comparison is found when each of its limits
(operator, number, unit) stands in comparisons with the same subject at its place, and none of these states a limit that
is not annotated there. Subjects are the same when the spans overlap, or the annotated concept lies between subject and
limit. Three precisions are told: of comparisons that touch an annotated value; of all on lines with annotated values;
of all. Numbers that are annotated as something else (Multiplier, Qualifier, Temporal, or a class that cannot be
computed) are left out of the second.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from authoring.corpus import Annotation, Line, Section, TextSpan
from authoring.gold_values import GoldBound, has_number, is_ordinal, read_value, with_neighbours
from authoring.measure_lines import NOT_COMPUTABLE
from authoring.tables import Disagreement, Row, Table, f_score
from equipoise.authoring.freetext.mentions import Amount, Bound, ComparisonMention
from equipoise.terminology.units import resolve_unit

Finder = Callable[[str], Iterable[ComparisonMention]]

_OTHERWISE = ("Value", "Multiplier", "Qualifier", "Temporal", *NOT_COMPUTABLE)
_FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "="}
_WORDS_OF_UNITS = {
    "a": r"years?|yrs?|y|y/o|yo|year-old|years?\s+of",
    "mo": r"months?|mos?|mths?",
    "wk": r"weeks?|wks?|wk",
    "d": r"days?|d",
    "h": r"hours?|hrs?|h",
    "mm[Hg]": r"mm\s?hg|millimeters?\s+of\s+mercury|mm\s+of\s+hg",
    "/min": r"bpm|beats?\s*(?:/|per)\s*min(?:ute)?\.?|breaths?\s*(?:/|per)\s*min(?:ute)?",
    "Cel": r"°\s?c|degrees?\s+c(?:elsius)?|℃",
    "": r"points?|scores?|x|times|fold|1|\{.*\}",
}


@dataclass(frozen=True)
class GoldComparison:
    """An annotated comparison; the spans count the characters of its line."""

    concept: tuple[TextSpan, ...]
    value: TextSpan
    bounds: tuple[GoldBound, ...]
    words: str


def measure_comparisons(sections: Iterable[Section], find: Finder) -> Table:
    """The table of numeric comparisons."""
    counts: dict[str, int] = defaultdict(int)
    differences: list[Disagreement] = []
    for section in sections:
        gold_of, other_of = read_gold(section, counts)
        for line in section.lines:
            mentions = tuple(find(line.text))
            gold, elsewhere = gold_of.get(line.start, []), other_of.get(line.start, [])
            differences += _judge_line(section, line, gold, elsewhere, mentions, counts)
    return _make_table(counts, differences)


def read_gold(
    section: Section, counts: dict[str, int]
) -> tuple[dict[int, list[GoldComparison]], dict[int, list[TextSpan]]]:
    """
    Annotated comparisons by start of line, and spans with a number that are annotated otherwise or not readable.

    `counts` is told how many values are ordinal classes, and how many could not be read.
    """
    gold: dict[int, list[GoldComparison]] = defaultdict(list)
    elsewhere: dict[int, list[TextSpan]] = defaultdict(list)
    linked = [relation for relation in section.relations if relation.label == "Has_value"]
    for relation in linked:
        concept, value = section.annotations[relation.source], section.annotations[relation.target]
        line = section.line_of(value)
        counts["ordinal"] += is_ordinal(value.text)
        if line is None or not has_number(value.text):
            continue
        counts["numeric"] += 1
        before, after = section.text[line.start : value.start], section.text[value.end : line.end]
        bounds = read_value(with_neighbours(before, value.text, after))
        if bounds is None:
            counts["unread"] += 1
            elsewhere[line.start].append(_in_line(value, line))
            continue
        spans = tuple((start - line.start, end - line.start) for start, end in concept.spans)
        gold[line.start].append(GoldComparison(spans, _in_line(value, line), bounds, f"{concept.text} {value.text}"))
    targets = {relation.target for relation in linked}
    for annotation in section.annotations.values():
        if annotation.id not in targets and annotation.label in _OTHERWISE:
            line = section.line_of(annotation)
            if line is not None and has_number(annotation.text):
                elsewhere[line.start].append(_in_line(annotation, line))
    return gold, elsewhere


def _in_line(annotation: Annotation, line: Line) -> TextSpan:
    return annotation.start - line.start, annotation.end - line.start


def _judge_line(
    section: Section,
    line: Line,
    gold: list[GoldComparison],
    elsewhere: list[TextSpan],
    mentions: tuple[ComparisonMention, ...],
    counts: dict[str, int],
) -> list[Disagreement]:
    differences = []
    for item in gold:
        near = [m for m in mentions if _touches(m, item.value) and is_same_subject(line.text, m, item)]
        pool = [bound for other in gold if any(_touches(m, other.value) for m in near) for bound in other.bounds]
        is_right = bool(near) and all(
            any(_is_same(bound, sign, amount, line.text, item.value) for m in near for sign, amount in limits_of(m))
            for bound in item.bounds
        )
        is_right = is_right and all(_is_supported(m, pool, line.text, item.value) for m in near)
        counts["gold"] += 1
        counts["found"] += is_right
        counts["found sure"] += is_right and not any(m.doubt for m in near)
        counts["number found"] += any(_touches(m, item.value) for m in mentions)
        if not is_right:
            shown = near or [m for m in mentions if _touches(m, item.value)]
            differences.append(_difference("missed", section, line, describe_gold(item), shown))
    for mention in mentions:
        touched = [item for item in gold if _touches(mention, item.value)]
        same = [item for item in touched if is_same_subject(line.text, mention, item)]
        pool = [bound for item in same for bound in item.bounds]
        is_right = bool(same) and _is_supported(mention, pool, line.text, same[0].value)
        is_elsewhere = not touched and any(_overlap(mention.span, span) for span in elsewhere)
        _count_mention(counts, mention, is_right, bool(touched), is_elsewhere, bool(gold))
        if not is_right:
            kind = "wrong" if touched else "annotated otherwise" if is_elsewhere else "not annotated"
            words = "; ".join(describe_gold(item) for item in touched)
            differences.append(_difference(kind, section, line, words, [mention]))
    return differences


def _count_mention(
    counts: dict[str, int],
    mention: ComparisonMention,
    is_right: bool,
    is_touched: bool,
    is_elsewhere: bool,
    has_gold: bool,
) -> None:
    for suffix in ("", " sure") if not mention.doubt else ("",):
        counts["predicted" + suffix] += 1
        counts["right" + suffix] += is_right
        counts["predicted touching" + suffix] += is_touched
        counts["predicted on lines" + suffix] += has_gold and not is_elsewhere


def limits_of(mention: ComparisonMention) -> list[tuple[str, Amount]]:
    """Every printed limit of a mention with its operator; a denied one is turned round."""
    return [pair for bound in mention.bounds for pair in _spelled(bound, mention.is_negated)]


def _spelled(bound: Bound, is_negated: bool) -> list[tuple[str, Amount]]:
    sign = _FLIPPED[bound.operator.value] if is_negated else bound.operator.value
    return [(sign, amount) for amount in (bound.amount, *bound.others)]


def _is_supported(mention: ComparisonMention, pool: list[GoldBound], line: str, value: TextSpan) -> bool:
    """Whether each limit of the mention is annotated, in one of its printed forms."""
    return all(
        any(
            _is_same(gold, sign, amount, line, value)
            for gold in pool
            for sign, amount in _spelled(bound, mention.is_negated)
        )
        for bound in mention.bounds
    )


def _is_same(gold: GoldBound, sign: str, amount: Amount, line: str, value: TextSpan) -> bool:
    if gold.operator != sign or gold.value != amount.value:
        return False
    if (gold.relative or None) != (amount.relative.value if amount.relative else None):
        return False
    if gold.relative:
        return True
    theirs = {unit_key(amount.spelling), unit_key(amount.unit or "")}
    ours = unit_key(gold.unit)
    if ours in theirs or any(a and b and (a.startswith(b) or b.startswith(a)) for a in theirs for b in (ours,)):
        return True
    # The annotation may leave the unit out: "[18] years", "[< 8] (g/dL)".
    return not gold.unit and (not amount.spelling or amount.spelling in line[max(0, value[0] - 25) : value[1] + 25])


def unit_key(spelling: str) -> str:
    """One word for all spellings of a unit: UCUM where it is known, else the spelling without case and blanks."""
    words = spelling.strip(" .,;()[]").split()
    for length in range(min(len(words), 4), 0, -1):
        head = " ".join(words[:length])
        for key, pattern in _WORDS_OF_UNITS.items():
            if head == key or re.fullmatch(pattern, head, re.I):
                return key
        if resolved := resolve_unit(head):
            return resolved
    return "".join(words).lower().replace("µ", "u").replace("μ", "u")


def is_same_subject(line: str, mention: ComparisonMention, gold: GoldComparison) -> bool:
    """The annotated concept overlaps the subject, lies between it and the limit, or is its name in brackets."""
    low = min(mention.subject[0], mention.span[0])
    high = max(mention.subject[1], mention.span[1])
    for start, end in gold.concept:
        if _overlap((start, end), mention.subject) or (low <= start and end <= high):
            return True
        gap = line[end : mention.subject[0]] if end <= mention.subject[0] else line[mention.subject[1] : start]
        if re.fullmatch(r"\s*[(\[]?\s*(?:or\s+)?", gap) and len(gap) <= 5:
            return True
    return False


def _touches(mention: ComparisonMention, value: TextSpan) -> bool:
    return _overlap(mention.span, value)


def _overlap(a: TextSpan, b: TextSpan) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def describe_gold(gold: GoldComparison) -> str:
    limits = " & ".join(f"{b.operator}{b.value}[{b.unit or b.relative}]" for b in gold.bounds)
    return f"{gold.words} => {limits}"


def describe_mention(line: str, mention: ComparisonMention) -> str:
    limits = " & ".join(
        f"{sign}{amount.value}[{amount.relative.value if amount.relative else amount.unit or amount.spelling}]"
        for sign, amount in limits_of(mention)
    )
    return f"{line[slice(*mention.subject)]} | {line[slice(*mention.span)]} => {limits} {mention.doubt and '(?)'}"


def _difference(
    kind: str, section: Section, line: Line, gold: str, mentions: Iterable[ComparisonMention]
) -> Disagreement:
    predicted = "; ".join(describe_mention(line.text, mention) for mention in mentions)
    return Disagreement("comparisons", kind, f"{section.trial} {section.kind}", line.text, gold, predicted)


def _make_table(counts: dict[str, int], differences: list[Disagreement]) -> Table:
    recall = Row("recall", counts["found"], counts["gold"])
    touching = Row("precision where a value is annotated", counts["right"], counts["predicted touching"])
    rows = (
        recall,
        touching,
        Row("precision on lines with annotated values", counts["right"], counts["predicted on lines"]),
        Row("precision, whatever is not annotated counts as wrong", counts["right"], counts["predicted"]),
        Row("recall, certain only", counts["found sure"], counts["gold"]),
        Row("precision where annotated, certain only", counts["right sure"], counts["predicted touching sure"]),
        Row("annotated values at which anything was found", counts["number found"], counts["gold"]),
    )
    notes = (
        f"{f_score(touching, recall)} where a value is annotated.",
        f"{counts['numeric']:,} annotated values hold a number; {counts['unread']:,} of them the reader of the "
        f"annotations does not understand (ratios, two units of one length, lists with gaps): they count nowhere.",
        f"{counts['ordinal']:,} further values are classes in Roman numerals; they are not measured here.",
    )
    return Table("Numeric comparisons", rows, notes, tuple(differences))

"""Numeric comparisons against the annotations: which are found, and which of the found are right.

Gold is every Has_value relation whose value holds a number. A gold comparison is found when each of its limits
(operator, number, unit) stands in comparisons with the same subject at its place, and none of these states a limit that
is not annotated there; when two say the same is in `same_values`. A list may give a right limit to more subjects than
are annotated. Three precisions are told: of comparisons that touch an annotated value; of all on lines with annotated
values; of all. Numbers that are annotated as something else (Multiplier, Qualifier, Temporal, a class that cannot be
computed) are left out of the second.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from authoring.corpus import Annotation, Line, Section, TextSpan, overlap
from authoring.gold_values import GoldBound, read_classes, read_value, with_neighbours
from authoring.measure_lines import NOT_COMPUTABLE
from authoring.same_values import (
    GoldComparison,
    is_same_limit,
    is_same_subject,
    is_supported,
    limits_of,
)
from authoring.tables import Disagreement, Row, Table, f_score
from authoring.value_text import fill_gaps, has_number, is_ordinal
from equipoise.authoring.freetext.mentions import ComparisonMention

Finder = Callable[[str], Iterable[ComparisonMention]]

_BARE = re.compile(r"(?:(?:class|grade|stage)\s+)?(?:\d{1,2}|I{1,3}|IV|VI?)", re.I)
_BETWEEN = re.compile(r"\s*(?:,|/|&|or|and|,\s*or|,\s*and)\s*", re.I)
_OTHERWISE = ("Value", "Multiplier", "Qualifier", "Temporal", *NOT_COMPUTABLE)
_SEX = re.compile(r"(?:fe)?males?|(?:wo)?m[ae]n|girls?|boys?", re.I)


@dataclass
class Annotated:
    """What is annotated in one line: comparisons, further values read, and spans with numbers of another kind."""

    gold: list[GoldComparison] = field(default_factory=list)
    loose: list[tuple[TextSpan, tuple[GoldBound, ...]]] = field(default_factory=list)
    elsewhere: list[TextSpan] = field(default_factory=list)

    def bounds_at(self, mention: ComparisonMention, same: list[GoldComparison]) -> list[GoldBound]:
        """The limits that a mention may state: those of its subject, and values that hang on no concept."""
        bounds = [bound for item in same for bound in item.bounds]
        return bounds + [bound for span, read in self.loose if overlap(mention.span, span) for bound in read]


def measure_comparisons(sections: Iterable[Section], find: Finder) -> Table:
    """The table of numeric comparisons."""
    counts: dict[str, int] = defaultdict(int)
    differences: list[Disagreement] = []
    for section in sections:
        annotated = read_gold(section, counts)
        for line in section.lines:
            here = annotated.get(line.start, Annotated())
            differences += _judge_line(
                f"{section.trial} {section.kind}", line.text, here, tuple(find(line.text)), counts
            )
    return _make_table(counts, differences)


def read_gold(section: Section, counts: dict[str, int]) -> dict[int, Annotated]:
    """
    What is annotated, by start of line.

    `counts` is told how many values are ordinal classes, and how many could not be read.
    """
    found: dict[int, Annotated] = defaultdict(Annotated)
    linked = [relation for relation in section.relations if relation.label == "Has_value"]
    for relation in linked:
        concept, value = section.annotations[relation.source], section.annotations[relation.target]
        line = section.line_of(value)
        is_class = is_ordinal(value.text)
        if line is None or not (is_class or has_number(value.text)):
            continue
        bounds = _read(section, line, value)
        counts["classes" if is_class else "numeric"] += 1
        if bounds is None:
            counts["classes unread" if is_class else "unread"] += 1
            found[line.start].elsewhere.append(_in_line(value, line))
            continue
        spans = tuple((start - line.start, end - line.start) for start, end in concept.spans)
        is_sex = concept.label == "Person" and bool(_SEX.fullmatch(concept.text))
        words = f"{concept.text} {value.text}"
        found[line.start].gold.append(GoldComparison(spans, _in_line(value, line), bounds, words, is_sex, is_class))
    targets = {relation.target for relation in linked}
    for annotation in section.annotations.values():
        line = section.line_of(annotation)
        if annotation.id in targets or line is None or not has_number(annotation.text):
            continue
        if annotation.label in _OTHERWISE:
            found[line.start].elsewhere.append(_in_line(annotation, line))
        if annotation.label == "Value" and (bounds := _read(section, line, annotation)):
            found[line.start].loose.append((_in_line(annotation, line), bounds))
    return found


def _read(section: Section, line: Line, value: Annotation) -> tuple[GoldBound, ...] | None:
    """A value as its line prints it: a number that the span cuts is completed, parts are joined, lists read whole."""
    text = section.text
    start, end = _whole_list(section, line, value)
    if (start, end) == (value.start, value.end):
        gaps = [text[end:start] for (_, end), (start, _) in pairwise(value.spans)]
        words = fill_gaps([text[start:end] for start, end in value.spans], gaps)
    else:
        words = text[start:end]
    while end < line.end and re.match(r"\d|\.\d", text[end : end + 2]) and text[end - 1].isdigit():
        words, end = words + text[end], end + 1
    read = read_classes if is_ordinal(words) else read_value
    return read(with_neighbours(text[line.start : start], words, text[end : line.end]))


def _whole_list(section: Section, line: Line, value: Annotation) -> TextSpan:
    """The bounds of a list of bare numbers or classes ("0", "1" or "2") that is annotated number by number."""
    start, end = value.start, value.end
    if not _BARE.fullmatch(value.text):
        return start, end
    bare = [a for a in section.annotations.values() if a.label == "Value" and _BARE.fullmatch(a.text)]
    for _ in bare:
        for other in bare:
            if end <= other.start < line.end and _BETWEEN.fullmatch(section.text[end : other.start]):
                end = other.end
            elif line.start <= other.start and other.end <= start:
                start = other.start if _BETWEEN.fullmatch(section.text[other.end : start]) else start
    return start, end


def _in_line(annotation: Annotation, line: Line) -> TextSpan:
    return annotation.start - line.start, annotation.end - line.start


def _judge_line(
    place: str, line: str, annotated: Annotated, mentions: tuple[ComparisonMention, ...], counts: dict[str, int]
) -> list[Disagreement]:
    gold = annotated.gold
    same_of = {
        id(m): [item for item in gold if overlap(m.span, item.value) and is_same_subject(line, m, item)]
        for m in mentions
    }
    supported = {
        id(m): bool(same_of[id(m)])
        and is_supported(m, annotated.bounds_at(m, same_of[id(m)]), line, same_of[id(m)][0].value)
        for m in mentions
    }
    # Of a list ("AST, ALT or ALP above 2.5 x ULN") the corpus often links one member to the value.
    right = {(m.span, m.bounds) for m in mentions if supported[id(m)]}
    supported = {id(m): supported[id(m)] or (not same_of[id(m)] and (m.span, m.bounds) in right) for m in mentions}
    differences = []
    for item in gold:
        prefix = "class " if item.is_class else ""
        near = [m for m in mentions if item in same_of[id(m)]]
        is_right = bool(near) and all(supported[id(m)] for m in near) and _is_found(item, near, line)
        counts[prefix + "gold"] += 1
        counts[prefix + "found"] += is_right
        counts[prefix + "found sure"] += is_right and not any(m.doubt for m in near)
        touching = [m for m in mentions if overlap(m.span, item.value)]
        counts[prefix + "number found"] += bool(touching)
        if not is_right:
            differences.append(_difference("missed", place, line, describe_gold(item), near or touching))
    for mention in mentions:
        touched = [item for item in gold if overlap(mention.span, item.value)]
        is_elsewhere = not touched and any(overlap(mention.span, span) for span in annotated.elsewhere)
        names = ["predicted"] + ["right"] * supported[id(mention)] + ["predicted touching"] * bool(touched)
        names += ["predicted on lines"] * (bool(gold) and not is_elsewhere)
        prefix = "class " if is_ordinal(line[slice(*mention.span)]) else ""
        for name in names:
            counts[prefix + name] += 1
            counts[f"{prefix}{name} sure"] += not mention.doubt
        if not supported[id(mention)]:
            kind = "wrong" if touched else "annotated otherwise" if is_elsewhere else "not annotated"
            words = "; ".join(describe_gold(item) for item in touched)
            differences.append(_difference(kind, place, line, words, [mention]))
    return differences


def _is_found(item: GoldComparison, near: list[ComparisonMention], line: str) -> bool:
    limits = [pair for mention in near for pair in limits_of(mention)]
    return all(any(is_same_limit(bound, *pair, line, item.value) for pair in limits) for bound in item.bounds)


def describe_gold(gold: GoldComparison) -> str:
    limits = " & ".join(f"{b.operator}{b.value}[{b.unit or b.relative}]" for b in gold.bounds)
    return f"{gold.words} => {limits}"


def describe_mention(line: str, mention: ComparisonMention) -> str:
    limits = " & ".join(
        f"{sign}{amount.value}[{amount.relative.value if amount.relative else amount.unit or amount.spelling}]"
        for sign, amount in limits_of(mention)
    )
    return f"{line[slice(*mention.subject)]} | {line[slice(*mention.span)]} => {limits} {mention.doubt and '(?)'}"


def _difference(kind: str, place: str, line: str, gold: str, mentions: Iterable[ComparisonMention]) -> Disagreement:
    predicted = "; ".join(describe_mention(line, mention) for mention in mentions)
    return Disagreement("comparisons", kind, place, line, gold, predicted)


def _make_table(counts: dict[str, int], differences: list[Disagreement]) -> Table:
    recall = Row("recall", counts["found"], counts["gold"])
    touching = Row("precision where a value is annotated", counts["right"], counts["predicted touching"])
    class_touching = counts["class predicted touching"]
    rows = (
        recall,
        touching,
        Row("precision on lines with annotated values", counts["right"], counts["predicted on lines"]),
        Row("precision, whatever is not annotated counts as wrong", counts["right"], counts["predicted"]),
        Row("recall, certain only", counts["found sure"], counts["gold"]),
        Row("precision where annotated, certain only", counts["right sure"], counts["predicted touching sure"]),
        Row("classes in Roman numerals, recall", counts["class found"], counts["class gold"]),
        Row("classes in Roman numerals, precision where annotated", counts["class right"], class_touching),
        Row("annotated values at which anything was found", counts["number found"], counts["gold"]),
    )
    notes = (
        f"{f_score(touching, recall)} where a value is annotated.",
        f"{counts['numeric']:,} annotated values hold a number; {counts['unread']:,} of them the reader of the "
        f"annotations does not understand (ratios, two units of one length, lists with gaps): they count nowhere.",
        f"{counts['classes']:,} further values are classes in Roman numerals, told apart; {counts['classes unread']:,} "
        f"of them with letters are not read.",
    )
    return Table("Numeric comparisons", rows, notes, tuple(differences))

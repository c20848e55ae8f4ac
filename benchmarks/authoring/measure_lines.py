"""Whole lines against the annotations: where criteria begin, and which of them only a person can decide.

Boundaries: the lines of a section are joined by blanks, and every true beginning but the first must be found again;
one that is found within the bullet or number before it counts as the same. Not computable: a line is gold when an
annotation of one of the classes below touches it, "whole" when these cover more than half of it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from authoring.corpus import Line, Section
from authoring.tables import Disagreement, Row, Table, f_score
from equipoise.authoring.freetext.mentions import AskedMention
from equipoise.authoring.model import Splitting
from equipoise.criteria.truth import Kind

FindBoundaries = Callable[[str], list[int]]
Split = Callable[[str, tuple[tuple[int, int], ...]], Splitting]
FindAsked = Callable[[str], Iterable[AskedMention]]

NOT_COMPUTABLE = (
    "Non-query-able",
    "Post-eligibility",
    "Pregnancy_considerations",
    "Competing_trial",
    "Informed_consent",
    "Intoxication_considerations",
    "Non-representable",
    "Not_a_criteria",
    "Undefined_semantics",
    "Subjective_judgement",
    "Context_Error",
)
_BULLET = re.compile(r"(?:[\s\-*•·–—o]|(?:\(?\d{1,2}|\(?[a-zA-Z])[.)])*\s*")
_HEADINGS = {Kind.INCLUSION: "Inclusion Criteria:", Kind.EXCLUSION: "Exclusion Criteria:"}

LEARNED_HERE = (
    "The shipped weights were learned from all trials of this corpus, so these figures flatter. Learned from the even "
    "trials, the odd ones reach F1 0.907; in eight folds 0.903 (`benchmarks/learn_boundaries.py CORPUS --folds`)."
)


def measure_boundaries(sections: Iterable[Section], find: FindBoundaries) -> Table:
    """Beginnings of criteria in sections whose lines were joined by blanks."""
    counts: dict[str, int] = defaultdict(int)
    differences: list[Disagreement] = []
    for section in sections:
        text, starts = join_lines(section)
        found = {_skip_bullet(text, place) for place in find(text)} - {0, _skip_bullet(text, 0)}
        wanted = {_skip_bullet(text, place) for place in starts[1:]}
        counts["hits"] += len(found & wanted)
        counts["found"] += len(found)
        counts["wanted"] += len(wanted)
        place = f"{section.trial} {section.kind}"
        differences += [_boundary(place, "missed", text, at) for at in sorted(wanted - found)]
        differences += [_boundary(place, "wrong", text, at) for at in sorted(found - wanted)]
    recall = Row("recall", counts["hits"], counts["wanted"])
    precision = Row("precision", counts["hits"], counts["found"])
    notes = (f_score(precision, recall), LEARNED_HERE)
    return Table("Boundaries after joining all lines", (recall, precision), notes, tuple(differences))


def measure_splitting(sections: Iterable[Section], split: Split, *, is_joined: bool) -> Table:
    """Items of whole eligibility texts, both sections under their headings; as printed, or all in one line."""
    counts: dict[str, int] = defaultdict(int)
    differences: list[Disagreement] = []
    for trial, pair in _by_trial(sections).items():
        text, wanted = _lay_out(pair, is_joined)
        items = split(text, ((0, len(text)),)).items
        found = {_skip_bullet(text, item.spans[0][0]): item.kind for item in items}
        common = set(found) & set(wanted)
        counts["hits"] += len(common)
        counts["kinds"] += sum(found[place] == wanted[place] for place in common)
        counts["found"] += len(found)
        counts["wanted"] += len(wanted)
        differences += [_boundary(trial, "missed", text, at) for at in sorted(set(wanted) - common)]
        differences += [_boundary(trial, "wrong", text, at) for at in sorted(set(found) - common)]
    recall = Row("recall of beginnings", counts["hits"], counts["wanted"])
    precision = Row("precision of beginnings", counts["hits"], counts["found"])
    kinds = Row("under the right heading (inclusion, exclusion)", counts["kinds"], counts["hits"])
    title = "Items of whole texts, run together in one line" if is_joined else "Items of whole texts, lines as printed"
    notes = (f_score(precision, recall), *((LEARNED_HERE,) if is_joined else ()))
    return Table(title, (recall, precision, kinds), notes, tuple(differences))


def measure_asked(sections: Iterable[Section], find: FindAsked) -> Table:
    """Lines that only a person can decide."""
    counts: dict[str, int] = defaultdict(int)
    by_label: dict[str, list[int]] = {label: [0, 0] for label in NOT_COMPUTABLE}
    differences: list[Disagreement] = []
    for section in sections:
        place = f"{section.trial} {section.kind}"
        for line in section.lines:
            labels, share = _labels_of(section, line)
            mentions = tuple(find(line.text))
            counts["gold"] += bool(labels)
            counts["whole"] += share > 0.5
            counts["predicted"] += bool(mentions)
            counts["right"] += bool(labels and mentions)
            is_whole = any(mention.is_whole for mention in mentions)
            counts["right whole"] += bool(share > 0.5 and mentions)
            counts["predicted whole"] += is_whole
            counts["whole is right"] += bool(labels) and is_whole
            for label in labels:
                by_label[label][0] += bool(mentions)
                by_label[label][1] += 1
            if bool(labels) != bool(mentions):
                predicted = "; ".join(f"{m.kind}: {line.text[slice(*m.span)]}" for m in mentions)
                kind = "missed" if labels else "wrong"
                differences.append(
                    Disagreement("asked", kind, place, line.text, f"{', '.join(sorted(labels))} {share:.1f}", predicted)
                )
    recall = Row("recall", counts["right"], counts["gold"])
    precision = Row("precision", counts["right"], counts["predicted"])
    whole = Row("recall of lines that are covered by more than half", counts["right whole"], counts["whole"])
    whole_precision = Row(
        "precision where nothing is left to compute", counts["whole is right"], counts["predicted whole"]
    )
    labelled = [Row(f"recall of {label}", hits, total) for label, (hits, total) in by_label.items() if total]
    return Table(
        "Criteria that only a person can decide",
        (recall, precision, whole, whole_precision, *labelled),
        (
            f_score(precision, recall),
            "The corpus annotates consent, pregnancy, judgement and other trials as not computable on some lines and "
            "not on others of the same words; what is not annotated counts as wrong here all the same.",
        ),
        tuple(differences),
    )


def join_lines(section: Section) -> tuple[str, list[int]]:
    """The lines joined by one blank, and where each begins."""
    starts, position = [], 0
    for line in section.lines:
        starts.append(position)
        position += len(line.text) + 1
    return " ".join(line.text for line in section.lines), starts


def _lay_out(pair: list[Section], is_joined: bool) -> tuple[str, dict[int, Kind]]:
    """One eligibility text with headings, and where each line begins with its kind."""
    text, wanted = "", {}
    for section in pair:
        text += f"{_HEADINGS[section.kind]}" + (" " if is_joined else "\n\n")
        for line in section.lines:
            wanted[_skip_bullet(line.text, 0) + len(text)] = section.kind
            text += line.text + (" " if is_joined else "\n")
        text += "" if is_joined else "\n"
    return text.rstrip(), wanted


def _by_trial(sections: Iterable[Section]) -> dict[str, list[Section]]:
    trials: dict[str, list[Section]] = defaultdict(list)
    for section in sections:
        trials[section.trial].append(section)
    return {trial: sorted(pair, key=lambda section: section.kind is Kind.EXCLUSION) for trial, pair in trials.items()}


def _skip_bullet(text: str, place: int) -> int:
    found = _BULLET.match(text, place)
    return found.end() if found else place


def _labels_of(section: Section, line: Line) -> tuple[set[str], float]:
    """The classes that touch a line, and the share of it that they cover."""
    labels: set[str] = set()
    covered: set[int] = set()
    for annotation in section.annotations.values():
        if annotation.label in NOT_COMPUTABLE:
            for start, end in annotation.spans:
                places = range(max(start, line.start), min(end, line.end))
                if places:
                    labels.add(annotation.label)
                    covered.update(places)
    return labels, len(covered) / max(1, len(line.text))


def _boundary(place: str, kind: str, text: str, at: int) -> Disagreement:
    shown = f"{text[max(0, at - 60) : at]}¦{text[at : at + 60]}"
    return Disagreement("boundaries", kind, place, shown, "begins" if kind == "missed" else "", "")

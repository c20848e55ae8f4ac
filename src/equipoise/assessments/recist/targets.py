"""Which lesions may be targets: five in all, two of an organ, all nodes one organ, every one measurable.

The reader chooses; this checks the choice and can propose one.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.recist.lesions import (
    PAPER,
    Finding,
    Lesion,
    Measurability,
    Reading,
    Role,
    judge_measurability,
)
from equipoise.assessments.recist.sums import find_one
from equipoise.errors import Fault

MOST_TARGETS = 5
MOST_OF_ORGAN = 2
_NODES = "lymph nodes"


def name_organ(lesion: Lesion) -> str:
    """The organ for the two-per-organ rule: all nodes are one, and left and right of a pair too."""
    return _NODES if lesion.is_node else lesion.organ.strip().casefold().removeprefix("left ").removeprefix("right ")


def check_targets(reading: Reading) -> tuple[Fault, ...]:
    """
    Every way in which the targets of a reading break the rules of their choice.

    At most five in all and two of an organ, nodes together being one organ (EORTC clarification); each measurable at
    baseline; a node from 10 to below 15 mm is a non-target, a smaller one no lesion. A subject with measurable lesions
    and no target is a fault too (Eisenhauer 2009, 4.2).
    """
    return tuple(_faults_of_number(reading)) + tuple(_faults_of_kind(reading))


def _faults_of_number(reading: Reading) -> Iterator[Fault]:
    targets = reading.with_role(Role.TARGET)
    if len(targets) > MOST_TARGETS:
        yield Fault("targets", f"{len(targets)} of them", f"Follow {len(targets) - MOST_TARGETS} as non-target.")
    for organ, count in Counter(name_organ(lesion) for lesion in targets).items():
        if count > MOST_OF_ORGAN:
            yield Fault(f"targets in {organ}", f"{count} of them", f"Follow {count - MOST_OF_ORGAN} as non-target.")


def _faults_of_kind(reading: Reading) -> Iterator[Fault]:
    for lesion in reading.lesions:
        if lesion.role is Role.NEW:
            continue
        where = f"{lesion.role} {lesion.id}"
        kind = _measure(reading, lesion)
        if lesion.role is Role.TARGET and isinstance(kind, NotEvaluable):
            yield Fault(where, kind.because, "Record the diameter at baseline.")
        elif lesion.role is Role.TARGET and kind is not Measurability.MEASURABLE:
            do = "Do not follow it." if kind is Measurability.NORMAL_NODE else "Follow it as non-target."
            yield Fault(where, f"not a measurable lesion but a {kind} one", do)
        elif lesion.role is Role.NON_TARGET and kind is Measurability.NORMAL_NODE:
            yield Fault(where, "a node below 10 mm is normal", "Do not follow it.")
    if not reading.with_role(Role.TARGET) and _find_measurable(reading):
        yield Fault("targets", "none, and there are measurable lesions", "Choose up to five of them.")


def _measure(reading: Reading, lesion: Lesion) -> Measurability | NotEvaluable:
    finding = find_one(reading, lesion, 0)
    if isinstance(finding, NotEvaluable):
        return finding
    kind = judge_measurability(lesion, finding)
    return kind if isinstance(kind, NotEvaluable) else kind.value


def _find_measurable(reading: Reading) -> list[tuple[Lesion, Finding, Decimal]]:
    """The measurable lesions of a reading with their finding and diameter at baseline, the largest first."""
    found = []
    for lesion in reading.lesions:
        finding = find_one(reading, lesion, 0)
        if lesion.role is Role.NEW or isinstance(finding, NotEvaluable) or finding.mm is None:
            continue
        if _measure(reading, lesion) is Measurability.MEASURABLE:
            found.append((lesion, finding, finding.mm))
    return sorted(found, key=lambda item: (-item[2], item[0].id))


def propose_targets(reading: Reading) -> Answer[tuple[str, ...]]:
    """
    Propose targets: the largest measurable lesions, at most two of an organ, an organ's second after every first.

    The paper asks for the largest that represent all involved organs and can be measured again; the last is for a
    person, so this is a proposal. What lesions are followed as now is not read, except that new ones are left out.
    """
    candidates = _find_measurable(reading)
    if not candidates:
        return NotEvaluable(Why.NEVER_MEASURED, "no lesion is measurable at baseline")
    ranked: list[tuple[int, int, str]] = []
    seen: Counter[str] = Counter()
    for place, (lesion, _, _) in enumerate(candidates):
        ranked.append((seen[name_organ(lesion)], place, lesion.id))
        seen[name_organ(lesion)] += 1
    chosen = [(place, name) for rank, place, name in sorted(ranked) if rank < MOST_OF_ORGAN][:MOST_TARGETS]
    inputs: tuple[Input, ...] = tuple(finding.as_input() for _, finding, _ in candidates)
    note = "a proposal: whether each can be measured again is for the reader"
    return Assessed(tuple(name for _, name in sorted(chosen)), inputs, PAPER, (note,))

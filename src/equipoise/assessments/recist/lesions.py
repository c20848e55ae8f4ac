"""What a reader saw: lesions, and one finding for each lesion at each visit.

Also whether a lesion can be measured at all. What the findings mean together is for the other modules; a finding that
no lesion can have (a negative diameter, an unknown state) is kept here as given and judged where it is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why

PAPER = "RECIST 1.1 (Eisenhauer 2009, Eur J Cancer 45:228)"
CLARIFIED = "RECIST 1.1, EORTC clarifications (Schwartz 2016, Eur J Cancer 62:132)"

LEAST_LESION_MM = Decimal(10)
LEAST_LESION_XRAY_MM = Decimal(20)
LEAST_TARGET_NODE_MM = Decimal(15)
NORMAL_NODE_BELOW_MM = Decimal(10)
THIN_SLICE_MM = Decimal(5)
TOO_SMALL_MM = Decimal(5)
"""What counts for a lesion that is there but cannot be measured."""


class Role(StrEnum):
    """What a lesion is followed as; a closed list."""

    TARGET = "target"
    NON_TARGET = "non-target"
    NEW = "new"


class Method(StrEnum):
    """How a lesion was looked at."""

    CT = "ct"
    MRI = "mri"
    XRAY = "x-ray"
    CALIPERS = "calipers"
    ULTRASOUND = "ultrasound"
    FDG_PET = "fdg-pet"


class State(StrEnum):
    """
    What was seen of a lesion at a visit; a closed list.

    MEASURED to MERGED are for targets; REMOVED is surgery's; PRESENT and UNEQUIVOCAL_PROGRESSION are for non-targets,
    where only a person says the second; EQUIVOCAL and UNEQUIVOCAL are for new lesions. ABSENT and NOT_ASSESSED are
    for all.
    """

    MEASURED = "measured"
    TOO_SMALL = "too-small-to-measure"
    ABSENT = "absent"
    NOT_ASSESSED = "not-assessed"
    SPLIT = "split"
    MERGED = "merged"
    REMOVED = "removed"
    PRESENT = "present"
    UNEQUIVOCAL_PROGRESSION = "unequivocal-progression"
    EQUIVOCAL = "equivocal"
    UNEQUIVOCAL = "unequivocal"


STATES = frozenset(State)


class Measurability(StrEnum):
    """What a lesion may be at baseline: only a measurable one may be a target, a normal node is no lesion."""

    MEASURABLE = "measurable"
    NON_MEASURABLE = "non-measurable"
    PATHOLOGICAL_NODE = "pathological-node"
    NORMAL_NODE = "normal-node"


@dataclass(frozen=True)
class Lesion:
    """
    One lesion that is followed.

    `organ` is the organ for the two-per-organ rule; all nodes are one organ whatever it says, and a paired organ is
    one. `slice_mm` is the slice thickness of its scan, None when not known. `is_measurable_by_kind` is False for what
    is never measurable: blastic bone lesions, ascites, effusions, leptomeningeal or lymphangitic disease.
    """

    id: str
    organ: str
    role: Role
    is_node: bool = False
    slice_mm: Decimal | None = None
    is_measurable_by_kind: bool = True
    was_treated_locally: bool = False
    has_progressed_since: bool = False


@dataclass(frozen=True)
class Finding:
    """
    One lesion at one visit, as one reader gives it.

    `mm` is the longest diameter, of a node the short axis; `parts_mm` are the diameters of the parts of a split
    lesion; `merged_with` names the lesion whose diameter is now that of the whole. `visit` counts from 0, the
    baseline; `day` is the day of this lesion's scan, and one visit may take several days. `record` is the source.
    """

    lesion: str
    visit: int
    day: date
    state: State | str
    mm: Decimal | None = None
    parts_mm: tuple[Decimal, ...] = ()
    merged_with: str | None = None
    reader: str = ""
    method: Method = Method.CT
    record: str | None = None

    def as_input(self) -> Input:
        """This finding as evidence, in the words it came in."""
        if self.state == State.SPLIT:
            value = "split: " + " + ".join(f"{part} mm" for part in self.parts_mm)
        elif self.state == State.MERGED:
            value = f"merged with {self.merged_with}"
        elif self.mm is not None:
            value = f"{self.mm} mm" if self.state == State.MEASURED else f"{self.state} {self.mm} mm"
        else:
            value = str(self.state)
        return Input(f"lesion {self.lesion}", value, self.day, self.record)


@dataclass(frozen=True)
class Scan:
    """A scan of a visit, also one that found nothing: how a subject without any lesion has visits."""

    visit: int
    day: date


@dataclass(frozen=True)
class Reading:
    """
    All lesions and findings of one subject by one reader: never mixed with another reader's.

    `scans` need not repeat the days of findings.
    """

    reader: str
    lesions: tuple[Lesion, ...]
    findings: tuple[Finding, ...]
    is_masked: bool = False
    scans: tuple[Scan, ...] = ()
    by_visit: dict[int, dict[str, list[Finding]]] = field(init=False, repr=False, compare=False)
    removed_at: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the findings by visit and lesion, in the order of day, and the visits from which lesions are gone."""
        index: dict[int, dict[str, list[Finding]]] = {}
        for scan in self.scans:
            index.setdefault(scan.visit, {})
        for finding in sorted(self.findings, key=lambda finding: finding.day):
            index.setdefault(finding.visit, {}).setdefault(finding.lesion, []).append(finding)
        removed: dict[str, int] = {}
        for finding in self.findings:
            if finding.state == State.REMOVED:
                removed[finding.lesion] = min(finding.visit, removed.get(finding.lesion, finding.visit))
        object.__setattr__(self, "by_visit", index)
        object.__setattr__(self, "removed_at", removed)

    def with_role(self, role: Role) -> tuple[Lesion, ...]:
        """The lesions that are followed as this."""
        return tuple(lesion for lesion in self.lesions if lesion.role is role)

    def at(self, lesion: str, visit: int) -> list[Finding]:
        """What this visit says of this lesion: one finding, none, or several that may contradict each other."""
        return self.by_visit.get(visit, {}).get(lesion, [])


def judge_measurability(lesion: Lesion, baseline: Finding) -> Answer[Measurability]:
    """
    Say whether a lesion can be measured, from its finding at baseline.

    A lesion needs a longest diameter of 10 mm on CT or MRI with slices up to 5 mm, twice the slice thickness above
    that; 10 mm by calipers; 20 mm by chest X-ray; ultrasound and PET measure nothing. A node needs a short axis of
    15 mm (and twice a thick slice too, our reading); from 10 mm it is pathological, below it is normal. A lesion that
    was irradiated or treated locally counts only after demonstrated progression [1]_.

    Not evaluable: no diameter, a negative one, or a slice thickness that is not known where it could decide.

    References
    ----------
    .. [1] Eisenhauer EA et al. New response evaluation criteria in solid tumours: revised RECIST guideline (version
       1.1). Eur J Cancer 2009;45:228-247, sections 3.1 and 3.2.
    """
    evidence = (baseline.as_input(),)
    if not lesion.is_measurable_by_kind:
        return Assessed(Measurability.NON_MEASURABLE, evidence, PAPER)
    if baseline.state == State.TOO_SMALL:
        small = Measurability.NORMAL_NODE if lesion.is_node else Measurability.NON_MEASURABLE
        return Assessed(small, evidence, PAPER)
    if baseline.state != State.MEASURED or baseline.mm is None:
        return NotEvaluable(Why.NEVER_MEASURED, f"lesion {lesion.id} has no diameter at baseline", evidence)
    if not baseline.mm.is_finite() or baseline.mm < 0:
        return NotEvaluable(Why.IMPLAUSIBLE, f"the diameter of lesion {lesion.id} is no length", evidence)
    if lesion.is_node and baseline.mm < NORMAL_NODE_BELOW_MM:
        return Assessed(Measurability.NORMAL_NODE, evidence, PAPER)
    otherwise = Measurability.PATHOLOGICAL_NODE if lesion.is_node else Measurability.NON_MEASURABLE
    least = _least_mm(lesion, baseline)
    if least is None or baseline.mm < least or (lesion.was_treated_locally and not lesion.has_progressed_since):
        return Assessed(otherwise, evidence, PAPER)
    if lesion.slice_mm is None and baseline.method in (Method.CT, Method.MRI):
        note = f"slice thickness of lesion {lesion.id} not recorded: taken as at most {THIN_SLICE_MM} mm"
        return Assessed(Measurability.MEASURABLE, evidence, PAPER, (note,))
    return Assessed(Measurability.MEASURABLE, evidence, PAPER)


def _least_mm(lesion: Lesion, finding: Finding) -> Decimal | None:
    """The least diameter that the method can measure; None when it measures nothing."""
    if finding.method in (Method.ULTRASOUND, Method.FDG_PET):
        return None
    least = LEAST_TARGET_NODE_MM if lesion.is_node else LEAST_LESION_MM
    if finding.method is Method.XRAY:
        return max(least, LEAST_LESION_XRAY_MM)
    if finding.method is not Method.CALIPERS and lesion.slice_mm is not None and lesion.slice_mm > THIN_SLICE_MM:
        return max(least, 2 * lesion.slice_mm)
    return least


def name_all(lesions: Sequence[Lesion]) -> str:
    """The identifiers of lesions for a sentence."""
    return ", ".join(lesion.id for lesion in lesions)

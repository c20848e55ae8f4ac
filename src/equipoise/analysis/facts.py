"""The facts of one subject that an analysis reads, each with the events of the log from which it came.

Shapes only. `operations.analysing` makes them from a trial at a cut, a simulation from its own. `entries` are numbers
of events: every figure of a report leads back to them. Nothing after the cut is in here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from equipoise.assessments.recist import Reading
from equipoise.assessments.surgery import ClavienDindo
from equipoise.protocol.deviations import DeviationClass

Entries = tuple[int, ...]
OTHER_READER = "masked, other: "
"""Begins the name of a further masked reader among the readings of a subject; no endpoint reads it."""
UNPROVEN_READER = "entered at the site as masked: "
"""Begins the name of a reader who is said to be masked by somebody who knows the arm; no endpoint reads it."""


@dataclass(frozen=True)
class Complication:
    """
    A complication of an operation, in the words and with the grade of its form.

    `on` None: nobody said when it began. `is_disabling`: a disability remained (the suffix "d").
    """

    term: str
    grade: ClavienDindo
    on: date | None = None
    is_disabling: bool = False
    entries: Entries = ()

    @property
    def label(self) -> str:
        """The grade as it is written: IIIb-d."""
        return f"{self.grade.value}-d" if self.is_disabling else self.grade.value


@dataclass(frozen=True)
class Given:
    """
    A step of treatment: dose or operation. `fields` are those of its form, as entered, without its `complications`.

    `tolerance_percent`: by how much an amount may lie beside the full one and be it.
    """

    step: str
    course: str
    on: date
    is_dose: bool
    amount: Decimal | None = None
    full_amount: Decimal | None = None
    tolerance_percent: Decimal = Decimal(0)
    removed: tuple[str, ...] = ()
    complications: tuple[Complication, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    entries: Entries = ()


@dataclass(frozen=True)
class Held:
    """A step that was held: what its gate answered that day (hold, stop or unknown), and what it found, by line."""

    step: str
    course: str
    on: date
    answer: str
    why: tuple[str, ...] = ()
    entries: Entries = ()


@dataclass(frozen=True)
class Absorbed:
    """Absorbed dose of an organ in the cycle of one step [Gy], with one standard deviation where one is stated [%]."""

    step: str
    organ: str
    on: date
    dose_gy: Decimal
    uncertainty_percent: Decimal | None = None
    entries: Entries = ()


@dataclass(frozen=True)
class Shortfall:
    """
    A planned step of the arm that was not given, or not in full, or nobody knows how much of it.

    Parameters
    ----------
    what
        Which of the three, in words.
    because
        The answer of the plan itself (gate, dose rule, decision) that said so, in words; empty: none did.
    is_open
        It may yet be given, or turn out to be in full.
    """

    step: str
    what: str
    because: str = ""
    is_open: bool = False
    entries: Entries = ()


@dataclass(frozen=True)
class AdverseEvent:
    """
    An adverse event with its worst grade; None when nobody signed one. `category`: as entered.

    `action` with the treatment, `outcome` and what makes it `serious` are as entered; empty where nobody said.
    `is_judged`: somebody said whether the treatment caused it; what nobody has judged counts as related.
    """

    term: str
    category: str
    on: date
    end: date | None
    worst_grade: int | None
    is_serious: bool
    is_related: bool
    entries: Entries = ()
    action: str = ""
    outcome: str = ""
    serious: tuple[str, ...] = ()
    is_judged: bool = True


@dataclass(frozen=True)
class Left:
    """A deviation as raised and classed; `severity` None: nobody has classed it yet."""

    code: str
    on: date
    severity: DeviationClass | None
    entries: Entries = ()


@dataclass(frozen=True)
class LabValue:
    """A laboratory value as reported, with the normal range that its laboratory gave."""

    concept: str
    on: date
    value: str
    unit: str | None
    entries: Entries = ()
    range_low: Decimal | None = None
    range_high: Decimal | None = None


@dataclass(frozen=True)
class SubjectFacts:
    """
    One randomised subject at a cut.

    Parameters
    ----------
    arm
        The arm, or one word for all while the arms are pooled.
    stratum
        The stratum as used by the allocation.
    baseline
        What is shown of a subject at entry (sex, age, factors, …), as text.
    readings
        RECIST readings by kind of reader: `site`, `masked`; with the entries of each.
    absorbed
        Doses of organs, in the order in which they were recorded.
    shortfalls
        Planned steps that were not given in full, each with the answer of the plan that said so.
    planned_scans
        The days on which a repeating assessment was due up to the cut, with the last day on which each was on time.
    last_alive_on
        The last day on which anything shows the subject alive, up to the cut.
    """

    subject: str
    site: str
    arm: str
    stratum: str
    randomised_on: date
    entries: Entries
    baseline: Mapping[str, str] = field(default_factory=dict)
    given: tuple[Given, ...] = ()
    held: tuple[Held, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    reading_entries: Mapping[str, Entries] = field(default_factory=dict)
    absorbed: tuple[Absorbed, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    planned_scans: tuple[tuple[date, date], ...] = ()
    new_therapy_on: date | None = None
    died_on: date | None = None
    last_alive_on: date | None = None
    left_on: date | None = None
    left_how: str = ""
    adverse_events: tuple[AdverseEvent, ...] = ()
    deviations: tuple[Left, ...] = ()
    labs: tuple[LabValue, ...] = ()
    is_eligible: bool | None = None


@dataclass(frozen=True)
class ScreenedFacts:
    """A subject that was never randomised: where the way ended."""

    subject: str
    site: str
    state: str
    why: str
    entries: Entries


@dataclass(frozen=True)
class TrialFacts:
    """
    A trial at a cut.

    `cut_on` is the last day that counts. `is_masked`: the arms are pooled. `arms`: the planned ones in the order of the
    protocol. `is_open_label`: the protocol says that nobody is masked.
    """

    trial: str
    version: str
    cut_on: date
    is_masked: bool
    arms: tuple[str, ...]
    subjects: tuple[SubjectFacts, ...]
    screened: tuple[ScreenedFacts, ...]
    is_open_label: bool = False

    @property
    def pools_harms(self) -> bool:
        """Whether adverse events are told as counts over everybody alone: a term may hint at an arm."""
        return self.is_masked and not self.is_open_label

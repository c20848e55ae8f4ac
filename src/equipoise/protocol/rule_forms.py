"""The words in which rules are written, and what reading or writing one needs to know.

One table serves the reader, the suggestions for misspelt keys, and the JSON Schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from equipoise.criteria.assessed.catalogue import kinds_of
from equipoise.criteria.assessed.kind import Baseline, Form
from equipoise.criteria.nodes import Pick, Window
from equipoise.criteria.truth import Kind
from equipoise.protocol.document import Where
from equipoise.terminology.concepts import Concept

DERIVED = "cockcroft-gault"
CLEARANCE_METHODS = ("plasma", "urine-24h", "gamma-camera")
BASELINE_KEY = "from"
PICK_OPTIONS = ("is", "within", "methods", "fasting", "site", "not_older_than")


def _beside(form: Form) -> tuple[str, ...]:
    """The keys that may stand beside an assessment: options of any of its kind, and where a baseline lies."""
    kinds = kinds_of(form)
    has_baseline = any(kind.baseline is not Baseline.NEVER for kind in kinds)
    has_window = any(kind.takes_window for kind in kinds)
    options = dict.fromkeys(key for kind in kinds for key in kind.options)
    return ("is", *options, *([BASELINE_KEY] if has_baseline else []), *(["within"] if has_window else []))


FORMS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "any": (),
    "not": (),
    "rule": ("unless",),
    "if": ("then",),
    "at_least": ("of",),
    "first_recorded": (),
    "any_recorded": (),
    "reading": ("alternatives",),
    "age": (),
    "sex": (),
    "record": ("within", "before", "site"),
    "latest": PICK_OPTIONS,
    "every": PICK_OPTIONS,
    "maximum": PICK_OPTIONS,
    "minimum": PICK_OPTIONS,
    "count": ("is", "within"),
    "share": ("where", "is", "within"),
    **{form.value: _beside(form) for form in Form},
}
"""The key by which each form is known, and the keys that may stand beside it. `any` with a word is a pick."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "rule": ("unless",),
    "if": ("then",),
    "at_least": ("of",),
    "reading": ("alternatives",),
    **{pick.value: ("is",) for pick in Pick},
    "count": ("is",),
    "share": ("where", "is"),
    **{form.value: ("is",) for form in Form},
}
KEYS = tuple(dict.fromkeys([*FORMS, *(key for options in FORMS.values() for key in options)]))


@dataclass(frozen=True)
class ReadingSpec:
    """What a reading's alternatives are called and what they say, in the order of the node."""

    name: str
    labels: tuple[str, ...]
    says: tuple[str, ...]


@dataclass
class RuleContext:
    """
    What a rule is read against.

    `kind` says whether orders not shown given count as present (see `orders_count` of Exists); it is on for the
    side of an exclusion where presence excludes, so a planned operation never lets anybody in.
    `readings` and `faults` are filled while reading. `is_in_force` is off for a rule that only waits to be accepted.
    `anchors` are the days from which a window may count; None leaves that to the lint.
    """

    concepts: Mapping[str, Concept]
    windows: Mapping[str, Window] = field(default_factory=dict)
    kind: Kind = Kind.INCLUSION
    readings: dict[str, ReadingSpec] = field(default_factory=dict)
    faults: list[tuple[Where, str, str]] = field(default_factory=list)
    used_windows: set[str] = field(default_factory=set)
    is_in_force: bool = True
    anchors: frozenset[str] | None = None

    def fault(self, where: Where, what: str, do: str = "") -> None:
        self.faults.append((where, what, do))

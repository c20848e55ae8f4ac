"""What an assessment is to a rule: the key it stands under, what it reads, its options, the unit or words of its value.

`catalogue` lists them all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from equipoise.errors import ProtocolError
from equipoise.terminology.concepts import Concept, ConceptKind

NUMBER, WHOLE_NUMBER = ("a number above 0",), ("a whole number",)
"""In the place of the words that an option may be."""
_NUMBER, _WHOLE_NUMBER = re.compile(r"\d*[1-9]\d*(\.\d+)?|\d+\.\d*[1-9]\d*"), re.compile(r"\d{1,5}")
Options = Mapping[str, str]
Inputs = Callable[[str | None, Options], tuple[str, ...]]


class Form(StrEnum):
    """The key under which a rule asks for an assessment."""

    DERIVED = "derived"
    CHANGE = "change"
    GRADE = "grade"
    RESPONSE = "response"
    DOSE = "dose"


class Baseline(StrEnum):
    """Whether a rule says where a baseline lies."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True)
class AssessmentKind:
    """
    One assessment.

    Parameters
    ----------
    name, form, label
        How rules, files and people call it; in the label `{of}` is what it is of, any other name an option.
    inputs
        The concepts it reads; a function of subject and options where these decide it.
    unit, is_unit_required, answers
        What its value is: a number in a unit, or one of these words.
    like
        A concept whose unit the value has, and whose molar mass converts it.
    scale
        Least and greatest number that it can be; None for no end.
    subjects
        What it can be of; None when it is of nothing, empty when `refuse` decides.
    options, required
        The words that each option may be (`NUMBER` for a number), and those that have no choice of ours to fall back
        on: what a publication leaves open is protocol data.
    reads_age, reads_sex
        Birth date or sex go in; the latter may hang on the options.
    takes_window
        A rule may say how recent its inputs must be; not so where all that ever happened goes in.
    refuse
        Raises ProtocolError for a subject that cannot be assessed with these options, with or without a baseline.
    """

    name: str
    form: Form
    label: str
    inputs: tuple[str, ...] | Inputs
    unit: str | None = None
    is_unit_required: bool = True
    answers: tuple[str, ...] = ()
    scale: tuple[int | None, int | None] = (0, None)
    subjects: tuple[str, ...] | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    required: tuple[str, ...] = ()
    like: str | None = None
    baseline: Baseline = Baseline.NEVER
    reads_age: bool = False
    reads_sex: Callable[[Options], bool] = lambda options: False
    takes_window: bool = True
    refuse: Callable[[str, Options, bool], None] = lambda subject, options, has_baseline: None

    def check(self, subject: str | None, options: Options, *, has_baseline: bool) -> None:
        """Raise ProtocolError when it cannot be asked for in this way."""
        if (subject is None) is not (self.subjects is None):
            raise ProtocolError(f"{self.name} of {subject!r} cannot be assessed")
        if self.subjects and subject not in self.subjects:
            raise ProtocolError(f"{self.name} of {subject!r} is not assessed; known: {', '.join(self.subjects)}")
        for key, word in options.items():
            self._check_option(key, word)
        for key in self.required:
            if key not in options:
                raise ProtocolError(f"{self.name} needs {key}: {self._choice(key)}")
        self.refuse(subject or "", options, has_baseline)
        if self.baseline is Baseline.MUST and not has_baseline:
            raise ProtocolError(f"{self.name} needs a baseline, for example from: '28 d before cycle-1'")
        if self.baseline is Baseline.NEVER and has_baseline:
            raise ProtocolError(f"{self.name} compares with no baseline; leave from out")

    def _check_option(self, key: str, word: str) -> None:
        if key not in self.options:
            raise ProtocolError(f"{self.name} has no option {key!r}; it has {', '.join(self.options) or 'none'}")
        if not is_option_word(word, self.options[key]):
            raise ProtocolError(f"{self.name}: {key} cannot be {word!r}; give {self._choice(key)}")

    def _choice(self, key: str) -> str:
        words = self.options[key]
        return words[0] if words in (NUMBER, WHOLE_NUMBER) else f"one of {', '.join(words)}"

    def concept_ids(self, subject: str | None, options: Options) -> tuple[str, ...]:
        """The concepts whose results it reads."""
        return self.inputs if isinstance(self.inputs, tuple) else self.inputs(subject, options)

    def value(self, own: Concept | None = None) -> Concept:
        """
        What it gives, as a concept against which limits and words are read.

        `own` is the concept that it is of, where the value is in that concept's unit.
        """
        if self.answers:
            words = MappingProxyType(dict.fromkeys(self.answers, ()))
            return Concept(self.name, self.name, ConceptKind.CODED, answers=words)
        if own is not None:
            return Concept(self.name, self.name, ConceptKind.QUANTITY, unit=own.unit, equivalence=own.equivalence)
        return Concept(
            self.name, self.name, ConceptKind.QUANTITY, unit=self.unit, is_unit_required=self.is_unit_required
        )

    def words(self, of: str, options: Options) -> str:
        """Its English with every option: `CTCAE 5.0 grade of platelet count decreased`."""
        text = self.label.format_map({"of": of, **dict.fromkeys(self.options, ""), **options}).strip()
        others = [f"{key.replace('_', ' ')} {word}" for key, word in options.items() if f"{{{key}}}" not in self.label]
        return text + (f" ({', '.join(others)})" if others else "")


def is_option_word(word: str, words: tuple[str, ...]) -> bool:
    """Whether a word may stand for an option that may be these."""
    if words in (NUMBER, WHOLE_NUMBER):
        return (_NUMBER if words == NUMBER else _WHOLE_NUMBER).fullmatch(word) is not None
    return word in words

"""What the structured fields of a registry say beside its text: age and sex, and where the two contradict.

Decides nothing between them: a contradiction becomes a reading that stays open. A field that the text does not ask of
every patient becomes a criterion of its own. What a rule asks of every patient is told by `demands`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from equipoise.authoring.compiling.naming import Declarations
from equipoise.authoring.drafting.demands import Demands, Side, demands_of, mentions, with_demands
from equipoise.authoring.drafting.draft import DraftCriterion
from equipoise.authoring.model import AgeLimit, Outcome, Registration, RuleDraft, Span
from equipoise.criteria.truth import Kind

READING = "age-limit"
SEX_READING = "sex-field"
_FIELD, _TEXT = "structured-field", "text"
_ONE_SEX = ("female", "male")
_MONTHS_OF_A_YEAR = 12
_FROM_FIELD = "from the structured field of the registry"
_LABELS = {"age": re.compile(r"\bages?\b", re.IGNORECASE), "sex": re.compile(r"\b(?:sex|gender)", re.IGNORECASE)}
_MENTIONS = {
    "age": re.compile(r"\b(?:age[ds]?|years?|older|younger)\b", re.IGNORECASE),
    "sex": re.compile(r"\b(?:sex(?:es)?|gender|(?:fe)?males?|(?:wo)?m[ae]n)\b", re.IGNORECASE),
}
"""Words that may speak of a field in a criterion, so that it is not said that the text is silent."""
_LABEL_WITHIN = 80
"""So many characters before a value its label may stand: "Ages Eligible for Study", on a line of its own."""
_UNREAD = re.compile(r"\b(?P<field>age|sex)\b.*\b(?:can(?:not)? be read|which limit)", re.IGNORECASE)
"""How the readers of records say that they could not read one of these fields."""
_LINE = re.compile(r"[^\s][^\r\n]*")


@dataclass(frozen=True)
class Fields:
    """The structured fields that are held against the text; `sex` as `Registration.sex`."""

    minimum: AgeLimit | None = None
    maximum: AgeLimit | None = None
    sex: str = ""

    def limits(self) -> Iterator[tuple[Side, AgeLimit]]:
        for side, limit in ((Side.LOWEST, self.minimum), (Side.HIGHEST, self.maximum)):
            if limit is not None:
                yield side, limit


@dataclass(frozen=True)
class _Difference:
    """A field that contradicts the text, as the two alternatives of a reading say it."""

    field: Side | str
    value: int | str
    field_says: str
    text_says: str
    because: str


def field_reading(draft: RuleDraft, fields: Fields, prefix: str, kind: Kind = Kind.INCLUSION) -> RuleDraft:
    """
    The rule with a reading where what it asks of every patient and the structured fields differ.

    A field that agrees with one of the meanings that the text leaves open is told beside them. A rule that binds one
    arm alone says nothing of the trial.
    """
    if draft.arm:
        return draft
    asks = kind is not Kind.EXCLUSION
    demands = demands_of(draft.rule, asks)
    differences: list[_Difference] = []
    for side, limit in fields.limits():
        years = _years(limit, side)
        if years is None:
            continue  # it becomes a question of its own
        if any(years in meant for meant in demands.open[side].values()):
            draft = _beside_open(draft, demands.open[side], years, limit)
        elif demands.is_stated(side) and (demands.open[side] or demands.age(side) != years):
            differences.append(_age_difference(side, years, limit, demands))
    if demands.sexes and fields.sex in _ONE_SEX and demands.sexes != {fields.sex}:
        differences.append(_sex_difference(fields.sex, demands))
    if demands.sexes and fields.sex == "all":
        draft = _checked(draft, "the structured field of the registry lets in all sexes; the text says otherwise")
    return _with_reading(draft, differences, prefix, asks) if differences else draft


def _years(limit: AgeLimit, side: Side) -> int | None:
    """The limit in completed years; None where it is not exactly that, so that no rule can hold it."""
    years = limit.value if limit.unit.startswith("year") else None
    if side is Side.LOWEST and limit.unit.startswith("month"):
        years = limit.value / _MONTHS_OF_A_YEAR  # a highest age of 24 months ends at 25, within the second year
    if side is Side.LOWEST and not limit.value:
        years = limit.value
    return int(years) if years is not None and years == int(years) else None


def _beside_open(draft: RuleDraft, meant: Mapping[str, frozenset[int]], years: int, limit: AgeLimit) -> RuleDraft:
    said = f"the structured field of the registry says {limit.text}"
    told = {
        name: f"{because}; {said}" if years in meant.get(name, ()) else because
        for name, because in draft.readings.items()
    }
    return replace(draft, readings=told)


def _checked(draft: RuleDraft, check: str) -> RuleDraft:
    return replace(draft, checks=(*draft.checks, check))


def _age_difference(side: Side, years: int, limit: AgeLimit, demands: Demands) -> _Difference:
    plain, meant = demands.age(side), set().union(*demands.open[side].values())
    asked = " or ".join(str(each) for each in sorted(meant if plain is None else meant | {plain}))
    if side is Side.LOWEST:
        field_says, text_says, verb = f"{years} years and up", f"{asked} completed years and up", "begins"
    else:
        field_says, text_says, verb = f"up to {years} years", f"up to {asked} completed years", "ends"
    because = f"the text {verb} at {asked} completed years, the structured field of the registry at {years}"
    return _Difference(side, years, f"{field_says} (structured field: {limit.text})", f"{text_says} (text)", because)


def _sex_difference(sex: str, demands: Demands) -> _Difference:
    asked = " and ".join(sorted(demands.sexes))
    because = f"the text asks for {asked}, the structured field of the registry for {sex}"
    return _Difference("sex", sex, f"{sex} (structured field)", f"{asked} (text)", because)


def _with_reading(draft: RuleDraft, differences: Sequence[_Difference], prefix: str, asks: bool) -> RuleDraft:
    """One reading holds every contradiction, for the field is right or wrong as a whole; a person may part them."""
    is_age = any(isinstance(each.field, Side) for each in differences)
    name = f"{prefix}-{READING if is_age else SEX_READING}"
    lets_in = "" if asks else "lets in "  # the rule beside it keeps out
    by_field = with_demands(draft.rule, asks, {each.field: each.value for each in differences})
    rule = {
        "reading": name,
        "alternatives": {
            _FIELD: {"says": lets_in + "; ".join(each.field_says for each in differences), "rule": by_field},
            _TEXT: {"says": lets_in + "; ".join(each.text_says for each in differences), "rule": draft.rule},
        },
    }
    because = "; ".join(each.because for each in differences)
    return replace(draft, rule=rule, readings={**draft.readings, name: because})


def structured_criteria(registration: Registration, criteria: Sequence[DraftCriterion]) -> list[DraftCriterion]:
    """
    Criteria of the fields that the text does not ask of every patient, with the place of the field in the record.

    A field that the record's text does not print has a line of it as its place, and a check that says so.
    """
    rules = [(_rule_of_text(each.draft.rule), each.kind) for each in criteria if not each.is_gate]
    demands = Demands.together(demands_of(rule, kind is not Kind.EXCLUSION) for rule, kind in rules)
    found: list[DraftCriterion] = []
    fields = Fields(registration.minimum_age, registration.maximum_age, registration.sex)
    for side, limit in fields.limits():
        years = _years(limit, side)
        if years is None:
            draft = _asked(limit, side, f"s{len(found) + 1}")
        elif not demands.is_stated(side):
            sign = ">=" if side is Side.LOWEST else "<="
            draft = _compiled({"age": f"{sign} {years}"}, criteria)
        else:
            continue
        found.append(_criterion(len(found) + 1, draft, registration, "age", limit.text))
    for label, note in _unread(registration):
        draft = _asked_as(note, "what the registry says in this field could not be read", f"s{len(found) + 1}")
        found.append(_criterion(len(found) + 1, draft, registration, label, note))
    if fields.sex in _ONE_SEX and not demands.sexes:
        draft = _compiled({"sex": fields.sex}, criteria)
        found.append(_criterion(len(found) + 1, draft, registration, "sex", fields.sex))
    return found


def _unread(registration: Registration) -> Iterator[tuple[str, str]]:
    """Fields of age and sex that a reader met and could not read: what they limit is not known, and is asked."""
    for note in registration.not_understood:
        found = _UNREAD.search(note)
        if found is not None:
            yield found["field"].lower(), note


def _rule_of_text(rule: Mapping[str, Any]) -> Any:
    """What the text alone asks for, where a field contradicts it."""
    alternatives = rule.get("alternatives", {})
    return alternatives[_TEXT]["rule"] if alternatives.keys() == {_FIELD, _TEXT} else rule


def _compiled(rule: dict[str, str], criteria: Sequence[DraftCriterion]) -> RuleDraft:
    is_mentioned = any(
        mentions(each.draft.rule, key) or _MENTIONS[key].search(each.text) for each in criteria for key in rule
    )
    said = "the text does not plainly ask it of everybody" if is_mentioned else "the text does not say it"
    return RuleDraft(Outcome.COMPILED, rule, checks=(f"{_FROM_FIELD}; {said}",))


def _asked(limit: AgeLimit, side: Side, prefix: str) -> RuleDraft:
    """A limit that completed years cannot hold is put to a person, whatever the text says."""
    because = f"ages are compared in completed years, which do not hold {limit.text}"
    return _asked_as(f"{'minimum' if side is Side.LOWEST else 'maximum'} age: {limit.text}", because, prefix)


def _asked_as(words: str, because: str, prefix: str) -> RuleDraft:
    declared = Declarations(prefix, {})
    rule = {"latest": declared.question(words, because), "is": "yes"}
    return RuleDraft(Outcome.ASKED, rule, dict(declared.concepts), checks=(f"{_FROM_FIELD}; {because}",))


def _criterion(number: int, draft: RuleDraft, registration: Registration, label: str, words: str) -> DraftCriterion:
    span = _place(registration, words, _LABELS[label])
    if span is None:
        span = _nearest_line(registration, _LABELS[label])
        said = f"the record gives the {label} {words!r} in a field whose words its text does not print so"
        draft = _checked(draft, f"{said}; the line shown may not be that of the field")
    text = registration.text[slice(*span)]
    return DraftCriterion(f"S{number}", Kind.INCLUSION, text, (span,), (), (), None, draft, is_structured=True)


def _place(registration: Registration, words: str, label: re.Pattern[str]) -> Span | None:
    """Where the words of a field stand outside the eligibility text, behind their label rather than elsewhere."""
    printed = r"\s+".join(re.escape(word) for word in words.split())
    pattern = re.compile(rf"(?<![\w.]){printed}(?!\w)", re.IGNORECASE)
    first: Span | None = None
    for segment in registration.outside:
        for found in pattern.finditer(registration.text, segment.start, segment.end):
            if label.search(registration.text, max(0, found.start() - _LABEL_WITHIN), found.start()):
                return found.span()
            first = first or found.span()
    return first


def _nearest_line(registration: Registration, label: re.Pattern[str]) -> Span:
    """The line outside the criteria that names the field, else the first of the record: a criterion needs a place."""
    text, first = registration.text, None
    for segment in registration.outside:
        for line in _LINE.finditer(text, segment.start, segment.end):
            span = line.start(), line.start() + len(line.group().rstrip())
            if label.search(text, *span):
                return span
            first = first or span
    any_line = _LINE.search(text)
    return first or (any_line.span() if any_line else (0, len(text)))

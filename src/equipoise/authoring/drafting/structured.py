"""What the structured fields of a registry say beside its text: age and sex, and where the two contradict.

Decides nothing between them: a contradiction becomes a reading that stays open. A field that the text does not repeat
becomes a criterion of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from equipoise.authoring.compiling.rule_parts import atoms_of
from equipoise.authoring.drafting.draft import DraftCriterion
from equipoise.authoring.model import AgeLimit, Outcome, Registration, RuleDraft
from equipoise.criteria.truth import Kind

READING = "age-limit"


def age_reading(draft: RuleDraft, limit: AgeLimit | None, prefix: str) -> RuleDraft:
    """
    The rule with a reading where its lowest age and the structured field differ.

    A field that agrees with one of the meanings that the text leaves open is told beside them.
    """
    field, asked = _years(limit), _lower_ages(draft.rule)
    if field is None or limit is None or not asked or asked == [field]:
        return draft
    if field in asked:
        told = {
            name: f"{because}; the structured field of the registry says {limit.text}"
            for name, because in draft.readings.items()
        }
        return replace(draft, readings=told)
    if len(set(asked)) > 1:
        check = f"the structured field of the registry says {limit.text}; the text says otherwise"
        return replace(draft, checks=(*draft.checks, check))
    name = f"{prefix}-{READING}"
    rule = {
        "reading": name,
        "alternatives": {
            "structured-field": {
                "says": f"{field} years and up (structured field: {limit.text})",
                "rule": _with_lower_age(draft.rule, field),
            },
            "text": {"says": f"{asked[0]} completed years and up (text)", "rule": draft.rule},
        },
    }
    because = f"the text begins at {asked[0]} completed years, the structured field of the registry at {field}"
    return replace(draft, rule=rule, readings={**draft.readings, name: because})


def _years(limit: AgeLimit | None) -> int | None:
    if limit is None or not limit.unit.startswith("year") or limit.value != int(limit.value):
        return None
    return int(limit.value)


def _ages(rule: Any) -> Iterator[str]:
    return (atom["age"] for atom in atoms_of(rule) if "age" in atom)


def _lower_ages(rule: Any) -> list[int]:
    """The lower limits of age that a rule asks for."""
    return [int(age.removeprefix(">=")) for age in _ages(rule) if age.startswith(">=")]


def _with_lower_age(rule: Any, years: int) -> Any:
    if isinstance(rule, Mapping):
        return {
            key: f">= {years}" if key == "age" and str(value).startswith(">=") else _with_lower_age(value, years)
            for key, value in rule.items()
        }
    return [_with_lower_age(part, years) for part in rule] if isinstance(rule, list) else rule


def structured_criteria(registration: Registration, criteria: Sequence[DraftCriterion]) -> list[DraftCriterion]:
    """Criteria of the fields that the text does not repeat, with the place of the field in the record."""
    asked = [age for criterion in criteria for age in _ages(criterion.draft.rule)]
    has_lower = any(age.startswith(">") for age in asked)
    has_upper = any(age.startswith("<") for age in asked)
    has_sex = any("sex" in criterion.draft.rule for criterion in criteria)
    wanted: list[tuple[dict[str, Any], str]] = []
    minimum, maximum = _years(registration.minimum_age), _years(registration.maximum_age)
    if minimum is not None and registration.minimum_age and not has_lower:
        wanted.append(({"age": f">= {minimum}"}, registration.minimum_age.text))
    if maximum is not None and registration.maximum_age and not has_upper:
        wanted.append(({"age": f"<= {maximum}"}, registration.maximum_age.text))
    if registration.sex in ("female", "male") and not has_sex:
        wanted.append(({"sex": registration.sex}, registration.sex))
    found: list[DraftCriterion] = []
    for rule, words in wanted:
        span = _place(registration, words)
        if span is not None:
            check = "from the structured field of the registry; the text does not say it"
            draft = RuleDraft(Outcome.COMPILED, rule, checks=(check,))
            text = registration.text[slice(*span)]
            name = f"S{len(found) + 1}"
            found.append(DraftCriterion(name, Kind.INCLUSION, text, (span,), (), (), None, draft, is_structured=True))
    return found


def _place(registration: Registration, words: str) -> tuple[int, int] | None:
    """Where the words of a field stand outside the eligibility text."""
    for segment in registration.outside:
        place = registration.text.casefold().find(words.casefold(), segment.start, segment.end)
        if place >= 0:
            return place, place + len(words)
    return None

"""Changes from a baseline as atoms: of a result, or of what is derived from several.

Decides which results stand on each side: up to the anchor of the baseline, and now. A baseline is no change from
itself, so something must be later than the anchor. Formulas and arithmetic are of `assessments`.
"""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from equipoise.assessments.answer import Answer, Assessed, NotEvaluable, Why
from equipoise.assessments.derived.change import assess_change, assess_change_percent, compute_change_percent
from equipoise.assessments.derived.measured import Measured
from equipoise.criteria.assessed.derived import derive, ends_of, problem_of
from equipoise.criteria.assessed.kind import AssessmentKind
from equipoise.criteria.assessed.made import Made, exact_number
from equipoise.criteria.nodes import Assessment, Window
from equipoise.criteria.outcome import Outcome, all_needed
from equipoise.criteria.picking import pick_one
from equipoise.criteria.reference_atoms import Case

BASELINE_RULE = "latest result up to the anchor"


def assess_change_from_baseline(atom: Assessment, case: Case) -> Made | Outcome:
    """How far a value lies from its baseline, in its own unit or in per cent."""
    assert atom.baseline is not None
    if atom.changing is not None:
        return _change_of_derived(atom, atom.changing, atom.baseline, case)
    return _change_of_result(atom, atom.baseline, case)


def _change_of_result(atom: Assessment, baseline: Window, case: Case) -> Made | Outcome:
    """From the latest result up to the anchor to the latest after it."""
    (concept_id,) = atom.concept_ids()
    periods = (case.moment.period_after(atom.within, baseline), case.moment.period_before(baseline))
    picked = [pick_one(case, concept_id, period) for period in periods]
    problems = [found for each in picked if (found := problem_of(concept_id, each, case)) is not None]
    if problems:
        return all_needed(problems)
    now, before = (ends_of(concept_id, each, case, in_own_unit=True) for each in picked)
    answers = [_between_results(atom, later, earlier) for later, earlier in product(now, before)]
    return Made(
        tuple(answers),
        tuple(row for each in picked for row in each.rows),
        any(each.is_attested for each in picked),
        (concept_id,) if len(answers) > 1 else (),
    )


def _between_results(atom: Assessment, now: Measured, before: Measured) -> Answer[Any]:
    baseline = Assessed(before, (before.as_input(),), BASELINE_RULE)
    if atom.is_relative:
        return assess_change_percent(result=now, baseline=baseline)
    change = assess_change(result=now, baseline=baseline)
    return change if isinstance(change, NotEvaluable) else change.map(lambda each: each.absolute)


def _change_of_derived(atom: Assessment, kind: AssessmentKind, baseline: Window, case: Case) -> Made | Outcome:
    """
    From what is derived on the day of the anchor, of the results up to it, to what is derived now.

    Now is as a rule on the quantity itself has it: the latest result of each input, also one from before the anchor (a
    weight that was not taken again), as long as one of them is later.
    """
    nothing_later = _nothing_later(atom, baseline, case)
    if nothing_later is not None:
        return nothing_later
    options, moment = dict(atom.options), case.moment
    at_anchor = replace(case, moment=replace(moment, as_of=min(moment.anchor(baseline.anchor), moment.as_of)))
    now = derive(kind, options, case, moment.period(atom.within))
    before = derive(kind, options, at_anchor, moment.period_before(baseline))
    if isinstance(now, Outcome) or isinstance(before, Outcome):
        return all_needed([each for each in (now, before) if isinstance(each, Outcome)])
    answers = [_between_derived(atom, later, earlier) for later, earlier in product(now.answers, before.answers)]
    return Made(
        tuple(answers),
        tuple(dict.fromkeys((*now.rows, *before.rows))),
        now.is_attested or before.is_attested,
        tuple(dict.fromkeys((*now.needs, *before.needs))),
        now.doubts | before.doubts,
    )


def _nothing_later(atom: Assessment, baseline: Window, case: Case) -> Outcome | None:
    """Why nothing is known that is later than the anchor; None when one of the inputs is."""
    after = case.moment.period_after(atom.within, baseline)
    problems = [pick_one(case, name, after).problem for name in atom.concept_ids()]
    missing = [each for each in problems if each is not None and not each.has_data]
    return all_needed(missing) if len(missing) == len(problems) else None


def _between_derived(atom: Assessment, now: Answer[Any], before: Answer[Any]) -> Answer[Any]:
    if isinstance(before, NotEvaluable):
        return before
    if isinstance(now, NotEvaluable):
        return now
    later, earlier = Fraction(now.value), Fraction(before.value)
    inputs, source = (*now.inputs, *before.inputs), f"change from baseline ({before.source})"
    change = compute_change_percent(value=later, baseline=earlier) if atom.is_relative else later - earlier
    if change is None:
        because = "the baseline is not above zero, and no percentage of it exists"
        return NotEvaluable(Why.IMPLAUSIBLE, because, inputs, atom.concept_ids())
    # What is computed in floating point is rounded once, at the end: of two rounded ends, a change of 40 % is not 40 %.
    found = exact_number(float(change)) if isinstance(now.value, float) else change
    return Assessed(found, inputs, source, tuple(dict.fromkeys((*now.notes, *before.notes))))

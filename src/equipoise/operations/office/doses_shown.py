"""Cumulative organ doses as they are shown beside a gate: they gate only where a protocol has a rule on them.

Decides the words. A dose without dosimetry is never counted as nothing. Uncertainties of the doses of one organ are
taken as shared (one method, one mass), so that they add up: the wider of the two readings.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from equipoise.conduct.forms.dosimetry import DosimetryForm, OrganDose
from equipoise.conduct.history import History
from equipoise.operations.office.files import SubjectFile
from equipoise.protocol.plan import CourseKind, Plan


def doses_shown(file: SubjectFile, history: History, plan: Plan) -> dict[str, str]:
    """Organ to a sentence on its cumulative absorbed dose, for every organ that has one. [Gy]"""
    steps = [step for course in plan.courses if course.kind is CourseKind.DOSE for step in course.steps]
    given = [done.step for done in history.given_of(steps)]
    by_organ: dict[str, dict[str, OrganDose]] = {}
    for entered in file.forms:
        if isinstance(entered.form, DosimetryForm):
            for organ in entered.form.organs:
                by_organ.setdefault(organ.organ, {})[entered.form.step] = organ
    return {f"{organ} dose": _words(doses, given) for organ, doses in sorted(by_organ.items())}


def _words(doses: Mapping[str, OrganDose], given: Sequence[str]) -> str:
    total = sum((doses[step].absorbed_dose for step in given if step in doses), Decimal(0))
    missing = [step for step in given if step not in doses]
    if missing:
        return f"unknown: no dosimetry of {', '.join(missing)}; the other doses add up to {total} Gy"
    spread = [doses[step].uncertainty_percent for step in given]
    if not given or any(each is None for each in spread):
        return f"{total} Gy after {len(given)} doses, uncertainty not stated"
    half = sum((doses[step].absorbed_dose * (doses[step].uncertainty_percent or 0) / 100 for step in given), Decimal(0))
    return f"{total} Gy, give or take {half.quantize(Decimal('0.1'))} Gy, after {len(given)} doses"

"""The person: sex, birth (I5), death, and the encounters that make a patient covered.

A covered patient has an encounter in the year before `as_of`; only then may a missing record mean no.
"""

from datetime import date, timedelta

from equipoise.synthetic.chart import Chart
from equipoise.synthetic.plan import Plan, Profile
from equipoise.synthetic.truth import Known, Want, false, true, unknown

ADULT = 18
"""Minimum age of the registry's structured field, "18 Years"."""


def write_person(chart: Chart, plan: Plan) -> None:
    """Write Patient and fix I5, sex, age and coverage for all that follows."""
    draw = chart.rng.random()
    chart.is_female = None if plan.profile is Profile.MIXED and draw < 0.03 else draw < 0.52
    birth, known = _birth(chart, plan["I5"])
    chart.say("I5", known)
    chart.is_covered = plan.profile in (Profile.CLEAN, Profile.NEAR, Profile.CANDIDATE) or chart.chance(0.93)
    _write_patient(chart, birth, is_deceased=plan.profile in (Profile.MIXED, Profile.OTHER) and chart.chance(0.03))
    write_coverage(chart)


def years_before(day: date, years: int) -> date:
    """The same day of the year so many years earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _birth(chart: Chart, want: Want) -> tuple[str, Known]:
    """Birth date as written, and what I5 must come to. Sets `years` only when the age is exact."""
    if want is Want.OPEN:
        return _open_birth(chart)
    if want is Want.BLOCK:
        day = years_before(chart.as_of, ADULT) + timedelta(days=chart.between(1, 300))
        chart.birth, chart.years = day, ADULT - 1
        return day.isoformat(), false("seventeen years old; the minimum is 18")
    if chart.chance(0.05):
        chart.birth, chart.years = years_before(chart.as_of, ADULT), ADULT
        return chart.birth.isoformat(), true("eighteenth birthday is the day of judgement; 18 is enough")
    years = 24 + int(chart.rng.random() * 62)
    # 363 days at most: the next birthday is never reached, whatever the leap years do.
    day = years_before(chart.as_of, years) - timedelta(days=int(chart.rng.random() * 363))
    if chart.chance(0.06):
        return day.isoformat()[: 4 if chart.chance(0.5) else 7], true(
            "the partial birth date is old enough on every day"
        )
    chart.birth, chart.years = day, years
    return day.isoformat(), true("adult by the date of birth")


def _open_birth(chart: Chart) -> tuple[str, Known]:
    eighteen = years_before(chart.as_of, ADULT)
    is_last_day_of_month = (eighteen + timedelta(days=1)).month != eighteen.month
    if is_last_day_of_month or chart.chance(0.5):
        return "", unknown("never-measured", "no date of birth")
    return eighteen.isoformat()[:7], unknown(
        "partial-date", "eighteenth birthday may be before or after the day of judgement"
    )


def _write_patient(chart: Chart, birth: str, *, is_deceased: bool) -> None:
    gender = "" if chart.is_female is None else f'"gender":"{"female" if chart.is_female else "male"}",'
    if chart.is_female is None and chart.chance(0.5):
        gender = '"gender":"unknown",'
    death = ""
    if is_deceased:
        death = (
            ',"deceasedBoolean":true'
            if chart.chance(0.3)
            else f',"deceasedDateTime":"{chart.iso(chart.between(1, 200))}"'
        )
    member = f',"birthDate":"{birth}"' if birth else ""
    chart.lines["Patient"].append(
        f'{{"resourceType":"Patient","id":"{chart.pid}",{gender}"active":true,'
        f'"identifier":[{{"system":"https://hospital.example/mrn","value":"M{chart.pid[1:]}"}}],'
        f'"name":[{{"family":"Synthetic","given":["{chart.pid}"]}}]{member}{death}}}\n'
    )


def write_coverage(chart: Chart) -> None:
    """An encounter in the year before `as_of`, its last day included, or only older ones."""
    if chart.is_covered:
        chart.encounter(chart.between(1, 365))
    chart.encounter(chart.between(400, 2500), nights=int(chart.rng.random() * 5))

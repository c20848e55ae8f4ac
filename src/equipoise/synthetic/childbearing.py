"""Pregnancy and lactation (E12), contraception (E13) and consent (E17).

Each case of E13 is a set of facts whose outcome was worked out by hand from the record's words and
`docs/explanation/how-a-verdict-is-made.md`; the male limb has two live readings ("and", "or").
"""

from collections.abc import Callable

from equipoise.synthetic.chart import LOINC, SNOMED, Chart, coding
from equipoise.synthetic.diagnoses import Diagnosis, presence
from equipoise.synthetic.history import say_answer
from equipoise.synthetic.person import years_before
from equipoise.synthetic.plan import Plan
from equipoise.synthetic.truth import Known, Want, false, true, unknown

TEST_WINDOW = 14
CONTRACEPTION_WINDOW = 90
LAST_CHILDBEARING_AGE = 52
"""Only to keep made-up people plausible; the protocol has no such limit. [years]"""
_PREGNANCY = Diagnosis("pregnancy", (((SNOMED, "77386006"),),))
_MENOPAUSE = Diagnosis("post-menopause", (((SNOMED, "307429007"),),))
_HYSTERECTOMY = coding((SNOMED, "236886002"))
_HCG = tuple(coding((LOINC, code)) for code in ("2106-3", "2110-5"))
_LMP = coding((LOINC, "8665-2"))
_STERILE, _PARTNER, _CONTRACEPTION = "surgically-sterile", "partner-of-childbearing-potential", "contraception"


def write_childbearing(chart: Chart, plan: Plan) -> None:
    """E12, E13 and E17 of one patient."""
    chart.say("E12", _pregnancy(chart, plan["E12"]))
    chart.say("E13", _contraception(chart, plan["E13"]))
    chart.say("E17", _consent(chart, plan["E17"]))


def _pregnancy(chart: Chart, want: Want) -> Known:
    if chart.is_female is None:
        return unknown("never-measured", "sex not known, no pregnancy test")
    if not chart.is_female:
        return false("male")
    day = chart.between(0, TEST_WINDOW)
    if want is Want.BLOCK and not _is_past_childbearing(chart):
        return _pregnant(chart, day)
    if want is not Want.OPEN:
        _test(chart, "negative", day)
        _breastfeeding(chart, "not-breastfeeding", chart.between(0, TEST_WINDOW))
        return false("not pregnant, not breastfeeding")
    draw = chart.rng.random()
    if draw < 0.4:
        return unknown("never-measured", "no pregnancy test")
    if draw < 0.75:
        _test(chart, "negative", TEST_WINDOW + chart.between(1, 100))
        _breastfeeding(chart, "not-breastfeeding", day)
        return unknown("too-old", "the last pregnancy test is older than the window")
    _test(chart, "negative", day)
    return unknown("never-measured", "not pregnant; nothing known of lactation")


def _pregnant(chart: Chart, day: int) -> Known:
    draw = chart.rng.random()
    if draw < 0.4:
        _test(chart, "positive", day)
        return true("pregnancy test positive")
    if draw < 0.7:
        return presence(chart, _PREGNANCY, since_days=chart.between(5, 200))
    _test(chart, "negative", day)
    _breastfeeding(chart, "breastfeeding", day)
    return true("breastfeeding")


def _test(chart: Chart, word: str, days_ago: int) -> None:
    code = "10828004" if word == "positive" else "260385009"
    value = f'"valueString":"{word}"' if chart.chance(0.4) else f'"valueCodeableConcept":{coding((SNOMED, code))}'
    chart.observation(chart.pick(_HCG), value, chart.moment(days_ago))


def _breastfeeding(chart: Chart, word: str, days_ago: int) -> None:
    chart.answer("breastfeeding-status", word, days_ago)


def _last_menstruation(chart: Chart, value: str) -> None:
    chart.observation(_LMP, f'"valueDateTime":"{value}"', chart.moment(chart.between(0, 60)))


def _two_years(chart: Chart) -> int:
    """How many days ago the day 24 months before was; that day itself is no longer within 24 months (strict)."""
    return (chart.as_of - years_before(chart.as_of, 2)).days


def _uses(chart: Chart, word: str) -> None:
    say_answer(chart, _CONTRACEPTION, word, chart.between(0, CONTRACEPTION_WINDOW))


def _contraception(chart: Chart, want: Want) -> Known:
    if chart.is_female is None:
        return unknown("never-measured", "sex not known")
    if chart.is_female and want is not Want.OPEN and _is_past_childbearing(chart):
        return chart.pick((_woman_past_menstruation, _woman_post_menopause))(chart)
    cases = _FEMALE if chart.is_female else _MALE
    return chart.pick(cases[want])(chart)


def _is_past_childbearing(chart: Chart) -> bool:
    return chart.years is not None and chart.years > LAST_CHILDBEARING_AGE


def _woman_protected(chart: Chart) -> Known:
    _last_menstruation(chart, chart.iso(_two_years(chart) - chart.between(1, 720)))
    say_answer(chart, _STERILE, "no", 20)
    _uses(chart, chart.pick(("iud", "barrier-with-spermicide")))
    return false("of childbearing potential, with effective non-hormonal contraception")


def _woman_past_menstruation(chart: Chart) -> Known:
    _last_menstruation(chart, chart.iso(_two_years(chart) + chart.between(0, 5000)))
    say_answer(chart, _STERILE, "no", 20)
    _uses(chart, "none")
    return false("last menstruation two years ago or longer")


def _woman_post_menopause(chart: Chart) -> Known:
    presence(chart, _MENOPAUSE, since_days=chart.between(1500, 5000))
    say_answer(chart, _STERILE, "no", 20)
    _uses(chart, "none")
    return false("post-menopause for two years or longer")


def _sterile_by_operation(chart: Chart) -> Known:
    _last_menstruation(chart, chart.iso(_two_years(chart) - chart.between(1, 720)))
    chart.procedure(_HYSTERECTOMY, chart.iso(chart.between(30, 3000)))
    _uses(chart, "none")
    return false("surgically sterile")


def _woman_unprotected(chart: Chart) -> Known:
    _last_menstruation(chart, chart.iso(_two_years(chart) - chart.between(1, 720)))
    say_answer(chart, _STERILE, "no", 20)
    word = chart.pick(("none", "hormonal"))
    _uses(chart, word)
    return true(f"of childbearing potential, contraception: {word}")


def _woman_unasked(chart: Chart) -> Known:
    _last_menstruation(chart, chart.iso(_two_years(chart) - chart.between(1, 720)))
    say_answer(chart, _STERILE, "no", 20)
    return unknown("needs-person", "of childbearing potential; nobody has asked for contraception")


def _woman_unclear_menstruation(chart: Chart) -> Known:
    """The year of the day 24 months ago: part of it lies before the limit, part after (but on its last day)."""
    if (chart.as_of.month, chart.as_of.day) == (12, 31):
        return _unasked(chart)
    _last_menstruation(chart, str(chart.as_of.year - 2))
    say_answer(chart, _STERILE, "no", 20)
    _uses(chart, "none")
    return unknown("partial-date", "year of the last menstruation is cut by the two-year limit")


def _man_protected(chart: Chart) -> Known:
    say_answer(chart, _STERILE, "no", 20)
    say_answer(chart, _PARTNER, "yes", 20)
    _uses(chart, chart.pick(("iud", "barrier-with-spermicide")))
    return false("effective non-hormonal contraception")


def _man_without_need(chart: Chart) -> Known:
    say_answer(chart, _STERILE, "yes", 20)
    say_answer(chart, _PARTNER, "no", 20)
    _uses(chart, "none")
    return false("sterile and no partner of childbearing potential: excluded by neither reading")


def _man_unprotected(chart: Chart) -> Known:
    say_answer(chart, _STERILE, "no", 20)
    say_answer(chart, _PARTNER, "yes", 20)
    _uses(chart, chart.pick(("none", "hormonal")))
    return true("fertile, partner of childbearing potential, no effective contraception")


def _man_between_readings(chart: Chart) -> Known:
    is_sterile = chart.chance(0.5)
    say_answer(chart, _STERILE, "yes" if is_sterile else "no", 20)
    say_answer(chart, _PARTNER, "yes" if is_sterile else "no", 20)
    _uses(chart, "none")
    return unknown("reading-open", "sterile with such a partner, or fertile without one: the readings differ")


def _unasked(chart: Chart) -> Known:
    return unknown("needs-person", "nothing known of contraception")


_FEMALE: dict[Want, tuple[Callable[[Chart], Known], ...]] = {
    Want.PASS: (_woman_protected, _woman_past_menstruation, _woman_post_menopause, _sterile_by_operation),
    Want.BLOCK: (_woman_unprotected,),
    Want.OPEN: (_unasked, _woman_unasked, _woman_unclear_menstruation),
}
_MALE: dict[Want, tuple[Callable[[Chart], Known], ...]] = {
    Want.PASS: (_man_protected, _man_without_need),
    Want.BLOCK: (_man_unprotected,),
    Want.OPEN: (_unasked, _man_between_readings),
}


def _consent(chart: Chart, want: Want) -> Known:
    if want is Want.OPEN:
        return unknown("needs-person", "no statement on consent")
    word = "signed" if want is Want.PASS else "declined"
    say_answer(chart, "informed-consent", word, chart.between(0, 30))
    return false("consent signed") if want is Want.PASS else true("consent declined")

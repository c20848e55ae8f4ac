"""Random assessments: every kind, with limits near what `studies` writes."""

from decimal import Decimal
from random import Random

from equipoise.criteria.nodes import Answers, Assessment, Comparison, Limit, Operator, Window

ORDERS = (Operator.LT, Operator.LE, Operator.GT, Operator.GE)
TERMS = (
    ("platelet-count-decreased", "5.0"),
    ("platelet-count-decreased", "4.03"),
    ("anaemia", "5.0"),
    ("creatinine-increased", "5.0"),
    ("weight-loss", "4.03"),
    ("haemoglobin-increased", "4.03"),
)
RESPONSES = ("CR", "PR", "SD", "PD", "NON-CR/NON-PD", "NED")


def random_assessment(rng: Random, within: Window | None) -> Assessment:
    """Any assessment; `within` goes to those that may say how recent their inputs are."""
    make = rng.choice((_derived, _change, _grade, _grade, _response, _response, _dose))
    return make(rng, within)


def _limit(rng: Random, values: tuple[str, ...], unit: str) -> Comparison:
    return Comparison(rng.choice(ORDERS), (Limit(Decimal(rng.choice(values)), unit),))


def _baseline(rng: Random) -> Window:
    return Window(rng.choice((28, 90, 365)), anchor="cycle-1")


def _derived(rng: Random, within: Window | None) -> Assessment:
    if rng.random() < 0.6:
        return Assessment("bmi", _limit(rng, ("18.5", "22", "25"), "kg/m2"), within=within)
    if rng.random() < 0.4:
        weight = rng.choice(("actual", "ideal", "adjusted"))
        test = _limit(rng, ("50", "62", "70"), "mL/min")
        return Assessment("creatinine-clearance", test, within=within, options=(("weight", weight),))
    formula = rng.choice(("du-bois", "mosteller", "haycock"))
    return Assessment(
        "body-surface", _limit(rng, ("1.7", "1.81"), "m2"), within=within, options=(("formula", formula),)
    )


def _change(rng: Random, within: Window | None) -> Assessment:
    if rng.random() < 0.5:
        return _change_of_derived(rng, within)
    concept, values, unit = rng.choice(
        (
            ("platelets", ("-40", "0", "25"), "%"),
            ("haemoglobin", ("-1.5", "0.5"), "g/dL"),
            ("body-weight", ("-5", "5"), "%"),
        )
    )
    return Assessment("change", _limit(rng, values, unit), concept, within, _baseline(rng))


def _change_of_derived(rng: Random, within: Window | None) -> Assessment:
    if rng.random() < 0.5:
        return Assessment("change", _limit(rng, ("-1", "0.5"), "kg/m2"), "bmi", within, _baseline(rng))
    options = (("weight", rng.choice(("actual", "adjusted"))),)
    return Assessment(
        "change", _limit(rng, ("-20", "0", "25"), "%"), "creatinine-clearance", within, _baseline(rng), options
    )


def _grade(rng: Random, within: Window | None) -> Assessment:
    term, version = rng.choice(TERMS)
    options = [("ctcae", version)] + ([("pick", "worst")] if rng.random() < 0.4 else [])
    baseline = _baseline(rng) if term == "weight-loss" or rng.random() < 0.3 else None
    test = Comparison(rng.choice(list(Operator)), (Limit(Decimal(rng.randint(0, 4)), "1"),))
    return Assessment("grade", test, term, within, baseline, tuple(options))


def _response(rng: Random, within: Window | None) -> Assessment:
    options = {"recist": "1.1", "visit_days": rng.choice(("0", "7"))}
    options["confirmation"] = rng.choice(("required", "not-required"))
    if rng.random() < 0.3:
        options["stable_after_days"] = rng.choice(("30", "90"))
    if rng.random() < 0.2:
        options["until"] = "partial-hepatectomy"
    words = tuple(rng.sample(RESPONSES, rng.randint(1, 3)))
    baseline = Window(365, anchor="cycle-1") if rng.random() < 0.3 else None
    subject = rng.choice(("best", "latest"))
    return Assessment("response", Answers(words), subject, within, baseline, tuple(sorted(options.items())))


def _dose(rng: Random, within: Window | None) -> Assessment:
    test = _limit(rng, ("11.5", "20", "23", "10.96"), "Gy")
    if rng.random() < 0.5:
        return Assessment("dose", test, "kidney", options=(("quantity", "absorbed-dose"),))
    options = (("alpha_beta_gy", "2.6"), ("quantity", "bed"), ("repair_half_time_h", "2.8"))
    return Assessment("dose", test, "kidney", options=options)

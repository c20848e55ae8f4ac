"""What is invented for an assessment can go into it: weights in kg, heights in cm, days around its window."""

from datetime import date, timedelta
from decimal import Decimal

from equipoise.authoring.inventing.days import edge_days
from equipoise.authoring.inventing.values import Made, values_of
from equipoise.criteria.nodes import Assessment, Comparison, Limit, Operator, Window
from equipoise.terminology.catalogue import base_library

AS_OF = date(2026, 1, 15)
BMI = Assessment("bmi", Comparison(Operator.GE, (Limit(Decimal("18.5"), "kg/m2"),)), within=Window(90))


def test_weights_and_heights_are_those_of_people():
    library = base_library()
    assert Made("172", "cm") in values_of(library["body-height"], [BMI], AS_OF)
    assert Made("70", "kg") in values_of(library["body-weight"], [BMI], AS_OF)


def test_days_lie_on_both_sides_of_its_window():
    days = edge_days([BMI], AS_OF).edges
    assert {AS_OF - timedelta(days=90), AS_OF - timedelta(days=91)} <= set(days)

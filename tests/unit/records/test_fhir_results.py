"""Values of observations in every form FHIR R4 gives them, and what of them reaches the table of results."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from equipoise.records.report import Fate

LOCAL = "https://equipoise.dev/codes"
UCUM = "http://unitsofmeasure.org"
D = Decimal


def local(code):
    return {"coding": [{"system": LOCAL, "code": code}]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"valueQuantity": {"value": 8.04, "unit": "gram", "system": UCUM, "code": "g/dL"}},
            ("8.04", D("8.04"), D("8.04"), True, True, "g/dL"),
        ),
        (
            {"valueQuantity": {"value": 0.2, "comparator": "<", "unit": "mg/dL"}},
            ("<0.2", None, D("0.2"), False, False, "mg/dL"),
        ),
        ({"valueQuantity": {"value": 3, "comparator": ">="}}, (">=3", D(3), None, True, False, None)),
        ({"valueQuantity": {"value": 3.7037037}}, ("3.7037037", D("3.703703"), D("3.703704"), False, False, None)),
        ({"valueInteger": 4}, ("4", D(4), D(4), True, True, None)),
        ({"valueString": "7.9 g/dL"}, ("7.9 g/dL", D("7.9"), D("7.9"), True, True, "g/dL")),
        ({"valueString": "<0.2"}, ("<0.2", None, D("0.2"), False, False, None)),
        ({"valueString": "trace"}, ("trace", None, None, None, None, None)),
        ({"valueBoolean": True}, ("yes", None, None, None, None, None)),
        (
            {"valueRange": {"low": {"value": 10, "unit": "%"}, "high": {"value": 20, "unit": "%"}}},
            ("10–20", D(10), D(20), True, True, "%"),
        ),
    ],
)
def test_value_is_read_exactly(source, observation, value, expected):
    source.lines("o.ndjson", observation(**value))
    row = source.row("measurements")
    names = ("value_text", "value_lower", "value_upper", "is_lower_closed", "is_upper_closed", "unit")
    assert tuple(row[name] for name in names) == expected


def test_coded_value_gives_a_row_for_each_coding(source, observation):
    answer = {"coding": [{"system": "a", "code": "1"}, {"system": "b", "code": "2"}], "text": "present"}
    source.lines("o.ndjson", observation(valueCodeableConcept=answer))
    rows = [(row["value_system"], row["value_code"], row["value_text"]) for row in source.rows("measurements")]
    assert rows == [("a", "1", "present"), ("b", "2", "present")]


def test_date_value_is_an_interval(source, observation):
    source.lines("o.ndjson", observation(valueDateTime="2025-03"))
    row = source.row("measurements")
    assert (row["value_date_lower"], row["value_date_upper"]) == (date(2025, 3, 1), date(2025, 3, 31))


@pytest.mark.parametrize(
    ("parts", "days", "instant"),
    [
        (
            {"effectiveDateTime": "2026-01-15T00:30:00+01:00"},
            (date(2026, 1, 15), date(2026, 1, 15)),
            datetime(2026, 1, 14, 23, 30),
        ),
        ({"effectiveDateTime": "2026"}, (date(2026, 1, 1), date(2026, 12, 31)), None),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-01-01", "end": "2026-01-03"}},
            (date(2026, 1, 3), date(2026, 1, 3)),
            None,
        ),
    ],
)
def test_day_is_as_written_and_instant_in_utc(source, observation, parts, days, instant):
    source.lines("o.ndjson", observation(valueInteger=1, **parts))
    row = source.row("measurements")
    assert (row["time_lower"], row["time_upper"]) == days
    assert row["instant"] == instant


@pytest.mark.parametrize(
    ("parts", "fate", "why"),
    [
        ({"status": "preliminary", "valueInteger": 1}, Fate.NOT_NEEDED, "result is not final"),
        ({"status": "registered", "valueInteger": 1}, Fate.NOT_NEEDED, "result is not final"),
        ({"status": "entered-in-error", "valueInteger": 1}, Fate.NOT_NEEDED, "entered in error"),
        ({"dataAbsentReason": local("x")}, Fate.NOT_NEEDED, "no value"),
        ({}, Fate.NOT_NEEDED, "no value"),
        ({"valueInteger": 1, "effectiveDateTime": None}, Fate.NOT_UNDERSTOOD, "no time of the result"),
        ({"valueInteger": 1, "effectiveDateTime": "2026-02-30"}, Fate.NOT_UNDERSTOOD, "no time of the result"),
        ({"valueRatio": {"numerator": {"value": 1}}}, Fate.NOT_UNDERSTOOD, "value is of a kind that is not read"),
        ({"valueQuantity": {"value": 1234567890123}}, Fate.NOT_UNDERSTOOD, "value is of a kind that is not read"),
        (
            {"valueQuantity": {"value": 5, "comparator": "ad"}},
            Fate.NOT_UNDERSTOOD,
            "value is of a kind that is not read",
        ),
    ],
)
def test_result_that_is_not_used_says_why(source, observation, parts, fate, why):
    source.lines("o.ndjson", observation(**parts))
    assert source.rows("measurements") == []
    assert source.records.report.reasons(fate) == {("Observation", why): 1}


def test_components_are_rows_and_qualifiers_are_columns(source, observation):
    components = [
        {"code": local("lesion"), "valueString": "S7-2"},
        {"code": local("krenning-score"), "valueInteger": 3},
        {"code": local("clearance-method"), "valueCodeableConcept": local("urine-24h")},
        {"code": {"coding": [{"system": "http://loinc.org", "code": "49541-6"}]}, "valueBoolean": True},
    ]
    source.lines("o.ndjson", observation(valueInteger=7, component=components))
    rows = [
        (r["record_id"], r["code"], r["value_text"], r["lesion"], r["method"], r["is_fasting"])
        for r in source.rows("measurements")
    ]
    assert sorted(rows) == [
        ("Observation/o1", "718-7", "7", "S7-2", "urine-24h", True),
        ("Observation/o1#component-2", "krenning-score", "3", "S7-2", "urine-24h", True),
    ]


def test_component_of_an_unread_kind_is_told_and_its_neighbours_are_read(source, observation):
    components = [{"code": local("a"), "valueRatio": {}}, {"code": local("b"), "valueInteger": 2}]
    source.lines("o.ndjson", observation(component=components))
    assert source.row("measurements")["record_id"] == "Observation/o1#component-2"
    assert "a component has a value of a kind that is not read" in source.notes()


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([{"low": {"value": 12, "unit": "g/dL"}, "high": {"value": 16.5, "unit": "g/dL"}}], (D(12), D("16.5"))),
        ([{"high": {"value": 16.5}}], (None, D("16.5"))),
        # In another unit, or only for some people, it is not the range of this result.
        ([{"low": {"value": 120, "unit": "g/L"}}], (None, None)),
        ([{"low": {"value": 12}, "appliesTo": [local("female")]}], (None, None)),
        ([{"low": {"value": 12}}, {"low": {"value": 13}}], (None, None)),
    ],
)
def test_range_of_normal_counts_only_when_it_is_that_of_the_result(source, observation, ranges, expected):
    quantity = {"value": 8, "unit": "g/dL", "system": UCUM, "code": "g/dL"}
    source.lines("o.ndjson", observation(valueQuantity=quantity, referenceRange=ranges))
    row = source.row("measurements")
    assert (row["range_low"], row["range_high"]) == expected


def test_body_site_is_kept_and_its_text_names_the_lesion(source, observation):
    site = {"coding": [{"system": "http://snomed.info/sct", "code": "10200004"}], "text": "segment 7"}
    source.lines("o.ndjson", observation(valueInteger=2, bodySite=site))
    row = source.row("measurements")
    assert (row["body_site"], row["lesion"]) == ("http://snomed.info/sct|10200004", "segment 7")

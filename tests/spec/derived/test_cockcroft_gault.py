"""Creatinine clearance by Cockcroft and Gault

(140 - age) x weight in kg / (72 x creatinine in mg/dL), times 0.85 for women, with the weight as measured
(Nephron 1976;16:31-41). It is compared without dividing.
"""

SECTION = 1

BELOW_50 = "{derived: cockcroft-gault, is: '< 50 mL/min', within: laboratory}"


def test_published_and_computed_examples(spec):
    """Man of 65, 70 kg, 1.4 mg/dL: 52.1; woman of 45, 60 kg, 0.9: 74.8 (both published worked examples).

    By arithmetic: woman of 70, 55 kg, 1.1: 41.3; woman of 68, 58 kg, 0.99: 49.8; man of 75, 62 kg, 1.2: 46.6; man of
    60, 80 kg, 1.0: 88.9.
    """
    spec(
        BELOW_50,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | male   | 1961-01-15
            2 | female | 1981-01-15
            3 | female | 1956-01-15
            4 | female | 1958-01-15
            5 | male   | 1951-01-15
            6 | male   | 1966-01-15
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 1.4   | mg/dL | 2026-01-10
            1 | body-weight | 70    | kg    | 2026-01-10
            2 | creatinine  | 0.9   | mg/dL | 2026-01-10
            2 | body-weight | 60    | kg    | 2026-01-10
            3 | creatinine  | 1.1   | mg/dL | 2026-01-10
            3 | body-weight | 55    | kg    | 2026-01-10
            4 | creatinine  | 0.99  | mg/dL | 2026-01-10
            4 | body-weight | 58    | kg    | 2026-01-10
            5 | creatinine  | 1.2   | mg/dL | 2026-01-10
            5 | body-weight | 62    | kg    | 2026-01-10
            6 | creatinine  | 1.0   | mg/dL | 2026-01-10
            6 | body-weight | 80    | kg    | 2026-01-10
        """,
        gives={
            1: "false, derived",
            2: "false, derived",
            3: "true, derived | from patients/3, measurements/5, measurements/6",
            4: "true, derived",
            5: "true, derived",
            6: "false, derived",
        },
    )


def test_a_clearance_on_the_limit_is_not_below_it(spec):
    """A man of 68 with 60 kg and 1.2 mg/dL has 72 x 60 / (72 x 1.2), which is 50 exactly."""
    spec(
        BELOW_50,
        patients="""
              | sex  | birth_date
            --+------+-----------
            1 | male | 1958-01-15
            2 | male | 1958-01-16
        """,
        measurements="""
              | code        | value  | unit   | time
            --+-------------+--------+--------+-----------
            1 | creatinine  | 106.08 | umol/L | 2026-01-10
            1 | body-weight | 60000  | g      | 2026-01-10
            2 | creatinine  | 1.2    | mg/dL  | 2026-01-10
            2 | body-weight | 60     | kg     | 2026-01-10
        """,
        gives={1: "false, derived", 2: "false, derived"},
    )


def test_every_input_is_needed(spec):
    """Without creatinine, weight, birth date or sex there is no clearance; each is asked for by name."""
    spec(
        BELOW_50,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1956-01-15
            2 |        |
            3 | other  | 1956-01-15
            4 | female | 1956-01-15
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 1.1   | mg/dL | 2026-01-10
            2 | creatinine  | 1.1   | mg/dL | 2026-01-10
            2 | body-weight | 55    | kg    | 2026-01-10
            3 | creatinine  | 1.1   | mg/dL | 2026-01-10
            3 | body-weight | 55    | kg    | 2026-01-10
            4 | creatinine  | 1.1   | mg/dL | 2025-01-10
            4 | body-weight | 55    |       | 2026-01-10
        """,
        gives={
            1: "unknown: never-measured | needs body-weight",
            2: "unknown: never-measured | needs birth-date, sex",
            3: "unknown: needs-person | needs sex",
            4: "unknown: too-old, no-unit | needs creatinine, body-weight",
        },
    )


def test_intervals_are_carried_through(spec):
    """A creatinine below a bound gives a clearance above one; it decides where every possible value does."""
    spec(
        BELOW_50,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1956-01-15
            2 | female | 1956-01-15
            3 | female | 1956-01-15
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | <0.5  | mg/dL | 2026-01-10
            1 | body-weight | 55    | kg    | 2026-01-10
            2 | creatinine  | <1.1  | mg/dL | 2026-01-10
            2 | body-weight | 55    | kg    | 2026-01-10
            3 | creatinine  | >2    | mg/dL | 2026-01-10
            3 | body-weight | 55    | kg    | 2026-01-10
        """,
        gives={1: "false, derived", 2: "unknown: overlap", 3: "true, derived"},
    )


def test_a_partial_birth_date_is_an_interval_of_ages(spec):
    """A year of birth leaves an age open by one year; that matters only near the limit, and then the date is needed.

    Women with 55 kg and 1.1 mg/dL: 41.3 at 70; at 56 it is 49.6, at 55 it is 50.2.
    """
    spec(
        BELOW_50,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1956
            2 | female | 1970
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 1.1   | mg/dL | 2026-01-10
            1 | body-weight | 55    | kg    | 2026-01-10
            2 | creatinine  | 1.1   | mg/dL | 2026-01-10
            2 | body-weight | 55    | kg    | 2026-01-10
        """,
        gives={1: "true, derived", 2: "unknown: partial-date | needs birth-date"},
    )


def test_a_creatinine_of_zero_is_no_measurement(spec):
    """It never makes a clearance look good."""
    spec(
        BELOW_50,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1956-01-15
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 0     | mg/dL | 2026-01-10
            1 | body-weight | 55    | kg    | 2026-01-10
        """,
        gives={1: "unknown: overlap | needs creatinine"},
    )


def test_two_weights_of_one_day_that_differ(spec):
    """Inputs are single values: two of one day that differ are a conflict, even where they would decide alike."""
    spec(
        BELOW_50,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1956-01-15
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 1.1   | mg/dL | 2026-01-10
            1 | body-weight | 55    | kg    | 2026-01-10
            1 | body-weight | 56    | kg    | 2026-01-10
        """,
        gives={1: "unknown: conflict | from measurements/2, measurements/3 | needs body-weight"},
    )


def test_an_attested_input_makes_it_attested(spec):
    """A computed value is no stronger than what went into it."""
    spec(
        BELOW_50,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1956-01-15
        """,
        measurements="""
              | code       | value | unit  | time
            --+------------+-------+-------+-----------
            1 | creatinine | 1.1   | mg/dL | 2026-01-10
        """,
        attestations="""
              | code        | value | at
            --+-------------+-------+-----------
            1 | body-weight | 55 kg | 2026-01-10
        """,
        gives={1: "true, attested | from patients/1, measurements/1, attestations/1"},
    )

"""Derived quantities

The latest result of each input in the window goes into one published formula; the value is compared as an exact
number. Its evidence is the inputs and a line that names the formula, the value and its unit.
"""

SECTION = 1


def test_body_mass_index(spec):
    """Weight over height squared: 50 kg at 1.64 m is 18.59, 49.7 kg is 18.48; 72 kg at 150 cm is 32 exactly."""
    spec(
        "{derived: bmi, is: '>= 18.5 kg/m2', within: laboratory}",
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | body-weight | 50    | kg    | 2026-01-10
            1 | body-height | 1.64  | m     | 2026-01-05
            2 | body-weight | 49700 | g     | 2026-01-10
            2 | body-height | 164   | cm    | 2026-01-05
            3 | body-weight | 72    | kg    | 2026-01-10
            3 | body-height | 150   | cm    | 2026-01-05
        """,
        gives={
            1: "true, derived | from measurements/1, measurements/2, assessments",
            2: "false, derived | from measurements/3, measurements/4, assessments",
            3: "true, derived",
        },
    )


def test_a_value_on_the_limit(spec):
    """72 / 1.5² is 32, and not above it."""
    spec(
        "{derived: bmi, is: '> 32 kg/m2'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | body-weight | 72    | kg   | 2026-01-10
            1 | body-height | 150   | cm   | 2026-01-05
        """,
        gives={1: "false, derived"},
    )


def test_an_input_that_cannot_be_used(spec):
    """Each is named with its own cause: never measured, too old, no unit, a conflict, a bound, not believable."""
    spec(
        "{derived: bmi, is: '>= 18.5 kg/m2', within: laboratory}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | body-weight | 70    | kg   | 2026-01-10
            2 | body-weight | 70    |      | 2026-01-10
            2 | body-height | 170   | cm   | 2024-01-10
            3 | body-weight | 70    | kg   | 2026-01-10
            3 | body-weight | 71    | kg   | 2026-01-10
            3 | body-height | 170   | cm   | 2026-01-10
            4 | body-weight | >200  | kg   | 2026-01-10
            4 | body-height | 170   | cm   | 2026-01-10
            5 | body-weight | 70    | kg   | 2026-01-10
            5 | body-height | 1.7   | cm   | 2026-01-10
            6 | body-weight | 70    | Cel  | 2026-01-10
            6 | body-height | 170   | cm   | 2026-01-10
        """,
        gives={
            1: "unknown: never-measured | needs body-height",
            2: "unknown: too-old, no-unit | needs body-height, body-weight",
            3: "unknown: conflict | from measurements/4, measurements/5 | needs body-weight",
            4: "unknown: overlap | from measurements/7 | needs body-weight",
            5: "unknown: needs-person | from measurements/9, measurements/10 | needs body-height",
            6: "unknown: unknown-unit | from measurements/11 | needs body-weight",
        },
    )


def test_a_formula_is_chosen_by_the_protocol(spec):
    """Body surface has several: 70 kg and 170 cm give 1.818 by Mosteller, sqrt(70 x 170 / 3600), 1.810 by Du Bois."""
    spec(
        "{derived: body-surface, formula: mosteller, is: '> 1.815 m2'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | body-weight | 70    | kg   | 2026-01-10
            1 | body-height | 170   | cm   | 2026-01-05
        """,
        gives={1: "true, derived"},
    )


def test_the_other_formula_decides_otherwise(spec):
    """0.007184 x 70^0.425 x 170^0.725 is 1.810."""
    spec(
        "{derived: body-surface, formula: du-bois, is: '> 1.815 m2'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | body-weight | 70    | kg   | 2026-01-10
            1 | body-height | 170   | cm   | 2026-01-05
        """,
        gives={1: "false, derived"},
    )


def test_an_attested_input(spec):
    """A computed value is no stronger than what went into it."""
    spec(
        "{derived: bmi, is: '>= 18.5 kg/m2'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | body-weight | 70    | kg   | 2026-01-10
        """,
        attestations="""
              | code        | value  | at
            --+-------------+--------+-----------
            1 | body-height | 170 cm | 2026-01-10
        """,
        gives={1: "true, attested | from measurements/1, attestations/1, assessments"},
    )

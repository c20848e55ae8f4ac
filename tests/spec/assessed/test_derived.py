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


def test_calcium_corrected_for_albumin(spec):
    """8.0 + 0.8 x (4.0 - 2.0) is 9.6 mg/dL, which is 2.4 mmol/L: on the limit, not above it."""
    spec(
        "{derived: corrected-calcium, formula: common-0.8, is: '> 2.4 mmol/L'}",
        measurements="""
              | code          | value | unit   | time
            --+---------------+-------+--------+-----------
            1 | calcium-total | 8.0   | mg/dL  | 2026-01-10
            1 | albumin       | 2.0   | g/dL   | 2026-01-10
            2 | calcium-total | 8.1   | mg/dL  | 2026-01-10
            2 | albumin       | 20    | g/L    | 2026-01-10
            3 | calcium-total | 8.1   | mg/dL  | 2026-01-10
        """,
        gives={
            1: "false, derived | from measurements/1, measurements/2, assessments",
            2: "true, derived",
            3: "unknown: never-measured | needs albumin",
        },
    )


def test_child_pugh_class(spec):
    """Bilirubin 2.5 (2 points), albumin 3.0 (2), INR 1.5 (1), slight ascites (2), no encephalopathy (1): 8, class B.

    With bilirubin 3.1 and albumin 2.7 (3 points each) it is 10, class C. What only a person can see is asked of a
    person, and is never taken to be absent.
    """
    spec(
        "{derived: child-pugh, bilirubin_rows: ordinary, is: [A, B]}",
        measurements="""
              | code                 | value     | unit  | time
            --+----------------------+-----------+-------+-----------
            1 | bilirubin            | 2.5       | mg/dL | 2026-01-10
            1 | albumin              | 3.0       | g/dL  | 2026-01-10
            1 | inr                  | 1.5       |       | 2026-01-10
            2 | bilirubin            | 3.1       | mg/dL | 2026-01-10
            2 | albumin              | 2.7       | g/dL  | 2026-01-10
            2 | inr                  | 1.5       |       | 2026-01-10
            3 | bilirubin            | 2.5       | mg/dL | 2026-01-10
            3 | albumin              | 3.0       | g/dL  | 2026-01-10
            3 | inr                  | 1.5       |       | 2026-01-10
        """,
        attestations="""
              | code                 | value     | at
            --+----------------------+-----------+-----------
            1 | ascites-grade        | slight    | 2026-01-10
            1 | encephalopathy-grade | none      | 2026-01-10
            2 | ascites-grade        | slight    | 2026-01-10
            2 | encephalopathy-grade | none      | 2026-01-10
            3 | ascites-grade        | slight    | 2026-01-10
        """,
        gives={
            1: "true, attested",
            2: "false, attested",
            3: "unknown: needs-person | needs encephalopathy-grade",
        },
    )


def test_meld(spec):
    """Bilirubin 2, INR 1.5, creatinine 1.2: 9.57 ln 1.2 + 3.78 ln 2 + 11.2 ln 1.5 + 6.43 is 15.3; INR 1.3: 13.7."""
    spec(
        "{derived: meld, version: unos-2002, is: '< 15'}",
        measurements="""
              | code                  | value | unit  | time
            --+-----------------------+-------+-------+-----------
            1 | bilirubin             | 2     | mg/dL | 2026-01-10
            1 | inr                   | 1.5   |       | 2026-01-10
            1 | creatinine            | 1.2   | mg/dL | 2026-01-10
            1 | dialysed-in-past-week | no    |       | 2026-01-10
            2 | bilirubin             | 2     | mg/dL | 2026-01-10
            2 | inr                   | 1.3   |       | 2026-01-10
            2 | creatinine            | 1.2   | mg/dL | 2026-01-10
            2 | dialysed-in-past-week | no    |       | 2026-01-10
        """,
        gives={1: "false, derived", 2: "true, derived"},
    )


def test_a_clearance_with_the_weight_of_the_protocol(spec):
    """A man of 60, 177.8 cm, 100 kg, 1.0 mg/dL: ideal weight 73 kg (Devine), adjusted 83.8 kg.

    80 x 73 / 72 is 81.1 mL/min, 80 x 83.8 / 72 is 93.1, 80 x 100 / 72 is 111.1.
    """
    spec(
        "{derived: creatinine-clearance, weight: ideal, is: '< 82 mL/min', within: laboratory}",
        patients="""
              | sex  | birth_date
            --+------+-----------
            1 | male | 1966-01-15
            2 | male |
            3 |      | 1966-01-15
            4 | male | 1966-01-15
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 1.0   | mg/dL | 2026-01-10
            1 | body-weight | 100   | kg    | 2026-01-10
            1 | body-height | 177.8 | cm    | 2026-01-10
            2 | creatinine  | 1.0   | mg/dL | 2026-01-10
            2 | body-weight | 100   | kg    | 2026-01-10
            2 | body-height | 177.8 | cm    | 2026-01-10
            3 | creatinine  | 1.0   | mg/dL | 2026-01-10
            3 | body-weight | 100   | kg    | 2026-01-10
            3 | body-height | 177.8 | cm    | 2026-01-10
            4 | creatinine  | 1.0   | mg/dL | 2026-01-10
            4 | body-weight | 100   | kg    | 2026-01-10
        """,
        gives={
            1: "true, derived | from patients/1, measurements/1, measurements/2, measurements/3, assessments",
            2: "unknown: never-measured | needs birth-date",
            3: "unknown: never-measured | needs sex",
            4: "unknown: never-measured | needs body-height",
        },
    )


def test_an_age_known_in_part(spec):
    """Adjusted weight, born in 1966: 59 or 60 years, so 94.3 or 93.1 mL/min; only near the limit it matters."""
    spec(
        "{derived: creatinine-clearance, weight: adjusted, is: '< 94 mL/min', within: laboratory}",
        patients="""
              | sex  | birth_date
            --+------+-----------
            1 | male | 1966
            2 | male | 1960
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 1.0   | mg/dL | 2026-01-10
            1 | body-weight | 100   | kg    | 2026-01-10
            1 | body-height | 177.8 | cm    | 2026-01-10
            2 | creatinine  | 1.0   | mg/dL | 2026-01-10
            2 | body-weight | 100   | kg    | 2026-01-10
            2 | body-height | 177.8 | cm    | 2026-01-10
        """,
        gives={1: "unknown: partial-date | needs birth-date", 2: "true, derived"},
    )

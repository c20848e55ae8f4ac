"""Units"""

SECTION = 2


def test_units_of_one_kind_convert_exactly(spec):
    """A limit is brought into the unit of the result, exactly; unclean spellings of a unit are understood."""
    spec(
        "{latest: haemoglobin, is: '< 8.0 g/dL'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | haemoglobin | 79.9  | g/L  | 2026-01-10
            2 | haemoglobin | 80    | g/L  | 2026-01-10
            3 | haemoglobin | 7.9   | G/DL | 2026-01-10
            4 | haemoglobin | 7900  | mg/dL | 2026-01-10
        """,
        gives={1: "true", 2: "false", 3: "true", 4: "true"},
    )


def test_mass_converts_to_amount_by_analyte(spec):
    """1 mg/dL of creatinine is 88.4 umol/L, so 1.7 mg/dL is 150.28 umol/L exactly."""
    spec(
        "{latest: creatinine, is: '> 1.7 mg/dL'}",
        measurements="""
              | code       | value  | unit   | time
            --+------------+--------+--------+-----------
            1 | creatinine | 150.28 | umol/L | 2026-01-10
            2 | creatinine | 150.29 | umol/L | 2026-01-10
            3 | creatinine | 0.151  | mmol/L | 2026-01-10
        """,
        gives={1: "false", 2: "true", 3: "true"},
    )


def test_amount_of_one_analyte_is_not_that_of_another(spec):
    """1 mg/dL of bilirubin is 17.1 umol/L: 3 mg/dL is 51.3 umol/L."""
    spec(
        "{latest: bilirubin, is: '> 3 mg/dL'}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | bilirubin | 51.3  | umol/L | 2026-01-10
            2 | bilirubin | 51.4  | umol/L | 2026-01-10
        """,
        gives={1: "false", 2: "true"},
    )


def test_two_limits_are_taken_as_reported(spec):
    """With a limit for each kind of unit, a result is held against the limit of its own kind, without conversion.

    4.99 mmol/L is 8.04 g/dL and still below its own limit; 8.03 g/dL is 4.98 mmol/L and still not below its own.
    """
    spec(
        "{latest: haemoglobin, is: '< 8.0 g/dL or < 5.0 mmol/L, as reported'}",
        measurements="""
              | code        | value | unit   | time
            --+-------------+-------+--------+-----------
            1 | haemoglobin | 8.03  | g/dL   | 2026-01-10
            2 | haemoglobin | 4.99  | mmol/L | 2026-01-10
            3 | haemoglobin | 5.0   | mmol/L | 2026-01-10
            4 | haemoglobin | 79    | g/L    | 2026-01-10
            5 | haemoglobin | 7.9   | g/dL   | 2026-01-10
        """,
        gives={1: "false", 2: "true", 3: "false", 4: "true", 5: "true"},
    )


def test_an_unknown_unit_decides_nothing(spec):
    """A unit nobody knows, of another kind, or read in two ways leaves the truth unknown."""
    spec(
        "{latest: leukocytes, is: '< 2.0 10*9/L'}",
        measurements="""
              | code       | value | unit    | time
            --+------------+-------+---------+-----------
            1 | leukocytes | 1.9   | furlong | 2026-01-10
            2 | leukocytes | 1.9   | g/dL    | 2026-01-10
            3 | leukocytes | 1.9   | G/L     | 2026-01-10
        """,
        gives={1: "unknown: unknown-unit", 2: "unknown: unknown-unit", 3: "unknown: unknown-unit"},
    )


def test_a_missing_unit_decides_nothing(spec):
    """A number without a unit is not guessed, however plain it looks."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L'}",
        measurements="""
              | code      | value | unit | time
            --+-----------+-------+------+-----------
            1 | platelets | 20    |      | 2026-01-10
        """,
        gives={1: "unknown: no-unit | from measurements/1 | needs platelets"},
    )


def test_ratios_and_scores_need_no_unit(spec):
    """Where laboratories report a bare number, as for the INR, no unit is needed."""
    spec(
        "{latest: inr, is: '> 1.5'}",
        measurements="""
              | code | value | unit  | time
            --+------+-------+-------+-----------
            1 | inr  | 1.6   |       | 2026-01-10
            2 | inr  | 1.6   | {INR} | 2026-01-10
            3 | inr  | 1.5   | ratio | 2026-01-10
            4 | inr  | 1.6   | s     | 2026-01-10
        """,
        gives={1: "true", 2: "true", 3: "false", 4: "unknown: unknown-unit"},
    )


def test_a_rate_per_body_surface_is_no_clearance(spec):
    """A filtration rate for 1.73 m2 of body surface is not of the kind mL/min."""
    spec(
        "{latest: measured-clearance, is: '< 50 mL/min'}",
        measurements="""
              | code               | value | unit              | time
            --+--------------------+-------+-------------------+-----------
            1 | measured-clearance | 45    | mL/min            | 2026-01-10
            2 | measured-clearance | 45    | mL/min/{1.73_m2}  | 2026-01-10
        """,
        gives={1: "true", 2: "unknown: unknown-unit"},
    )

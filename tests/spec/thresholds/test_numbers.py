"""Numbers"""

SECTION = 1


def test_a_value_on_the_limit_is_not_below_it(spec):
    """Values and limits are exact decimals: 8.0 g/dL is not below 8.0 g/dL, whatever zeros are written."""
    spec(
        "{latest: haemoglobin, is: '< 8.0 g/dL'}",
        measurements="""
              | code        | value    | unit | time
            --+-------------+----------+------+-----------
            1 | haemoglobin | 7.999999 | g/dL | 2026-01-10
            2 | haemoglobin | 8        | g/dL | 2026-01-10
            3 | haemoglobin | 8.00     | g/dL | 2026-01-10
            4 | haemoglobin | 8.000001 | g/dL | 2026-01-10
        """,
        gives={1: "true, recorded", 2: "false, recorded", 3: "false, recorded", 4: "false, recorded"},
    )


def test_at_most_takes_the_limit_in(spec):
    """`<=` is true on the limit itself."""
    spec(
        "{latest: ki-67, is: '<= 20 %'}",
        measurements="""
              | code  | value     | unit | time
            --+-------+-----------+------+-----------
            1 | ki-67 | 19.9      | %    | 2026-01-10
            2 | ki-67 | 20        | %    | 2026-01-10
            3 | ki-67 | 20.000001 | %    | 2026-01-10
        """,
        gives={1: "true", 2: "true", 3: "false"},
    )


def test_above_leaves_the_limit_out(spec):
    """`>` is false on the limit itself: one rule ends where the other begins."""
    spec(
        "{latest: ki-67, is: '> 20 %'}",
        measurements="""
              | code  | value     | unit | time
            --+-------+-----------+------+-----------
            1 | ki-67 | 19.9      | %    | 2026-01-10
            2 | ki-67 | 20        | %    | 2026-01-10
            3 | ki-67 | 20.000001 | %    | 2026-01-10
        """,
        gives={1: "false", 2: "false", 3: "true"},
    )


def test_a_result_below_a_bound_is_an_interval(spec):
    """A result such as "<75" stands for every value below; it decides only where all of them agree."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L'}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | <75   | 10*9/L | 2026-01-10
            2 | platelets | <=75  | 10*9/L | 2026-01-10
            3 | platelets | <80   | 10*9/L | 2026-01-10
            4 | platelets | >70   | 10*9/L | 2026-01-10
            5 | platelets | >=75  | 10*9/L | 2026-01-10
            6 | platelets | >75   | 10*9/L | 2026-01-10
        """,
        gives={
            1: "true, recorded",
            2: "unknown: overlap",
            3: "unknown: overlap",
            4: "unknown: overlap",
            5: "false, recorded",
            6: "false, recorded",
        },
    )


def test_a_bound_that_is_itself_possible(spec):
    """ ">=20" may be 20, which is at most 20; ">20" may not."""
    spec(
        "{latest: ki-67, is: '<= 20 %'}",
        measurements="""
              | code  | value | unit | time
            --+-------+-------+------+-----------
            1 | ki-67 | >=20  | %    | 2026-01-10
            2 | ki-67 | >20   | %    | 2026-01-10
        """,
        gives={1: "unknown: overlap", 2: "false"},
    )


def test_equality_needs_one_possible_value(spec):
    """`=` is true for the one value, false where the value is out of reach, else unknown."""
    spec(
        "{latest: krenning-score, is: '= 2'}",
        measurements="""
              | code           | value | time
            --+----------------+-------+-----------
            1 | krenning-score | 2     | 2026-01-10
            2 | krenning-score | 3     | 2026-01-10
            3 | krenning-score | <2    | 2026-01-10
            4 | krenning-score | >=2   | 2026-01-10
        """,
        gives={1: "true", 2: "false", 3: "false", 4: "unknown: overlap"},
    )


def test_no_decimal_is_rounded_over_a_limit(spec):
    """A value with more than six decimals is the open interval between its neighbours, never a rounded value."""
    spec(
        "{latest: haemoglobin, is: '< 8.0 g/dL'}",
        measurements="""
              | code        | value       | unit | time
            --+-------------+-------------+------+-----------
            1 | haemoglobin | 7.999999999 | g/dL | 2026-01-10
            2 | haemoglobin | 8.000000001 | g/dL | 2026-01-10
        """,
        gives={1: "true", 2: "false"},
    )


def test_a_text_is_no_number(spec):
    """A result that is no number is there, but decides nothing."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L'}",
        measurements="""
              | code      | value   | unit   | time
            --+-----------+---------+--------+-----------
            1 | platelets | clumped | 10*9/L | 2026-01-10
            2 | platelets | 70-80   | 10*9/L | 2026-01-10
        """,
        gives={
            1: "unknown: unmapped-code | from measurements/1 | needs platelets",
            2: "unknown: unmapped-code | from measurements/2 | needs platelets",
        },
    )

"""Multiples of normal"""

SECTION = 3


def test_the_range_on_the_result_is_multiplied(spec):
    """`3 x ULN` is three times the upper limit printed with the result, in the unit of the result."""
    spec(
        "{latest: bilirubin, is: '> 3 x ULN'}",
        measurements="""
              | code      | value | unit   | range_high | time
            --+-----------+-------+--------+------------+-----------
            1 | bilirubin | 3.6   | mg/dL  | 1.2        | 2026-01-10
            2 | bilirubin | 3.61  | mg/dL  | 1.2        | 2026-01-10
            3 | bilirubin | 63    | umol/L | 21         | 2026-01-10
            4 | bilirubin | 63.1  | umol/L | 21         | 2026-01-10
        """,
        gives={1: "false", 2: "true", 3: "false", 4: "true"},
    )


def test_its_own_range_needs_no_unit(spec):
    """A result and its range stand in one unit, so a multiple can be judged where the unit is not stated."""
    spec(
        "{latest: bilirubin, is: '> 3 x ULN'}",
        measurements="""
              | code      | value | range_high | time
            --+-----------+-------+------------+-----------
            1 | bilirubin | 4     | 1.2        | 2026-01-10
        """,
        gives={1: "true"},
    )


def test_without_any_range_a_multiple_is_unknown(spec):
    """No range on the result and none of the site: nothing is assumed to be normal."""
    spec(
        "{latest: bilirubin, is: '> 3 x ULN'}",
        measurements="""
              | code      | value | unit  | range_low | time
            --+-----------+-------+-------+-----------+-----------
            1 | bilirubin | 40    | mg/dL |           | 2026-01-10
            2 | bilirubin | 40    | mg/dL | 0.2       | 2026-01-10
        """,
        gives={1: "unknown: no-reference-range", 2: "unknown: no-reference-range"},
    )


def test_the_site_table_is_asked_next_by_sex(spec):
    """Without a range on the result the site's table counts, by sex where it differs.

    Where the sex is not known and the table has no range for both, there is none.
    """
    spec(
        "{latest: creatinine, is: '> 1 x ULN'}",
        patients="""
              | sex
            --+-------
            1 | female
            2 | male
            3 |
        """,
        measurements="""
              | code       | value | unit  | time
            --+------------+-------+-------+-----------
            1 | creatinine | 1.1   | mg/dL | 2026-01-10
            2 | creatinine | 1.1   | mg/dL | 2026-01-10
            3 | creatinine | 1.1   | mg/dL | 2026-01-10
        """,
        gives={1: "true", 2: "false", 3: "unknown: no-reference-range"},
    )


def test_the_range_on_the_result_wins_over_the_site(spec):
    """The laboratory that measured knows its method; the site's table only fills gaps."""
    spec(
        "{latest: creatinine, is: '> 1 x ULN'}",
        patients="""
              | sex
            --+-----
            1 | male
        """,
        measurements="""
              | code       | value | unit  | range_high | time
            --+------------+-------+-------+------------+-----------
            1 | creatinine | 1.3   | mg/dL | 1.5        | 2026-01-10
        """,
        gives={1: "false"},
    )


def test_a_range_of_the_site_is_converted(spec):
    """The table is in its own unit: 3.5 g/dL of albumin are 35 g/L; a result without unit cannot be held against it."""
    spec(
        "{latest: albumin, is: '< 1 x LLN'}",
        measurements="""
              | code    | value | unit | time
            --+---------+-------+------+-----------
            1 | albumin | 34.9  | g/L  | 2026-01-10
            2 | albumin | 35    | g/L  | 2026-01-10
            3 | albumin | 3.4   |      | 2026-01-10
        """,
        gives={1: "true", 2: "false", 3: "unknown: no-unit"},
    )

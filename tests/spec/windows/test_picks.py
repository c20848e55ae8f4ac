"""Any, every, highest and lowest"""

SECTION = 3


def test_any_is_true_by_one_hit(spec):
    """`any` is true by each result that meets the test, and false only when none in the window can."""
    spec(
        "{any: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-01
            1 | platelets | 90    | 10*9/L | 2026-01-10
            2 | platelets | 80    | 10*9/L | 2025-12-01
            2 | platelets | 90    | 10*9/L | 2026-01-10
            3 | platelets | 70    | 10*9/L | 2025-10-01
            3 | platelets | 90    | 10*9/L | 2026-01-10
        """,
        gives={
            1: "true, recorded | from measurements/1",
            2: "false, recorded | from measurements/3, measurements/4",
            3: "false | from measurements/6",
        },
    )


def test_any_stays_open_while_a_hit_is_possible(spec):
    """A result that is not understood, or perhaps in the window, may be the hit."""
    spec(
        "{any: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 90    | 10*9/L | 2026-01-10
            1 | platelets | 70    |        | 2026-01-11
            2 | platelets | 90    | 10*9/L | 2026-01-10
            2 | platelets | 70    | 10*9/L | 2025-10
            3 | platelets | 90    | 10*9/L | 2026-01-10
            3 | platelets | 95    | 10*9/L | 2025-10
            4 | platelets | 90    | 10*9/L | 2025-10
        """,
        gives={
            1: "unknown: no-unit | from measurements/2",
            2: "unknown: partial-date | from measurements/4",
            3: "false, recorded",
            4: "unknown: partial-date",
        },
    )


def test_every_is_false_by_one_miss(spec):
    """`every` is the dual of `any`: false by each result that fails, true only when all in the window meet the test."""
    spec(
        "{every: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-01
            1 | platelets | 90    | 10*9/L | 2026-01-10
            2 | platelets | 70    | 10*9/L | 2025-12-01
            2 | platelets | 60    | 10*9/L | 2026-01-10
            3 | platelets | 70    | 10*9/L | 2026-01-10
            3 | platelets | 60    |        | 2026-01-11
        """,
        gives={
            1: "false | from measurements/2",
            2: "true | from measurements/3, measurements/4",
            3: "unknown: no-unit | from measurements/6",
        },
    )


def test_the_highest_below_means_every_one_below(spec):
    """The maximum is below a limit when every result is."""
    spec(
        "{maximum: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-01
            1 | platelets | 90    | 10*9/L | 2026-01-10
            2 | platelets | 70    | 10*9/L | 2025-12-01
            2 | platelets | 60000 | /uL    | 2026-01-10
        """,
        gives={1: "false", 2: "true"},
    )


def test_the_lowest_below_means_any_one_below(spec):
    """The minimum is below a limit when any result is."""
    spec(
        "{minimum: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-01
            1 | platelets | 90    | 10*9/L | 2026-01-10
            2 | platelets | 80    | 10*9/L | 2025-12-01
        """,
        gives={1: "true", 2: "false"},
    )


def test_the_highest_above_means_any_one_above(spec):
    """The maximum is above a limit when any result is."""
    spec(
        "{maximum: platelets, is: '> 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-01
            1 | platelets | 90    | 10*9/L | 2026-01-10
            2 | platelets | 70    | 10*9/L | 2025-12-01
        """,
        gives={1: "true", 2: "false"},
    )


def test_any_answer(spec):
    """Several answers may hold at once, such as methods of contraception: one that is asked for is enough."""
    spec(
        "{any: contraception, is: [iud, barrier-with-spermicide], within: 90 d}",
        measurements="""
              | code          | value    | time
            --+---------------+----------+-----------
            1 | contraception | hormonal | 2026-01-10
            1 | contraception | iud      | 2026-01-10
            2 | contraception | hormonal | 2026-01-10
        """,
        gives={1: "true | from measurements/2", 2: "false"},
    )

"""Days of a window"""

from datetime import date

SECTION = 1


def test_day_0_and_day_n_are_inside(spec):
    """A window of 90 days takes in the day of judgement and the 90th day before it, and nothing beyond either."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2026-01-15
            2 | platelets | 70    | 10*9/L | 2025-10-17
            3 | platelets | 70    | 10*9/L | 2025-10-16
            4 | platelets | 70    | 10*9/L | 2026-01-16
        """,
        gives={
            1: "true",
            2: "true",
            3: "unknown: too-old | from measurements/3 | needs platelets",
            4: "unknown: never-measured | needs platelets",
        },
    )


def test_too_old_shows_the_last_of_the_old(spec):
    """What is too old is shown: the results of the last day before the window."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-10-01
            1 | platelets | 90    | 10*9/L | 2025-09-01
        """,
        gives={1: "unknown: too-old | from measurements/1"},
    )


def test_a_strict_window_leaves_its_first_day_out(spec):
    """`< 28 d` begins a day later: the 28th day before is outside."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: '< 28 d'}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-19
            2 | platelets | 70    | 10*9/L | 2025-12-18
        """,
        gives={1: "true", 2: "unknown: too-old"},
    )


def test_a_window_of_no_days_is_the_day_itself(spec):
    """`0 d` holds the day of judgement alone."""
    spec(
        "{latest: hcg-test, is: negative, within: 0 d}",
        measurements="""
              | code     | value    | time
            --+----------+----------+-----------
            1 | hcg-test | negative | 2026-01-15
            2 | hcg-test | negative | 2026-01-14
        """,
        gives={1: "true", 2: "unknown: too-old"},
    )


def test_months_and_years_count_on_the_calendar(spec):
    """Twelve months before 15 January 2026 is 15 January 2025, not 365 or 360 days."""
    spec(
        "{latest: ki-67, is: '<= 20 %', within: 12 mo}",
        measurements="""
              | code  | value | unit | time
            --+-------+-------+------+-----------
            1 | ki-67 | 10    | %    | 2025-01-15
            2 | ki-67 | 10    | %    | 2025-01-14
        """,
        gives={1: "true", 2: "unknown: too-old"},
    )


def test_a_day_the_month_does_not_have_is_its_last(spec):
    """One month before 31 March is 28 February in a common year."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 1 mo}",
        as_of=date(2026, 3, 31),
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2026-02-28
            2 | platelets | 70    | 10*9/L | 2026-02-27
        """,
        gives={1: "true", 2: "unknown: too-old"},
    )


def test_a_day_the_month_has_is_kept(spec):
    """Two months before 31 March is 31 January."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 2 mo}",
        as_of=date(2026, 3, 31),
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2026-01-31
            2 | platelets | 70    | 10*9/L | 2026-01-30
        """,
        gives={1: "true", 2: "unknown: too-old"},
    )


def test_a_year_before_a_leap_day_is_28_february(spec):
    """29 February has no day of its own a year before; the last day of that February takes its place."""
    spec(
        "{latest: ki-67, is: '<= 20 %', within: 1 a}",
        as_of=date(2024, 2, 29),
        measurements="""
              | code  | value | unit | time
            --+-------+-------+------+-----------
            1 | ki-67 | 10    | %    | 2023-02-28
            2 | ki-67 | 10    | %    | 2023-02-27
        """,
        gives={1: "true", 2: "unknown: too-old"},
    )


def test_another_anchor_moves_the_beginning(spec):
    """A window counted from cycle 1 (5 January) begins 28 days before it and still ends on the day of judgement."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 28 d before cycle-1}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-08
            2 | platelets | 70    | 10*9/L | 2025-12-07
            3 | platelets | 70    | 10*9/L | 2026-01-14
        """,
        gives={1: "true", 2: "unknown: too-old", 3: "true"},
    )


def test_without_a_window_any_age_will_do(spec):
    """A rule without a window reads the latest result however old, but none of the future."""
    spec(
        "{latest: ki-67, is: '<= 20 %'}",
        measurements="""
              | code  | value | unit | time
            --+-------+-------+------+-----------
            1 | ki-67 | 10    | %    | 1999-05-01
            2 | ki-67 | 10    | %    | 2026-01-16
        """,
        gives={1: "true", 2: "unknown: never-measured"},
    )

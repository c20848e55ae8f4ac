"""The latest result"""

SECTION = 2


def test_the_latest_day_decides(spec):
    """Of several results the one of the last day decides, and is all the evidence."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-01
            1 | platelets | 90    | 10*9/L | 2026-01-10
            2 | platelets | 90    | 10*9/L | 2025-12-01
            2 | platelets | 70    | 10*9/L | 2026-01-10
        """,
        gives={1: "false, recorded | from measurements/2", 2: "true, recorded | from measurements/4"},
    )


def test_instants_order_results_of_one_day(spec):
    """Within a day the instants order, compared in UTC; the day itself is the one written in the source."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+--------------------------
            1 | platelets | 70    | 10*9/L | 2026-01-10T08:00:00Z
            1 | platelets | 90    | 10*9/L | 2026-01-10T09:00:00Z
            2 | platelets | 70    | 10*9/L | 2026-01-10T09:00:00+02:00
            2 | platelets | 90    | 10*9/L | 2026-01-10T08:00:00Z
        """,
        gives={1: "false | from measurements/2", 2: "false | from measurements/4"},
    )


def test_two_truths_on_one_day_are_a_conflict(spec):
    """Results of one day whose order nobody knows, and which decide differently, decide nothing."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+---------------------
            1 | platelets | 70    | 10*9/L | 2026-01-10
            1 | platelets | 90    | 10*9/L | 2026-01-10
            2 | platelets | 70    | 10*9/L | 2026-01-10
            2 | platelets | 90    | 10*9/L | 2026-01-10T09:00:00Z
            3 | platelets | 70    | 10*9/L | 2026-01-10T09:00:00Z
            3 | platelets | 90    | 10*9/L | 2026-01-10T09:00:00Z
        """,
        gives={
            1: "unknown: conflict | from measurements/1, measurements/2 | needs platelets",
            2: "unknown: conflict | from measurements/3, measurements/4",
            3: "unknown: conflict",
        },
    )


def test_two_results_of_one_day_that_agree_decide_together(spec):
    """Where all that may be latest come to one truth, that is the truth, and all of them are evidence."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2026-01-10
            1 | platelets | 60    | 10*9/L | 2026-01-10
        """,
        gives={1: "true, recorded | from measurements/1, measurements/2"},
    )


def test_the_latest_decides_even_when_it_cannot(spec):
    """An earlier result does not stand in for a latest one that is not understood."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 90    | 10*9/L | 2026-01-09
            1 | platelets | 70    |        | 2026-01-10
        """,
        gives={1: "unknown: no-unit | from measurements/2"},
    )


def test_a_partial_date_is_an_interval_of_days(spec):
    """A result of a month lies in the window when the whole month does; when it may lie outside, nothing is decided."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+--------
            1 | platelets | 70    | 10*9/L | 2025-12
            2 | platelets | 70    | 10*9/L | 2025-10
            3 | platelets | 70    | 10*9/L | 2026-01
            4 | platelets | 70    | 10*9/L | 2025
            5 | platelets | 70    | 10*9/L | 2025-09
        """,
        gives={
            1: "true, recorded",
            2: "unknown: partial-date",
            3: "unknown: partial-date",
            4: "unknown: partial-date",
            5: "unknown: too-old",
        },
    )


def test_a_partial_date_may_be_the_latest(spec):
    """A result of December may be before or after one of 10 December: both count, and must agree."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2025-12-10
            1 | platelets | 90    | 10*9/L | 2025-12
            2 | platelets | 70    | 10*9/L | 2025-12-10
            2 | platelets | 60    | 10*9/L | 2025-12
            3 | platelets | 70    | 10*9/L | 2026-01-10
            3 | platelets | 90    | 10*9/L | 2025-12
        """,
        gives={
            1: "unknown: partial-date | from measurements/1, measurements/2",
            2: "true | from measurements/3, measurements/4",
            3: "true | from measurements/5",
        },
    )


def test_a_result_perhaps_outside_may_still_be_the_latest(spec):
    """A result of this January may be of tomorrow, or later than the one of 10 January; one of October is not later."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2026-01-10
            1 | platelets | 90    | 10*9/L | 2026-01
            2 | platelets | 70    | 10*9/L | 2026-01-10
            2 | platelets | 90    | 10*9/L | 2025-10
        """,
        gives={1: "unknown: partial-date", 2: "true | from measurements/3"},
    )


def test_a_result_not_older_than_another(spec):
    """A measured clearance counts only when it is not older than the latest creatinine of the same window."""
    spec(
        "{latest: measured-clearance, is: '< 50 mL/min', within: 90 d, not_older_than: creatinine}",
        measurements="""
              | code               | value | unit   | time
            --+--------------------+-------+--------+-----------
            1 | measured-clearance | 45    | mL/min | 2026-01-10
            1 | creatinine         | 1.2   | mg/dL  | 2026-01-10
            2 | measured-clearance | 45    | mL/min | 2026-01-09
            2 | creatinine         | 1.2   | mg/dL  | 2026-01-10
            3 | measured-clearance | 45    | mL/min | 2026-01-09
            4 | measured-clearance | 45    | mL/min | 2026-01-09
            4 | creatinine         | 1.2   | mg/dL  | 2025-06-01
        """,
        gives={1: "true", 2: "unknown: too-old | from measurements/3", 3: "true", 4: "true"},
    )

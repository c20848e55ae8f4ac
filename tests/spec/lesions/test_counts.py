"""Counts"""

SECTION = 3


def test_records_are_counted_not_codings(spec):
    """A record with two codings is one record."""
    spec(
        "{count: chemotherapy, is: '>= 2'}",
        medications="""
              | record_id | code         | start
            --+-----------+--------------+-----------
            1 | course-1  | chemotherapy | 2024-01-10
            1 | course-1  | atc|L01AD04  | 2024-01-10
            2 | course-1  | chemotherapy | 2024-01-10
            2 | course-2  | atc|L01AD04  | 2025-01-10
        """,
        gives={1: "unknown: never-measured", 2: "true, recorded | from course-1, course-2"},
    )


def test_at_least_is_recorded_at_most_is_assumed(spec):
    """What is not recorded may yet exist: a count is bounded above only where absence is assumed."""
    spec(
        "{count: chemotherapy, is: '<= 1'}",
        medications="""
              | code         | start
            --+--------------+-----------
            1 | chemotherapy | 2024-01-10
            2 | chemotherapy | 2024-01-10
            3 | chemotherapy | 2024-01-10
            3 | chemotherapy | 2025-01-10
        """,
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
            4 | 2026-01-10
        """,
        gives={
            1: "true, assumed-from-absence | from medications/1, medications, encounters/1",
            2: "unknown: never-measured | from medications/2 | needs chemotherapy",
            3: "false, recorded | from medications/3, medications/4",
            4: "true, assumed-from-absence",
        },
    )


def test_doubtful_records_may_count(spec):
    """Provisional records, and those perhaps in the window, lie between the least and the greatest number."""
    spec(
        "{count: chemotherapy, is: '>= 2', within: 12 mo}",
        medications="""
              | code         | start      | end        | status
            --+--------------+------------+------------+---------
            1 | chemotherapy | 2025-06-01 | 2025-06-01 | present
            1 | chemotherapy | 2025-07-01 | 2025-07-01 | possible
            2 | chemotherapy | 2025-06-01 | 2025-06-01 | present
            2 | chemotherapy | 2024       | 2025-01    | present
            3 | chemotherapy | 2025-06-01 | 2025-06-01 | present
            3 | chemotherapy | 2024       | 2024       | present
        """,
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
            2 | 2026-01-10
            3 | 2026-01-10
        """,
        gives={
            1: "unknown: needs-person | needs chemotherapy",
            2: "unknown: partial-date",
            3: "false, assumed-from-absence",
        },
    )


def test_results_are_counted_too(spec):
    """For a quantity the results with a value in the window are counted; that there were no more is never assumed."""
    spec(
        "{count: platelets, is: '>= 2', within: 90 d}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 70    | 10*9/L | 2026-01-09
            1 | platelets | 75    | 10*9/L | 2026-01-10
            2 | platelets | 75    | 10*9/L | 2026-01-10
        """,
        encounters="""
              | start
            --+-----------
            2 | 2026-01-10
        """,
        gives={1: "true, recorded", 2: "unknown: never-measured"},
    )

"""Events in time"""

SECTION = 4


def test_an_event_meets_a_window_by_its_span(spec):
    """A condition is current when it began by today and has not ended before; its last day still counts.

    An end that is null is open; an event with no date at all is only perhaps there.
    """
    spec(
        "{record: urinary-incontinence, within: 0 d}",
        conditions="""
              | code                 | start      | end
            --+----------------------+------------+-----------
            1 | urinary-incontinence | 2020       |
            2 | urinary-incontinence | 2026-01-15 |
            3 | urinary-incontinence | 2020-05-01 | 2026-01-15
            4 | urinary-incontinence | 2020-05-01 | 2026-01-14
            5 | urinary-incontinence | 2026-01-16 |
            6 | urinary-incontinence | 2026-01    |
            7 | urinary-incontinence | 2020       | 2026-01
            8 | urinary-incontinence |            |
        """,
        gives={
            1: "true, recorded | from conditions/1",
            2: "true",
            3: "true",
            4: "unknown: never-measured",
            5: "unknown: never-measured",
            6: "unknown: partial-date | from conditions/6 | needs urinary-incontinence",
            7: "unknown: partial-date",
            8: "unknown: partial-date",
        },
    )


def test_without_a_window_an_event_counts_for_ever(spec):
    """A history never expires unless a rule says so."""
    spec(
        "{record: liver-metastasis}",
        conditions="""
              | code             | start | end
            --+------------------+-------+-----
            1 | liver-metastasis | 1999  | 2001
        """,
        gives={1: "true, recorded"},
    )


def test_no_chemotherapy_for_four_weeks(spec):
    """A last end 28 days ago leaves four weeks free; one of 27 days ago does not."""
    spec(
        "{not: {record: chemotherapy, within: '< 28 d'}}",
        medications="""
              | code         | start      | end
            --+--------------+------------+-----------
            1 | chemotherapy | 2025-11-01 | 2025-12-18
            2 | chemotherapy | 2025-11-01 | 2025-12-19
            3 | chemotherapy | 2025-11-01 |
            4 | chemotherapy | 2025-11-01 | 2025-12
        """,
        encounters="""
              | start
            --+-----------
            1 | 2025-12-18
            2 | 2025-12-18
            3 | 2025-12-18
            4 | 2025-12-18
        """,
        gives={
            1: "true, assumed-from-absence",
            2: "false, recorded | from medications/2",
            3: "false, recorded",
            4: "unknown: partial-date",
        },
    )


def test_more_than_twelve_months_ago_and_within_them(spec):
    """Within 12 months takes the day in; what began then is not more than 12 months ago."""
    spec(
        "{record: arterial-embolisation, within: 12 mo}",
        procedures="""
              | code                  | start
            --+-----------------------+-----------
            1 | arterial-embolisation | 2025-01-15
            2 | arterial-embolisation | 2025-01-14
            3 | arterial-embolisation | 2025-01
            4 | arterial-embolisation | 2025
        """,
        gives={
            1: "true",
            2: "unknown: never-measured",
            3: "unknown: partial-date",
            4: "unknown: partial-date",
        },
    )


def test_began_at_least_so_long_ago(spec):
    """`before` asks when an event began: 24 months ago or earlier, whether or not it has ended since."""
    spec(
        "{record: post-menopause, before: 24 mo}",
        conditions="""
              | code           | start
            --+----------------+-----------
            1 | post-menopause | 2024-01-15
            2 | post-menopause | 2024-01-16
            3 | post-menopause | 2024-01
            4 | post-menopause | 2023
            5 | post-menopause |
        """,
        gives={
            1: "true",
            2: "unknown: never-measured",
            3: "unknown: partial-date",
            4: "true",
            5: "unknown: partial-date",
        },
    )


def test_strictly_before_leaves_the_day_out(spec):
    """`before: '< 24 mo'` asks for more than 24 months."""
    spec(
        "{record: post-menopause, before: '< 24 mo'}",
        conditions="""
              | code           | start
            --+----------------+-----------
            1 | post-menopause | 2024-01-14
            2 | post-menopause | 2024-01-15
        """,
        gives={1: "true", 2: "unknown: never-measured"},
    )


def test_a_site_of_the_body(spec):
    """Where a rule names a site, an event of another site is another event, and one without site needs a person."""
    spec(
        "{record: external-beam-radiotherapy, site: pelvis}",
        procedures="""
              | code                       | start | body_site
            --+----------------------------+-------+----------
            1 | external-beam-radiotherapy | 2020  | Pelvis
            2 | external-beam-radiotherapy | 2020  | breast
            3 | external-beam-radiotherapy | 2020  |
        """,
        gives={
            1: "true",
            2: "unknown: never-measured",
            3: "unknown: needs-person | from procedures/3 | needs external-beam-radiotherapy",
        },
    )


def test_a_value_that_is_a_date(spec):
    """A date is held against a window of its own: 24 months, strictly, end with 16 January 2024."""
    spec(
        "{latest: last-menstrual-period, is: {within: '< 24 mo'}}",
        measurements="""
              | code                  | value      | time
            --+-----------------------+------------+-----------
            1 | last-menstrual-period | 2024-01-16 | 2026-01-10
            2 | last-menstrual-period | 2024-01-15 | 2026-01-10
            3 | last-menstrual-period | 2024-01    | 2026-01-10
            4 | last-menstrual-period | 2024-02    | 2026-01-10
            5 | last-menstrual-period | long ago   | 2026-01-10
            6 | last-menstrual-period | 2023       | 2026-01-10
        """,
        gives={
            1: "true",
            2: "false",
            3: "unknown: partial-date",
            4: "true",
            5: "unknown: unmapped-code",
            6: "false",
        },
    )

"""The assumption of absence"""

SECTION = 2


def test_no_record_means_no_for_a_covered_patient(spec):
    """Where absence is assumed, the table that was searched and the encounter that covers are the evidence."""
    spec(
        "{record: brain-metastasis}",
        encounters="""
              | record_id | start
            --+-----------+-----------
            1 | visit-1   | 2025-06-01
            1 | visit-2   | 2025-11-01
        """,
        gives={1: "false, assumed-from-absence | from conditions, visit-2"},
    )


def test_without_an_encounter_nothing_is_assumed(spec):
    """A patient whom nobody saw in the year before is not covered; 15 January 2025 is the first day of that year."""
    spec(
        "{record: brain-metastasis}",
        encounters="""
              | start
            --+-----------
            2 | 2025-01-15
            3 | 2025-01-14
            4 | 2025-01
            5 | 2026-01-16
        """,
        gives={
            1: "unknown: never-measured | needs brain-metastasis",
            2: "false, assumed-from-absence",
            3: "unknown: never-measured",
            4: "unknown: never-measured",
            5: "unknown: never-measured",
        },
    )


def test_a_planned_visit_does_not_cover(spec):
    """Only an encounter that took place covers."""
    spec(
        "{record: brain-metastasis}",
        encounters="""
              | start      | status
            --+------------+---------
            1 | 2026-01-10 | present
            2 | 2026-01-10 | possible
            3 | 2026-01-10 | ordered
        """,
        gives={1: "false, assumed-from-absence", 2: "unknown: never-measured", 3: "unknown: never-measured"},
    )


def test_a_long_stay_covers(spec):
    """An encounter covers when it meets the year: one that began earlier and ended in it does."""
    spec(
        "{record: brain-metastasis}",
        encounters="""
              | start      | end
            --+------------+-----------
            1 | 2024-12-01 | 2025-02-01
        """,
        gives={1: "false, assumed-from-absence"},
    )


def test_a_table_that_was_not_supplied_allows_no_assumption(spec):
    """Where the table of a concept was not supplied, its absence cannot be assumed."""
    spec(
        "{record: chemotherapy}",
        not_supplied=("medications",),
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
        """,
        gives={1: "unknown: table-not-supplied | needs chemotherapy"},
    )


def test_a_table_of_something_else_is_not_missed(spec):
    """A diagnosis is not looked for among medications: their lack does not matter to it."""
    spec(
        "{record: brain-metastasis}",
        not_supplied=("medications",),
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
        """,
        gives={1: "false, assumed-from-absence"},
    )


def test_a_missing_table_matters_only_to_an_assumption(spec):
    """Where nothing is assumed, nothing recorded is never-measured, whatever was supplied."""
    spec(
        "{record: capecitabine}",
        not_supplied=("medications",),
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
        """,
        gives={1: "unknown: never-measured"},
    )


def test_absence_in_a_window_is_assumed_too(spec):
    """What ended before the window is absent from it: the assumption holds for the window."""
    spec(
        "{record: ascites, within: 0 d}",
        conditions="""
              | code    | start | end
            --+---------+-------+-----
            1 | ascites | 2023  | 2024
        """,
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
        """,
        gives={1: "false, assumed-from-absence"},
    )

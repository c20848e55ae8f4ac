"""Nothing recorded"""

SECTION = 1


def test_never_measured_is_unknown_not_failed(spec):
    """A patient with no platelet count neither passes nor fails, whatever else is recorded."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | haemoglobin | 12    | g/dL | 2026-01-10
        """,
        encounters="""
              | start
            --+-----------
            2 | 2026-01-10
        """,
        gives={1: "unknown: never-measured | needs platelets", 2: "unknown: never-measured"},
    )


def test_a_record_without_a_value_is_no_result(spec):
    """A result that carries no value at all is as if it were not there."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L'}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets |       | 10*9/L | 2026-01-10
            2 | platelets | 70    | 10*9/L | 2026-01-09
            2 | platelets |       | 10*9/L | 2026-01-10
        """,
        gives={1: "unknown: never-measured", 2: "true"},
    )


def test_what_only_a_person_knows_needs_a_person(spec):
    """Where only a person can answer, the cause says so in place of never-measured."""
    spec(
        "{latest: cytoreducible-fraction, is: '>= 90 %'}",
        gives={1: "unknown: needs-person | needs cytoreducible-fraction"},
    )


def test_a_result_that_is_not_final_is_not_used(spec):
    """Preliminary and registered results are counted by the reader and not used."""
    spec(
        "{latest: platelets, is: '< 75 10*9/L'}",
        measurements="""
              | code      | value | unit   | status      | time
            --+-----------+-------+--------+-------------+-----------
            1 | platelets | 70    | 10*9/L | preliminary | 2026-01-10
            2 | platelets | 70    | 10*9/L | corrected   | 2026-01-10
        """,
        gives={1: "unknown: never-measured", 2: "true"},
    )


def test_no_record_of_an_event_is_not_the_record_of_none(spec):
    """For an event about which nothing is assumed, no record leaves the truth unknown, covered or not."""
    spec(
        "{record: liver-metastasis}",
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
        """,
        gives={1: "unknown: never-measured | needs liver-metastasis", 2: "unknown: never-measured"},
    )

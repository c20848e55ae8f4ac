"""Refuted, doubtful and ordered"""

SECTION = 3


def test_refuted_is_recorded_absence_of_that_day(spec):
    """A refuted diagnosis is a recorded no, for a year from that day on; an older one says nothing of today."""
    spec(
        "{record: liver-metastasis}",
        conditions="""
              | code             | status | start      | end
            --+------------------+--------+------------+-----------
            1 | liver-metastasis | absent | 2026-01-10 | 2026-01-10
            2 | liver-metastasis | absent | 2025-01-15 | 2025-01-15
            3 | liver-metastasis | absent | 2025-01-14 | 2025-01-14
            4 | liver-metastasis | absent | 2025       | 2025
        """,
        gives={
            1: "false, recorded | from conditions/1",
            2: "false, recorded",
            3: "unknown: never-measured",
            4: "unknown: never-measured",
        },
    )


def test_a_denial_must_lie_in_the_window(spec):
    """That there was none a month ago says nothing of today."""
    spec(
        "{record: urinary-incontinence, within: 0 d}",
        conditions="""
              | code                 | status | start      | end
            --+----------------------+--------+------------+-----------
            1 | urinary-incontinence | absent | 2026-01-15 | 2026-01-15
            2 | urinary-incontinence | absent | 2025-12-15 | 2025-12-15
        """,
        gives={1: "false, recorded", 2: "unknown: never-measured"},
    )


def test_present_and_later_denied_is_a_conflict(spec):
    """A denial of the same or a later day contradicts; an earlier one is overtaken."""
    spec(
        "{record: liver-metastasis}",
        conditions="""
              | code             | status  | start      | end
            --+------------------+---------+------------+-----------
            1 | liver-metastasis | present | 2025-06-01 |
            1 | liver-metastasis | absent  | 2026-01-10 | 2026-01-10
            2 | liver-metastasis | present | 2026-01-10 |
            2 | liver-metastasis | absent  | 2026-01-10 | 2026-01-10
            3 | liver-metastasis | present | 2026-01-10 |
            3 | liver-metastasis | absent  | 2025-06-01 | 2025-06-01
        """,
        gives={
            1: "unknown: conflict | from conditions/1, conditions/2 | needs liver-metastasis",
            2: "unknown: conflict",
            3: "true, recorded | from conditions/5",
        },
    )


def test_a_denial_of_the_future_is_no_denial(spec):
    """What begins after the day of judgement is ignored; a denial that may be of tomorrow is not yet a no."""
    spec(
        "{record: liver-metastasis}",
        conditions="""
              | code             | status  | start      | end
            --+------------------+---------+------------+-----------
            1 | liver-metastasis | present | 2025-06-01 |
            1 | liver-metastasis | absent  | 2026-01-16 | 2026-01-16
            2 | liver-metastasis | absent  | 2026-01-16 | 2026-01-16
            3 | liver-metastasis | absent  | 2026-01    | 2026-01
        """,
        gives={
            1: "true, recorded | from conditions/1",
            2: "unknown: never-measured",
            3: "unknown: never-measured",
        },
    )


def test_a_provisional_record_beside_a_denial(spec):
    """A doubt is not settled by a denial: a person must look at both, whichever came first."""
    spec(
        "{record: liver-metastasis}",
        conditions="""
              | code             | status   | start      | end
            --+------------------+----------+------------+-----------
            1 | liver-metastasis | possible | 2025-12-01 |
            1 | liver-metastasis | absent   | 2026-01-10 | 2026-01-10
        """,
        gives={1: "unknown: needs-person | from conditions/1"},
    )


def test_provisional_needs_a_person(spec):
    """A provisional diagnosis is neither present nor absent, and stands in the way of assuming absence."""
    spec(
        "{record: brain-metastasis}",
        conditions="""
              | code             | status   | start
            --+------------------+----------+------
            1 | brain-metastasis | possible | 2025
        """,
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
        """,
        gives={1: "unknown: needs-person | from conditions/1 | needs brain-metastasis"},
    )


def test_a_sure_record_outweighs_a_doubtful_one(spec):
    """One certain record decides; doubtful ones are then no evidence."""
    spec(
        "{record: liver-metastasis}",
        conditions="""
              | code             | status   | start
            --+------------------+----------+------
            1 | liver-metastasis | possible | 2025
            1 | liver-metastasis | present  | 2024
        """,
        gives={1: "true, recorded | from conditions/2"},
    )


def test_a_code_that_points_without_proving(spec):
    """C7B.8 is a metastasis of a neuroendocrine tumour without site: it suggests the liver, and a person decides."""
    spec(
        "{record: liver-metastasis}",
        conditions="""
              | code             | start
            --+------------------+------
            1 | icd-10-cm|C7B.8  | 2025
            2 | icd-10-cm|C7B.02 | 2025
            3 | icd-10-cm|C78.7  | 2025
        """,
        gives={1: "unknown: needs-person | from conditions/1", 2: "true, recorded", 3: "true, recorded"},
    )


ORDERS = """
      | code         | status  | start
    --+--------------+---------+-----------
    1 | capecitabine | ordered | 2026-01-10
"""


def test_an_order_lets_nobody_in(spec):
    """In an inclusion an order that is not shown given is open."""
    spec("{record: capecitabine}", medications=ORDERS, gives={1: "unknown: needs-person | from medications/1"})


def test_an_order_excludes(spec):
    """In an exclusion an order that is not shown given counts as present."""
    spec(
        "{record: capecitabine}",
        kind="exclusion",
        medications=ORDERS,
        gives={1: "true, recorded | from medications/1"},
    )


def test_an_order_is_read_by_the_side_it_stands_on(spec):
    """Under `not` the sides change: an order never helps anybody in, not even by taking away an exclusion."""
    spec(
        "{not: {record: capecitabine}}",
        kind="exclusion",
        medications=ORDERS,
        gives={1: "unknown: needs-person"},
    )

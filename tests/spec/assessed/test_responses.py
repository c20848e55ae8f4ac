"""Responses

What records say of lesions becomes a response by RECIST 1.1 (Eisenhauer 2009, Eur J Cancer 45:228): `lesion-role` says
what a lesion is followed as, `lesion-diameter` and `lesion-state` what a scan saw of it, all with the lesion's name.
Scans that lie close together are one visit; the first is the baseline unless the rule says where it lies.
"""

SECTION = 4

BEST = "{response: best, recist: '1.1', confirmation: not-required, visit_days: 7, is: [CR, PR]}"
LATEST = "{response: latest, recist: '1.1', confirmation: not-required, visit_days: 7, is: PD}"


def test_a_partial_response(spec):
    """The sum falls from 50 + 30 mm to 30 + 26 mm, by 30 %: partial. To 30 + 27 mm it is 28.75 %: stable."""
    spec(
        BEST,
        measurements="""
              | code            | value  | unit | lesion | time
            --+-----------------+--------+------+--------+-----------
            1 | lesion-role     | target |      | A      | 2025-10-01
            1 | lesion-role     | target |      | B      | 2025-10-01
            1 | lesion-diameter | 50     | mm   | A      | 2025-10-01
            1 | lesion-diameter | 3      | cm   | B      | 2025-10-03
            1 | lesion-diameter | 30     | mm   | A      | 2025-12-01
            1 | lesion-diameter | 26     | mm   | B      | 2025-12-01
            2 | lesion-role     | target |      | A      | 2025-10-01
            2 | lesion-role     | target |      | B      | 2025-10-01
            2 | lesion-diameter | 50     | mm   | A      | 2025-10-01
            2 | lesion-diameter | 30     | mm   | B      | 2025-10-03
            2 | lesion-diameter | 30     | mm   | A      | 2025-12-01
            2 | lesion-diameter | 27     | mm   | B      | 2025-12-01
        """,
        gives={1: "true, derived", 2: "false, derived"},
    )


def test_progression_is_against_the_smallest_sum(spec):
    """50, 20, then 26 mm: less than at baseline, but 30 % and 6 mm above the nadir. 24.9 mm is 4.9 mm above it."""
    spec(
        LATEST,
        measurements="""
              | code            | value  | unit | lesion | time
            --+-----------------+--------+------+--------+-----------
            1 | lesion-role     | target |      | A      | 2025-08-01
            1 | lesion-diameter | 50     | mm   | A      | 2025-08-01
            1 | lesion-diameter | 20     | mm   | A      | 2025-10-01
            1 | lesion-diameter | 26     | mm   | A      | 2025-12-01
            2 | lesion-role     | target |      | A      | 2025-08-01
            2 | lesion-diameter | 50     | mm   | A      | 2025-08-01
            2 | lesion-diameter | 20     | mm   | A      | 2025-10-01
            2 | lesion-diameter | 24.9   | mm   | A      | 2025-12-01
        """,
        gives={1: "true, derived", 2: "false, derived"},
    )


def test_a_new_lesion_is_progression(spec):
    """Whatever the targets do; but not while it is equivocal."""
    spec(
        LATEST,
        measurements="""
              | code            | value       | unit | lesion | time
            --+-----------------+-------------+------+--------+-----------
            1 | lesion-role     | target      |      | A      | 2025-08-01
            1 | lesion-diameter | 50          | mm   | A      | 2025-08-01
            1 | lesion-diameter | 20          | mm   | A      | 2025-10-01
            1 | lesion-role     | new         |      | N      | 2025-10-01
            1 | lesion-state    | unequivocal |      | N      | 2025-10-01
            2 | lesion-role     | target      |      | A      | 2025-08-01
            2 | lesion-diameter | 50          | mm   | A      | 2025-08-01
            2 | lesion-diameter | 20          | mm   | A      | 2025-10-01
            2 | lesion-role     | new         |      | N      | 2025-10-01
            2 | lesion-state    | equivocal   |      | N      | 2025-10-01
        """,
        gives={1: "true, derived", 2: "false, derived"},
    )


def test_a_complete_response_needs_normal_nodes(spec):
    """A node of 9 mm is normal, and adds to the sum all the same; the other lesion is gone: complete."""
    spec(
        "{response: best, recist: '1.1', confirmation: not-required, visit_days: 7, is: CR}",
        measurements="""
              | code            | value       | unit | lesion | time
            --+-----------------+-------------+------+--------+-----------
            1 | lesion-role     | target      |      | A      | 2025-08-01
            1 | lesion-role     | target-node |      | B      | 2025-08-01
            1 | lesion-diameter | 50          | mm   | A      | 2025-08-01
            1 | lesion-diameter | 18          | mm   | B      | 2025-08-01
            1 | lesion-state    | absent      |      | A      | 2025-10-01
            1 | lesion-diameter | 9           | mm   | B      | 2025-10-01
            2 | lesion-role     | target      |      | A      | 2025-08-01
            2 | lesion-role     | target-node |      | B      | 2025-08-01
            2 | lesion-diameter | 50          | mm   | A      | 2025-08-01
            2 | lesion-diameter | 18          | mm   | B      | 2025-08-01
            2 | lesion-state    | absent      |      | A      | 2025-10-01
            2 | lesion-diameter | 10          | mm   | B      | 2025-10-01
        """,
        gives={1: "true, derived", 2: "false, derived"},
    )


def test_a_target_that_was_not_assessed(spec):
    """The visit cannot be judged, and no response is known; the scan that would settle it is asked for."""
    spec(
        BEST,
        measurements="""
              | code            | value        | unit | lesion | time
            --+-----------------+--------------+------+--------+-----------
            1 | lesion-role     | target       |      | A      | 2025-10-01
            1 | lesion-role     | target       |      | B      | 2025-10-01
            1 | lesion-diameter | 50           | mm   | A      | 2025-10-01
            1 | lesion-diameter | 30           | mm   | B      | 2025-10-01
            1 | lesion-diameter | 20           | mm   | A      | 2025-12-01
            1 | lesion-state    | not-assessed |      | B      | 2025-12-01
        """,
        gives={1: "unknown: never-measured"},
    )


def test_what_is_missing_or_contradicts_itself(spec):
    """No scan, no visit after baseline, a lesion without a role, two diameters of one day, no unit, a partial date."""
    spec(
        BEST,
        measurements="""
              | code            | value  | unit | lesion | time
            --+-----------------+--------+------+--------+-----------
            1 | lesion-role     | target |      | A      | 2025-10-01
            2 | lesion-role     | target |      | A      | 2025-10-01
            2 | lesion-diameter | 50     | mm   | A      | 2025-10-01
            3 | lesion-role     | target |      | A      | 2025-10-01
            3 | lesion-diameter | 50     | mm   | A      | 2025-10-01
            3 | lesion-diameter | 30     | mm   | B      | 2025-10-01
            3 | lesion-diameter | 20     | mm   | A      | 2025-12-01
            4 | lesion-role     | target |      | A      | 2025-10-01
            4 | lesion-diameter | 50     | mm   | A      | 2025-10-01
            4 | lesion-diameter | 20     | mm   | A      | 2025-12-01
            4 | lesion-diameter | 30     | mm   | A      | 2025-12-01
            5 | lesion-role     | target |      | A      | 2025-10-01
            5 | lesion-diameter | 50     |      | A      | 2025-10-01
            6 | lesion-role     | target |      | A      | 2025-10-01
            6 | lesion-diameter | 50     | mm   | A      | 2025-10
        """,
        gives={
            1: "unknown: never-measured | needs lesion-diameter",
            2: "unknown: never-measured | needs lesion-diameter",
            3: "unknown: never-measured | needs lesion-role",
            4: "unknown: conflict",
            5: "unknown: no-unit | needs lesion-diameter",
            6: "unknown: partial-date | needs lesion-diameter",
        },
    )


def test_a_response_is_read_before_surgery(spec):
    """What the surgeon removed is gone, and no response: scans from the operation on do not count."""
    spec(
        """
        {response: best, recist: '1.1', confirmation: not-required, visit_days: 7, until: partial-hepatectomy,
         is: [CR, PR]}
        """,
        measurements="""
              | code            | value  | unit | lesion | time
            --+-----------------+--------+------+--------+-----------
            1 | lesion-role     | target |      | A      | 2025-08-01
            1 | lesion-diameter | 50     | mm   | A      | 2025-08-01
            1 | lesion-diameter | 45     | mm   | A      | 2025-10-01
            1 | lesion-state    | absent |      | A      | 2025-12-01
            2 | lesion-role     | target |      | A      | 2025-08-01
            2 | lesion-diameter | 50     | mm   | A      | 2025-08-01
            2 | lesion-diameter | 45     | mm   | A      | 2025-10-01
            2 | lesion-state    | absent |      | A      | 2025-12-01
            3 | lesion-role     | target |      | A      | 2025-08-01
            3 | lesion-diameter | 50     | mm   | A      | 2025-08-01
            3 | lesion-diameter | 45     | mm   | A      | 2025-10-01
            3 | lesion-state    | absent |      | A      | 2025-12-01
        """,
        procedures="""
              | code                | status   | start
            --+---------------------+----------+-----------
            1 | partial-hepatectomy | present  | 2025-11-01
            3 | partial-hepatectomy | possible | 2025-11-01
        """,
        gives={1: "false, derived", 2: "true, derived", 3: "unknown: needs-person"},
    )


def test_the_baseline_of_the_protocol(spec):
    """With a baseline before cycle 1 the scans before it do not count, and a scan after it is its first visit."""
    spec(
        """
        {response: latest, recist: '1.1', confirmation: not-required, visit_days: 7, from: 28 d before cycle-1,
         is: PD}
        """,
        measurements="""
              | code            | value  | unit | lesion | time
            --+-----------------+--------+------+--------+-----------
            1 | lesion-role     | target |      | A      | 2025-08-01
            1 | lesion-diameter | 20     | mm   | A      | 2025-08-01
            1 | lesion-diameter | 40     | mm   | A      | 2026-01-02
            1 | lesion-diameter | 41     | mm   | A      | 2026-01-14
            2 | lesion-role     | target |      | A      | 2025-08-01
            2 | lesion-diameter | 20     | mm   | A      | 2025-08-01
            2 | lesion-diameter | 41     | mm   | A      | 2026-01-14
        """,
        gives={1: "false, derived", 2: "unknown: never-measured | needs lesion-diameter"},
    )


def test_confirmation(spec):
    """One visit of partial response is none where the protocol wants it confirmed after four weeks."""
    spec(
        "{response: best, recist: '1.1', confirmation: required, visit_days: 7, is: [CR, PR]}",
        measurements="""
              | code            | value  | unit | lesion | time
            --+-----------------+--------+------+--------+-----------
            1 | lesion-role     | target |      | A      | 2025-08-01
            1 | lesion-diameter | 50     | mm   | A      | 2025-08-01
            1 | lesion-diameter | 30     | mm   | A      | 2025-10-01
            2 | lesion-role     | target |      | A      | 2025-08-01
            2 | lesion-diameter | 50     | mm   | A      | 2025-08-01
            2 | lesion-diameter | 30     | mm   | A      | 2025-10-01
            2 | lesion-diameter | 31     | mm   | A      | 2025-12-01
        """,
        gives={1: "false, derived", 2: "true, derived"},
    )

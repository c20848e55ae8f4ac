"""Change from baseline

The baseline is the latest result from the limit of its window up to its anchor; the change is that of the latest
result after the anchor. In per cent it is of the baseline, else in the unit of what changes. Cycle 1 is on 2026-01-05.
"""

SECTION = 2


def test_a_change_in_per_cent(spec):
    """From 200 to 120 is -40 %, to 121 it is -39.5 %; what was measured before the baseline does not count."""
    spec(
        "{change: platelets, from: 28 d before cycle-1, is: '<= -40 %'}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 90    | 10*9/L | 2025-12-20
            1 | platelets | 200   | 10*9/L | 2026-01-05
            1 | platelets | 120   | 10*9/L | 2026-01-12
            2 | platelets | 200   | 10*9/L | 2025-12-20
            2 | platelets | 121   | 10*9/L | 2026-01-12
        """,
        gives={
            1: "true, derived | from measurements/2, measurements/3, assessments",
            2: "false, derived | from measurements/4, measurements/5, assessments",
        },
    )


def test_a_change_in_a_unit(spec):
    """Haemoglobin from 12.0 g/dL to 95 g/L has fallen by 2.5 g/dL."""
    spec(
        "{change: haemoglobin, from: 28 d before cycle-1, is: '<= -2.5 g/dL'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | haemoglobin | 12.0  | g/dL | 2026-01-02
            1 | haemoglobin | 95    | g/L  | 2026-01-12
            2 | haemoglobin | 12.0  | g/dL | 2026-01-02
            2 | haemoglobin | 96    | g/L  | 2026-01-12
        """,
        gives={1: "true, derived", 2: "false, derived"},
    )


def test_a_baseline_is_no_change_from_itself(spec):
    """Without a later result, or without a baseline, there is no change: neither is a change of nothing."""
    spec(
        "{change: platelets, from: 28 d before cycle-1, is: '<= -40 %'}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 200   | 10*9/L | 2026-01-05
            2 | platelets | 100   | 10*9/L | 2026-01-12
            3 | platelets | 200   | 10*9/L | 2025-10-01
            3 | platelets | 100   | 10*9/L | 2026-01-12
        """,
        gives={
            1: "unknown: too-old | from measurements/1 | needs platelets",
            2: "unknown: never-measured | needs platelets",
            3: "unknown: too-old | from measurements/3 | needs platelets",
        },
    )


def test_no_percentage_of_zero(spec):
    """A person has to look at a baseline of zero."""
    spec(
        "{change: ki-67, from: 28 d before cycle-1, is: '>= 40 %'}",
        measurements="""
              | code  | value | unit | time
            --+-------+-------+------+-----------
            1 | ki-67 | 0     | %    | 2026-01-05
            1 | ki-67 | 5     | %    | 2026-01-12
        """,
        gives={1: "unknown: needs-person | from measurements/1, measurements/2 | needs ki-67"},
    )

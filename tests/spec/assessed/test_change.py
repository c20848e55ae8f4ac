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


FALL = "{change: creatinine-clearance, weight: actual, from: 90 d before cycle-1, is: '<= -40 %'}"


def test_a_change_of_what_is_derived(spec):
    """
    Clearance goes by weight over creatinine: 64/80 x 0.9/1.2 is 0.6, so -40 %; 80/80 x 1.0/1.66 is -39.8 %.

    A weight that was not taken again stands on both sides: 0.6/1.0 is -40 %.
    """
    spec(
        FALL,
        patients="""
              | sex  | birth_date
            --+------+-----------
            1 | male | 1960-06-01
            2 | male | 1960-06-01
            3 | male | 1960-06-01
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 0.9   | mg/dL | 2025-12-20
            1 | body-weight | 80    | kg    | 2026-01-05
            1 | creatinine  | 1.2   | mg/dL | 2026-01-12
            1 | body-weight | 64    | kg    | 2026-01-13
            2 | creatinine  | 1.0   | mg/dL | 2026-01-05
            2 | body-weight | 80    | kg    | 2026-01-05
            2 | creatinine  | 1.66  | mg/dL | 2026-01-12
            2 | body-weight | 80    | kg    | 2026-01-12
            3 | creatinine  | 0.6   | mg/dL | 2026-01-05
            3 | body-weight | 80    | kg    | 2026-01-02
            3 | creatinine  | 1.0   | mg/dL | 2026-01-12
        """,
        gives={
            1: "true, derived | from patients/1, patients/1, measurements/1, measurements/2, measurements/3, "
            "measurements/4, assessments",
            2: "false, derived",
            3: "true, derived",
        },
    )


def test_each_side_has_its_own_age(spec):
    """
    At cycle 1 he is 59, and 60 when judged: 0.6075/1.0 x 80/81 is 0.6, so -40 %.

    Born a week later he is 59 on both days: 0.6075/1.0 is -39.25 %. Born in 1966 he may be either.
    """
    spec(
        FALL,
        patients="""
              | sex  | birth_date
            --+------+-----------
            1 | male | 1966-01-10
            2 | male | 1966-01-17
            3 | male | 1966
        """,
        measurements="""
              | code        | value  | unit  | time
            --+-------------+--------+-------+-----------
            1 | creatinine  | 0.6075 | mg/dL | 2026-01-05
            1 | body-weight | 80     | kg    | 2026-01-05
            1 | creatinine  | 1.0    | mg/dL | 2026-01-12
            2 | creatinine  | 0.6075 | mg/dL | 2026-01-05
            2 | body-weight | 80     | kg    | 2026-01-05
            2 | creatinine  | 1.0    | mg/dL | 2026-01-12
            3 | creatinine  | 0.6075 | mg/dL | 2026-01-05
            3 | body-weight | 80     | kg    | 2026-01-05
            3 | creatinine  | 1.0    | mg/dL | 2026-01-12
        """,
        gives={1: "true, derived", 2: "false, derived", 3: "unknown: partial-date | needs birth-date"},
    )


def test_without_weight_or_baseline_the_change_is_unknown(spec):
    """No weight at all; a weight after cycle 1 alone; creatinine before it alone; one too old to be a baseline."""
    spec(
        FALL,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1960-06-01
            2 | female | 1960-06-01
            3 | female | 1960-06-01
            4 | female | 1960-06-01
            5 |        | 1960-06-01
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 1.0   | mg/dL | 2026-01-05
            1 | creatinine  | 1.3   | mg/dL | 2026-01-12
            2 | creatinine  | 1.0   | mg/dL | 2026-01-05
            2 | creatinine  | 1.3   | mg/dL | 2026-01-12
            2 | body-weight | 60    | kg    | 2026-01-12
            3 | creatinine  | 1.0   | mg/dL | 2026-01-05
            3 | body-weight | 60    | kg    | 2026-01-05
            4 | creatinine  | 1.0   | mg/dL | 2025-10-06
            4 | body-weight | 60    | kg    | 2026-01-05
            4 | creatinine  | 1.3   | mg/dL | 2026-01-12
            5 | creatinine  | 1.0   | mg/dL | 2026-01-05
            5 | body-weight | 60    | kg    | 2026-01-05
            5 | creatinine  | 1.3   | mg/dL | 2026-01-12
        """,
        gives={
            1: "unknown: never-measured | needs body-weight",
            2: "unknown: never-measured | needs body-weight",
            3: "unknown: too-old | needs body-weight, creatinine",
            4: "unknown: too-old | needs creatinine",
            5: "unknown: never-measured | needs sex",
        },
    )


def test_what_is_derived_changes_in_its_own_unit_too(spec):
    """80 kg and 72 kg at 2 m are 20 and 18 kg/m2; the height need not be taken again."""
    spec(
        "{change: bmi, from: 90 d before cycle-1, is: '<= -2 kg/m2'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | body-height | 200   | cm   | 2026-01-02
            1 | body-weight | 80    | kg   | 2026-01-05
            1 | body-weight | 72    | kg   | 2026-01-12
            2 | body-height | 200   | cm   | 2026-01-02
            2 | body-weight | 80    | kg   | 2026-01-05
            2 | body-weight | 72.4  | kg   | 2026-01-12
        """,
        gives={1: "true, derived", 2: "false, derived"},
    )


def test_a_change_of_what_has_a_root_meets_its_limit_exactly(spec):
    """By Mosteller a surface goes by the root of the weight: 18/50 is 0.36, so 0.6, and the fall is 40 % exactly."""
    spec(
        "{change: body-surface, formula: mosteller, from: 90 d before cycle-1, is: '<= -40 %'}",
        measurements="""
              | code        | value | unit | time
            --+-------------+-------+------+-----------
            1 | body-height | 140   | cm   | 2026-01-02
            1 | body-weight | 50    | kg   | 2026-01-05
            1 | body-weight | 18    | kg   | 2026-01-12
            2 | body-height | 140   | cm   | 2026-01-02
            2 | body-weight | 50    | kg   | 2026-01-05
            2 | body-weight | 18.1  | kg   | 2026-01-12
        """,
        gives={1: "true, derived", 2: "false, derived"},
    )

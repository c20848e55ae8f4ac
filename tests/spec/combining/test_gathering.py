"""Which measurement counts"""

SECTION = 3


def test_the_first_that_is_recorded_decides_alone(spec):
    """`first_recorded` takes the first part with data, even where a later part would decide otherwise.

    With none it is unknown like its last part, the one to fall back on and to ask for.
    """
    spec(
        "{first_recorded: [{latest: prothrombin-time, is: '<= 12 s'}, {latest: inr, is: '<= 1.2'}]}",
        measurements="""
              | code             | value | unit | time
            --+------------------+-------+------+-----------
            1 | prothrombin-time | 11    | s    | 2026-01-10
            1 | inr              | 2     |      | 2026-01-10
            2 | inr              | 2     |      | 2026-01-10
        """,
        gives={
            1: "true | from measurements/1",
            2: "false | from measurements/3",
            3: "unknown: never-measured | needs inr",
        },
    )


def test_data_that_cannot_be_judged_are_still_data(spec):
    """A first part that is there but not understood is not passed over; one that is too old or unsuitable is."""
    spec(
        """
        first_recorded:
          - {latest: prothrombin-time, is: '<= 12 s', within: 90 d}
          - {latest: inr, is: '<= 1.2', within: 90 d}
        """,
        measurements="""
              | code             | value | unit | time
            --+------------------+-------+------+-----------
            1 | prothrombin-time | 11    |      | 2026-01-10
            1 | inr              | 2     |      | 2026-01-10
            2 | prothrombin-time | 11    | s    | 2025-01-10
            2 | inr              | 2     |      | 2026-01-10
        """,
        gives={1: "unknown: no-unit | from measurements/1", 2: "false | from measurements/4"},
    )


def test_any_of_those_recorded(spec):
    """`any_recorded` leaves out parts without data: any of the rest decides, and not measured is not open."""
    spec(
        "{any_recorded: [{latest: net-grade, is: '3'}, {latest: mitoses-per-2mm2, is: '> 20'}]}",
        measurements="""
              | code             | value | time
            --+------------------+-------+-----------
            1 | net-grade        | 2     | 2026-01-10
            2 | net-grade        | 2     | 2026-01-10
            2 | mitoses-per-2mm2 | 25    | 2026-01-10
            3 | net-grade        | 2     | 2026-01-10
            3 | mitoses-per-2mm2 | many  | 2026-01-10
        """,
        gives={
            1: "false, recorded | from measurements/1",
            2: "true, recorded | from measurements/3",
            3: "unknown: unmapped-code | from measurements/5 | needs mitoses-per-2mm2",
            4: "unknown: never-measured | needs net-grade",
        },
    )


def test_a_measured_clearance_comes_before_a_computed_one(spec):
    """A suitable measured clearance decides; without one the clearance is computed."""
    spec(
        """
        first_recorded:
          - {latest: measured-clearance, is: '< 50 mL/min', methods: [plasma, urine-24h]}
          - {derived: cockcroft-gault, is: '< 50 mL/min'}
        """,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1956-01-15
            2 | female | 1956-01-15
            3 | female | 1956-01-15
        """,
        measurements="""
              | code               | value | unit   | method       | time
            --+--------------------+-------+--------+--------------+-----------
            1 | creatinine         | 1.1   | mg/dL  |              | 2026-01-10
            1 | body-weight        | 55    | kg     |              | 2026-01-10
            1 | measured-clearance | 60    | mL/min | plasma       | 2026-01-10
            2 | creatinine         | 1.1   | mg/dL  |              | 2026-01-10
            2 | body-weight        | 55    | kg     |              | 2026-01-10
            2 | measured-clearance | 60    | mL/min | gamma-camera | 2026-01-10
            3 | body-weight        | 55    | kg     |              | 2026-01-10
        """,
        gives={
            1: "false, recorded | from measurements/3",
            2: "true, derived",
            3: "unknown: never-measured | needs creatinine",
        },
    )

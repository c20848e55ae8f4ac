"""Cumulative doses

A cycle is a day on which an activity was given. The absorbed dose of an organ is the sum over all cycles; its
biologically effective dose is the sum of D (1 + G D / (alpha/beta)) over cycles, with G = T / (T + half-life) for a
repair half-time T and one effective half-life. A cycle without a dose leaves the sum unknown.
"""

SECTION = 5

ABSORBED = "{dose: kidney, quantity: absorbed-dose, is: '> 23 Gy'}"


def test_absorbed_doses_add_up(spec):
    """11.5 and 11.5 Gy are 23 Gy, which is not above 23; 11.5 Gy and 11600 mGy are."""
    spec(
        ABSORBED,
        measurements="""
              | code                   | value | unit | time
            --+------------------------+-------+------+-----------
            1 | administered-activity  | 7.4   | GBq  | 2025-09-01
            1 | kidney-absorbed-dose   | 11.5  | Gy   | 2025-09-08
            1 | administered-activity  | 7.4   | GBq  | 2025-11-01
            1 | kidney-absorbed-dose   | 11.5  | Gy   | 2025-11-08
            2 | administered-activity  | 7.4   | GBq  | 2025-09-01
            2 | kidney-absorbed-dose   | 11.5  | Gy   | 2025-09-08
            2 | administered-activity  | 7400  | MBq  | 2025-11-01
            2 | kidney-absorbed-dose   | 11600 | mGy  | 2025-11-01
        """,
        gives={
            1: "false, derived | from measurements/1, measurements/2, measurements/3, measurements/4, assessments",
            2: "true, derived",
        },
    )


def test_effective_doses_add_up_by_cycle(spec):
    """Two cycles of 5 Gy, half-life 53.2 h, repair 2.8 h: G is 0.05, so 2 x 5 x (1 + 0.05 x 5 / 2.6) = 10.96 Gy.

    Pooled as one dose of 10 Gy it would be 11.92 Gy; it never is.
    """
    spec(
        "{dose: kidney, quantity: bed, alpha_beta_gy: 2.6, repair_half_time_h: 2.8, is: '> 10.97 Gy'}",
        measurements="""
              | code                       | value | unit | time
            --+----------------------------+-------+------+-----------
            1 | administered-activity      | 7.4   | GBq  | 2025-09-01
            1 | kidney-absorbed-dose       | 5     | Gy   | 2025-09-08
            1 | kidney-effective-half-life | 53.2  | h    | 2025-09-08
            1 | administered-activity      | 7.4   | GBq  | 2025-11-01
            1 | kidney-absorbed-dose       | 5     | Gy   | 2025-11-08
            1 | kidney-effective-half-life | 53.2  | h    | 2025-11-08
            2 | administered-activity      | 7.4   | GBq  | 2025-09-01
            2 | kidney-absorbed-dose       | 5     | Gy   | 2025-09-08
            2 | kidney-effective-half-life | 53.2  | h    | 2025-09-08
            2 | administered-activity      | 7.4   | GBq  | 2025-11-01
            2 | kidney-absorbed-dose       | 5.1   | Gy   | 2025-11-08
            2 | kidney-effective-half-life | 53.2  | h    | 2025-11-08
        """,
        gives={1: "false, derived", 2: "true, derived"},
    )


def test_a_cycle_without_a_dose(spec):
    """It is never counted as nothing. Neither is a patient without any cycle."""
    spec(
        ABSORBED,
        measurements="""
              | code                  | value | unit | time
            --+-----------------------+-------+------+-----------
            1 | administered-activity | 7.4   | GBq  | 2025-09-01
            1 | kidney-absorbed-dose  | 25    | Gy   | 2025-09-08
            1 | administered-activity | 7.4   | GBq  | 2025-11-01
            2 | haemoglobin           | 12    | g/dL | 2025-09-08
            3 | administered-activity | 7.4   | GBq  | 2025-09-01
            3 | kidney-absorbed-dose  | 11    | Gy   | 2025-09-08
            3 | kidney-absorbed-dose  | 12    | Gy   | 2025-09-09
            4 | administered-activity | 7.4   | GBq  | 2025-09-01
            4 | kidney-absorbed-dose  | 11    | Gy   | 2025-08-08
            5 | administered-activity | 7.4   | GBq  | 2025-09-01
            5 | kidney-absorbed-dose  | 11    |      | 2025-09-08
        """,
        gives={
            1: "unknown: never-measured | needs kidney-absorbed-dose",
            2: "unknown: never-measured | needs administered-activity, kidney-absorbed-dose",
            3: "unknown: conflict | needs kidney-absorbed-dose",
            4: "unknown: conflict | needs kidney-absorbed-dose",
            5: "unknown: no-unit | needs kidney-absorbed-dose",
        },
    )

"""Childbearing and contraception"""

SECTION = 2

CHILDBEARING = """
    all:
      - {sex: female}
      - not:
          any_recorded:
            - {latest: surgically-sterile, is: 'yes'}
            - {record: surgical-sterility}
      - first_recorded:
          - {latest: last-menstrual-period, is: {within: '< 24 mo'}}
          - {not: {record: post-menopause, before: 24 mo}}
"""


def test_who_may_bear_children(spec):
    """A woman who is not sterile and whose last period is less than 24 months ago.

    Without a date of the period a menopause of 24 months says no. Of a man nothing is asked.
    """
    spec(
        CHILDBEARING,
        patients="""
              | sex
            --+-------
            1 | female
            2 | female
            3 | female
            4 | female
            5 | male
        """,
        measurements="""
              | code                  | value      | time
            --+-----------------------+------------+-----------
            1 | surgically-sterile    | no         | 2026-01-10
            1 | last-menstrual-period | 2026-01-01 | 2026-01-10
            2 | surgically-sterile    | no         | 2026-01-10
            2 | last-menstrual-period | 2023-06-01 | 2026-01-10
            3 | surgically-sterile    | no         | 2026-01-10
            4 | surgically-sterile    | yes        | 2026-01-10
        """,
        conditions="""
              | code           | start
            --+----------------+------
            3 | post-menopause | 2020
        """,
        gives={
            1: "true, recorded",
            2: "false, recorded | from measurements/4",
            3: "false, recorded | from conditions/1",
            4: "false, recorded | from measurements/6",
            5: "false, recorded | from patients/5",
        },
    )


def test_of_a_woman_about_whom_nothing_is_known(spec):
    """Neither sterility nor menopause is ever assumed, present or absent: both are asked for."""
    spec(
        CHILDBEARING,
        patients="""
              | sex
            --+-------
            1 | female
        """,
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
        """,
        gives={1: "unknown: never-measured | needs surgically-sterile, post-menopause"},
    )


PREGNANT = """
    all:
      - {sex: female}
      - any_recorded:
          - {latest: hcg-test, is: positive, within: 7 d}
          - {latest: pregnancy-status, is: pregnant, within: 7 d}
          - {record: pregnancy, within: 0 d}
"""


def test_pregnancy_is_excluded_by_any_sign(spec):
    """A test, a stated status or a diagnosis: any sign recorded counts, one negative test is enough for no."""
    spec(
        PREGNANT,
        kind="exclusion",
        patients="""
              | sex
            --+-------
            1 | female
            2 | female
            3 | female
            4 | female
            5 | male
        """,
        measurements="""
              | code     | value    | time
            --+----------+----------+-----------
            1 | hcg-test | negative | 2026-01-10
            2 | hcg-test | negative | 2026-01-10
            3 | hcg-test | negative | 2025-12-01
        """,
        conditions="""
              | code      | start
            --+-----------+--------
            2 | pregnancy | 2025-12
        """,
        gives={
            1: "false, recorded | from measurements/1",
            2: "true, recorded | from patients/2, conditions/1",
            3: "unknown: too-old | from measurements/3 | needs hcg-test",
            4: "unknown: never-measured | needs hcg-test",
            5: "false, recorded | from patients/5",
        },
    )

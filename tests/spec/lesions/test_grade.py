"""Grade of a tumour"""

SECTION = 2

GRADE_3 = """
    any_recorded:
      - {latest: net-grade, is: '3'}
      - {latest: tumour-differentiation, is: poor}
      - {latest: mitoses-per-2mm2, is: '> 20'}
      - {latest: ki-67, is: '> 20 %'}
"""


def test_any_sign_of_grade_3_is_enough(spec):
    """Grade 3 is a grade, a differentiation, a mitotic count or a Ki-67 above 20: the worst of those recorded counts.

    A pathologist reports one or two of the four: those not recorded leave nothing open.
    """
    spec(
        GRADE_3,
        measurements="""
              | code                   | value | unit | time
            --+------------------------+-------+------+-----------
            1 | ki-67                  | 20    | %    | 2026-01-10
            2 | ki-67                  | 20.5  | %    | 2026-01-10
            3 | ki-67                  | 15    | %    | 2026-01-10
            3 | mitoses-per-2mm2       | 21    |      | 2026-01-10
            4 | net-grade              | 2     |      | 2026-01-10
            4 | tumour-differentiation | poor  |      | 2026-01-10
        """,
        gives={1: "false, recorded", 2: "true", 3: "true | from measurements/4", 4: "true | from measurements/6"},
    )


def test_no_pathology_is_unknown(spec):
    """With none of the four recorded the grade is unknown, never assumed."""
    spec(
        GRADE_3,
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
        """,
        gives={1: "unknown: never-measured | needs net-grade"},
    )

"""Grades of toxicity

The latest result of the term's analyte is graded by the version of CTCAE that the rule names, with the normal range on
the result or the site's. A grade that has words and no number is for a person: it leaves a rule open that would be
decided by it. Limits are those of the published tables (National Cancer Institute, CTCAE v4.03, v5.0, v6.0).
"""

SECTION = 3

ANAEMIA_2 = "{grade: anaemia, ctcae: '5.0', is: '>= 2', within: laboratory}"


def test_a_grade_from_a_number(spec):
    """Platelets below 75 and from 50 are grade 2, from 75 up to the lower limit grade 1; either unit reads alike."""
    spec(
        "{grade: platelet-count-decreased, ctcae: '5.0', is: '>= 2', within: laboratory}",
        measurements="""
              | code      | value  | unit   | range_low | time
            --+-----------+--------+--------+-----------+-----------
            1 | platelets | 74.9   | 10*9/L | 150       | 2026-01-10
            2 | platelets | 75     | 10*9/L | 150       | 2026-01-10
            3 | platelets | 61000  | /uL    | 150000    | 2026-01-10
            4 | platelets | 200    | 10*9/L | 150       | 2026-01-10
        """,
        gives={
            1: "true, derived | from measurements/1, assessments",
            2: "false, derived",
            3: "true, derived",
            4: "false, derived",
        },
    )


def test_the_limit_printed_for_the_unit_reported(spec):
    """Grade 2 anaemia begins below 10.0 g/dL, 6.2 mmol/L and 100 g/L, each for results in its own unit."""
    spec(
        ANAEMIA_2,
        measurements="""
              | code        | value | unit   | range_low | time
            --+-------------+-------+--------+-----------+-----------
            1 | haemoglobin | 10.0  | g/dL   | 12        | 2026-01-10
            2 | haemoglobin | 9.9   | g/dL   | 12        | 2026-01-10
            3 | haemoglobin | 6.2   | mmol/L | 7.4       | 2026-01-10
            4 | haemoglobin | 6.1   | mmol/L | 7.4       | 2026-01-10
            5 | haemoglobin | 100   | g/L    | 120       | 2026-01-10
        """,
        gives={
            1: "false, derived",
            2: "true, derived",
            3: "false, derived",
            4: "true, derived",
            5: "false, derived",
        },
    )


def test_without_a_normal_range(spec):
    """Platelets of 80 are grade 1 or 0 by a range that nobody gave: at least 1 is open, at least 2 is not."""
    spec(
        "{grade: platelet-count-decreased, ctcae: '5.0', is: '>= 1'}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 80    | 10*9/L | 2026-01-10
            2 | platelets | 60    | 10*9/L | 2026-01-10
        """,
        gives={
            1: "unknown: no-reference-range | from measurements/1 | needs platelets",
            2: "true, derived",
        },
    )


def test_the_site_gives_a_normal_range(spec):
    """The site's upper limit for women is 1.0 mg/dL: 1.6 is above 1.5 times it, in either unit."""
    spec(
        "{grade: creatinine-increased, ctcae: '4.03', is: '>= 2', from: 28 d before cycle-1}",
        patients="""
              | sex
            --+-------
            1 | female
            2 | male
        """,
        measurements="""
              | code       | value  | unit   | time
            --+------------+--------+--------+-----------
            1 | creatinine | 1.5    | mg/dL  | 2026-01-03
            1 | creatinine | 141.44 | umol/L | 2026-01-10
            2 | creatinine | 1.5    | mg/dL  | 2026-01-03
            2 | creatinine | 141.44 | umol/L | 2026-01-10
        """,
        gives={
            1: "true, derived | from measurements/1, measurements/2, assessments",
            2: "false, derived",
        },
    )


def test_a_grade_against_a_baseline(spec):
    """ALT of 100 with an upper limit of 40 is grade 1 after a normal baseline; of an abnormal one it is its multiples.

    Baseline 60 is above 40, so grade 1 begins at 1.5 times it: 100 is above 90, 89 is not.
    """
    spec(
        "{grade: alt-increased, ctcae: '5.0', is: '>= 1', from: 28 d before cycle-1}",
        measurements="""
              | code | value | unit | range_high | time
            --+------+-------+------+------------+-----------
            1 | alt  | 60    | U/L  | 40         | 2026-01-03
            1 | alt  | 100   | U/L  | 40         | 2026-01-10
            2 | alt  | 60    | U/L  | 40         | 2026-01-03
            2 | alt  | 89    | U/L  | 40         | 2026-01-10
            3 | alt  | 30    | U/L  | 40         | 2026-01-03
            3 | alt  | 89    | U/L  | 40         | 2026-01-10
            4 | alt  | 89    | U/L  | 40         | 2026-01-10
        """,
        gives={
            1: "true, derived",
            2: "false, derived",
            3: "true, derived",
            4: "unknown: never-measured | needs alt",
        },
    )


def test_a_grade_for_a_person(spec):
    """Haemoglobin below 8 is grade 3; grade 4 is "life-threatening consequences", which no result says."""
    spec(
        "{grade: anaemia, ctcae: '5.0', is: '>= 4'}",
        measurements="""
              | code        | value | unit | range_low | time
            --+-------------+-------+------+-----------+-----------
            1 | haemoglobin | 7.9   | g/dL | 12        | 2026-01-10
            2 | haemoglobin | 9     | g/dL | 12        | 2026-01-10
        """,
        gives={
            1: "unknown: needs-person | from measurements/1, assessments | needs haemoglobin",
            2: "false, derived",
        },
    )


def test_the_worst_of_several(spec):
    """The latest count has recovered; the worst within the window was grade 3 (25 up to 50)."""
    spec(
        "{grade: platelet-count-decreased, ctcae: '5.0', pick: worst, is: '>= 3', within: 28 d}",
        measurements="""
              | code      | value | unit   | range_low | time
            --+-----------+-------+--------+-----------+-----------
            1 | platelets | 49    | 10*9/L | 150       | 2025-12-30
            1 | platelets | 160   | 10*9/L | 150       | 2026-01-10
            2 | platelets | 49    | 10*9/L | 150       | 2025-12-01
            2 | platelets | 160   | 10*9/L | 150       | 2026-01-10
        """,
        gives={
            1: "true, derived | from measurements/1, measurements/2, assessments",
            2: "false, derived | from measurements/4, assessments",
        },
    )


def test_the_version_decides(spec):
    """In v4.03 lipase above 1.5 times the upper limit of normal is grade 2: 100 is above 90, 80 is not."""
    spec(
        "{grade: lipase-increased, ctcae: '4.03', is: '>= 2'}",
        measurements="""
              | code   | value | unit | range_high | time
            --+--------+-------+------+------------+-----------
            1 | lipase | 100   | U/L  | 60         | 2026-01-10
            2 | lipase | 80    | U/L  | 60         | 2026-01-10
        """,
        gives={1: "true, derived", 2: "false, derived"},
    )


def test_a_grade_that_is_exactly_asked_for(spec):
    """Platelets of 80 without a range are grade 0 or 1, so exactly 1 is open; 60 is grade 2 by any range."""
    spec(
        "{grade: platelet-count-decreased, ctcae: '5.0', is: '= 1'}",
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 80    | 10*9/L | 2026-01-10
            2 | platelets | 60    | 10*9/L | 2026-01-10
        """,
        gives={1: "unknown: no-reference-range", 2: "false, derived"},
    )


def test_a_baseline_that_cannot_be_read(spec):
    """It is never taken to have been normal: no unit, a bound, a text."""
    spec(
        "{grade: alt-increased, ctcae: '5.0', is: '>= 1', from: 28 d before cycle-1}",
        measurements="""
              | code | value       | unit | range_high | time
            --+------+-------------+------+------------+-----------
            1 | alt  | 60          |      | 40         | 2026-01-03
            1 | alt  | 100         | U/L  | 40         | 2026-01-10
            2 | alt  | <70         | U/L  | 40         | 2026-01-03
            2 | alt  | 100         | U/L  | 40         | 2026-01-10
            3 | alt  | see comment | U/L  | 40         | 2026-01-03
            3 | alt  | 100         | U/L  | 40         | 2026-01-10
        """,
        gives={
            1: "unknown: no-unit | from measurements/1 | needs alt",
            2: "unknown: overlap | from measurements/3 | needs alt",
            3: "unknown: unmapped-code | from measurements/5 | needs alt",
        },
    )


def test_a_bound_is_graded_where_it_decides(spec):
    """Below 25 is grade 4 whatever the number; below 60 is grade 2, 3 or 4."""
    spec(
        "{grade: platelet-count-decreased, ctcae: '5.0', is: '>= 3'}",
        measurements="""
              | code      | value | unit   | range_low | time
            --+-----------+-------+--------+-----------+-----------
            1 | platelets | <25   | 10*9/L | 150       | 2026-01-10
            2 | platelets | <60   | 10*9/L | 150       | 2026-01-10
        """,
        gives={1: "true, derived", 2: "unknown: overlap | from measurements/2 | needs platelets"},
    )

"""Scores over lesions"""

SECTION = 1

MAJORITY = "{share: krenning-score, where: '>= 2', is: '> 50 %', within: imaging}"


def test_more_than_half_of_the_lesions(spec):
    """The share is counted over the lesions of one study; exactly half is not more than half."""
    spec(
        MAJORITY,
        measurements="""
              | code           | lesion | value | time
            --+----------------+--------+-------+-----------
            1 | krenning-score | A      | 3     | 2026-01-10
            1 | krenning-score | B      | 2     | 2026-01-10
            1 | krenning-score | C      | 1     | 2026-01-10
            2 | krenning-score | A      | 3     | 2026-01-10
            2 | krenning-score | B      | 1     | 2026-01-10
        """,
        gives={
            1: "true, recorded | from measurements/1, measurements/2, measurements/3",
            2: "false, recorded | from measurements/4, measurements/5",
        },
    )


def test_only_the_latest_study_counts(spec):
    """Lesions of an earlier day are no part of the latest study."""
    spec(
        MAJORITY,
        measurements="""
              | code           | lesion | value | time
            --+----------------+--------+-------+-----------
            1 | krenning-score | A      | 1     | 2025-12-01
            1 | krenning-score | B      | 1     | 2025-12-01
            1 | krenning-score | A      | 3     | 2026-01-10
        """,
        gives={1: "true | from measurements/3"},
    )


def test_two_scores_of_one_lesion_that_differ(spec):
    """A lesion scored above and below on one day may count either way; it matters only if it decides."""
    spec(
        MAJORITY,
        measurements="""
              | code           | lesion | value | time
            --+----------------+--------+-------+-----------
            1 | krenning-score | A      | 3     | 2026-01-10
            1 | krenning-score | A      | 1     | 2026-01-10
            1 | krenning-score | B      | 3     | 2026-01-10
            2 | krenning-score | A      | 3     | 2026-01-10
            2 | krenning-score | A      | 1     | 2026-01-10
            2 | krenning-score | B      | 3     | 2026-01-10
            2 | krenning-score | C      | 3     | 2026-01-10
            3 | krenning-score | A      | 3     | 2026-01-10
            3 | krenning-score | A      | 2     | 2026-01-10
        """,
        gives={
            1: "unknown: conflict | from measurements/1, measurements/2 | needs krenning-score",
            2: "true, recorded",
            3: "true",
        },
    )


def test_a_result_without_a_lesion_is_a_lesion_of_its_own(spec):
    """Scores that name no lesion are of different lesions: two of three are enough."""
    spec(
        MAJORITY,
        measurements="""
              | code           | lesion | value | time
            --+----------------+--------+-------+-----------
            1 | krenning-score |        | 3     | 2026-01-10
            1 | krenning-score |        | 3     | 2026-01-10
            1 | krenning-score |        | 1     | 2026-01-10
            2 | krenning-score |        | 3     | 2026-01-10
            2 | krenning-score | A      | 1     | 2026-01-10
        """,
        gives={1: "true", 2: "false"},
    )


def test_a_lesion_that_is_not_understood_may_go_either_way(spec):
    """An unreadable score leaves the share open only where it could change it."""
    spec(
        MAJORITY,
        measurements="""
              | code           | lesion | value   | time
            --+----------------+--------+---------+-----------
            1 | krenning-score | A      | 3       | 2026-01-10
            1 | krenning-score | B      | faint   | 2026-01-10
            2 | krenning-score | A      | 3       | 2026-01-10
            2 | krenning-score | B      | 3       | 2026-01-10
            2 | krenning-score | C      | faint   | 2026-01-10
            3 | krenning-score | A      | <3      | 2026-01-10
        """,
        gives={
            1: "unknown: unmapped-code | from measurements/2",
            2: "true",
            3: "unknown: overlap",
        },
    )


def test_a_share_is_compared_without_dividing(spec):
    """Two of three lesions are more than 66.6 % of them, and less than 66.7 %."""
    spec(
        "{share: krenning-score, where: '>= 2', is: '> 66.6 %'}",
        measurements="""
              | code           | lesion | value | time
            --+----------------+--------+-------+-----------
            1 | krenning-score | A      | 3     | 2026-01-10
            1 | krenning-score | B      | 2     | 2026-01-10
            1 | krenning-score | C      | 1     | 2026-01-10
        """,
        gives={1: "true"},
    )


def test_a_study_of_a_partial_date_cannot_be_told_apart(spec):
    """Where it is not known which lesions are of one day, nothing is counted."""
    spec(
        MAJORITY,
        measurements="""
              | code           | lesion | value | time
            --+----------------+--------+-------+-----------
            1 | krenning-score | A      | 3     | 2025-12
            2 | krenning-score | A      | 3     | 2025-12-10
            2 | krenning-score | B      | 3     | 2025-12
            3 | krenning-score | A      | 3     | 2025-12-10
            3 | krenning-score | B      | 1     | 2025-11
        """,
        gives={1: "unknown: partial-date", 2: "unknown: partial-date", 3: "true | from measurements/4"},
    )


def test_no_study_and_an_old_study(spec):
    """Without any score the share is never measured; a study before the window is too old."""
    spec(
        MAJORITY,
        measurements="""
              | code           | lesion | value | time
            --+----------------+--------+-------+-----------
            1 | krenning-score | A      | 3     | 2025-07-19
            2 | krenning-score | A      | 3     | 2025-07-18
        """,
        gives={1: "true", 2: "unknown: too-old", 3: "unknown: never-measured | needs krenning-score"},
    )


UPTAKE = """
    first_recorded:
      - {any: krenning-score, is: '>= 1', within: imaging}
      - {latest: somatostatin-receptor-uptake, is: present, within: imaging}
"""


def test_uptake_is_read_from_scores_first(spec):
    """Receptor uptake is a score of 1 or more on any lesion; without scores, what the report says."""
    spec(
        UPTAKE,
        measurements="""
              | code                         | lesion | value   | time
            --+------------------------------+--------+---------+-----------
            1 | krenning-score               | A      | 0       | 2026-01-10
            1 | krenning-score               | B      | 1       | 2026-01-10
            2 | krenning-score               | A      | 0       | 2026-01-10
            2 | somatostatin-receptor-uptake |        | present | 2026-01-10
            3 | somatostatin-receptor-uptake |        | present | 2026-01-10
        """,
        gives={1: "true | from measurements/2", 2: "false | from measurements/3", 3: "true"},
    )

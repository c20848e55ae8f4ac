"""Exceptions"""

SECTION = 3

BRAIN = "{rule: {record: brain-metastasis}, unless: {latest: metastases-treated-and-stable, is: 'yes'}}"


def test_an_exception_is_asked_only_of_those_it_concerns(spec):
    """Without brain metastases nobody is asked whether they are treated; with them, only a person can say."""
    spec(
        BRAIN,
        kind="exclusion",
        conditions="""
              | code             | start
            --+------------------+------
            1 | brain-metastasis | 2025
            2 | brain-metastasis | 2025
            3 | brain-metastasis | 2025
        """,
        attestations="""
              | code                          | value | at
            --+-------------------------------+-------+-----------
            1 | metastases-treated-and-stable | yes   | 2026-01-10
            2 | metastases-treated-and-stable | no    | 2026-01-10
        """,
        encounters="""
              | start
            --+-----------
            4 | 2026-01-10
        """,
        gives={
            1: "false, attested | from attestations/1",
            2: "true, attested | from conditions/2, attestations/2",
            3: "unknown: needs-person | needs metastases-treated-and-stable",
            4: "false, assumed-from-absence | from conditions, encounters/1",
        },
    )


def test_an_exception_of_normal_clotting(spec):
    """Low albumin is excused by a normal prothrombin time; a time that is not known leaves a low albumin open.

    A normal albumin needs no excuse: nothing more is asked.
    """
    spec(
        """
        rule: {latest: albumin, is: '< 3.0 g/dL'}
        unless:
          all:
            - {latest: prothrombin-time, is: '>= 1 x LLN'}
            - {latest: prothrombin-time, is: '<= 1 x ULN'}
        """,
        kind="exclusion",
        measurements="""
              | code             | value | unit | range_low | range_high | time
            --+------------------+-------+------+-----------+------------+-----------
            1 | albumin          | 2.9   | g/dL |           |            | 2026-01-10
            1 | prothrombin-time | 12    | s    | 11        | 13.5       | 2026-01-10
            2 | albumin          | 2.9   | g/dL |           |            | 2026-01-10
            2 | prothrombin-time | 14    | s    | 11        | 13.5       | 2026-01-10
            3 | albumin          | 2.9   | g/dL |           |            | 2026-01-10
            4 | albumin          | 3.0   | g/dL |           |            | 2026-01-10
        """,
        gives={
            1: "false, recorded | from measurements/2",
            2: "true, recorded | from measurements/3, measurements/4",
            3: "unknown: never-measured | needs prothrombin-time",
            4: "false, recorded | from measurements/6",
        },
    )

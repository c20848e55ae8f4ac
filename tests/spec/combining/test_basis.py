"""Basis and evidence"""

SECTION = 2

KI_67 = """
      | code  | value | unit | time
    --+-------+-------+------+-----------
    1 | ki-67 | 30    | %    | 2026-01-10
    2 | ki-67 | 10    | %    | 2026-01-10
    3 | ki-67 | 10    | %    | 2026-01-10
"""
ATTESTED = """
      | code                         | value   | at
    --+------------------------------+---------+-----------
    1 | somatostatin-receptor-uptake | present | 2026-01-10
    2 | somatostatin-receptor-uptake | absent  | 2026-01-10
    3 | somatostatin-receptor-uptake | present | 2026-01-10
"""


def test_any_rests_on_its_strongest_true_part(spec):
    """`any` true: all true parts are evidence and the strongest gives the basis; false: all parts, and the weakest."""
    spec(
        "{any: [{latest: ki-67, is: '> 20 %'}, {latest: somatostatin-receptor-uptake, is: present}]}",
        measurements=KI_67,
        attestations=ATTESTED,
        gives={
            1: "true, recorded | from measurements/1, attestations/1",
            2: "false, attested | from measurements/2, attestations/2",
            3: "true, attested | from attestations/3",
        },
    )


def test_all_rests_on_its_weakest_part(spec):
    """`all` true: all parts are evidence and the weakest gives the basis; false: the false parts, and the strongest."""
    spec(
        "{all: [{latest: ki-67, is: '> 20 %'}, {latest: somatostatin-receptor-uptake, is: present}]}",
        measurements=KI_67,
        attestations=ATTESTED,
        gives={
            1: "true, attested | from measurements/1, attestations/1",
            2: "false, recorded | from measurements/2, attestations/2",
            3: "false, recorded | from measurements/3",
        },
    )


def test_what_is_recorded_frees_a_verdict_from_assumptions(spec):
    """An exclusion that is passed rests on an assumption only if one of its parts does and is needed."""
    spec(
        "{any: [{record: brain-metastasis}, {latest: ki-67, is: '> 20 %'}]}",
        measurements="""
              | code  | value | unit | time
            --+-------+-------+------+-----------
            1 | ki-67 | 10    | %    | 2026-01-10
            2 | ki-67 | 30    | %    | 2026-01-10
        """,
        encounters="""
              | start
            --+-----------
            1 | 2026-01-10
            2 | 2026-01-10
        """,
        gives={
            1: "false, assumed-from-absence | from conditions, encounters/1, measurements/1",
            2: "true, recorded | from measurements/2",
        },
    )


def test_at_least_n_rests_on_the_nth_strongest(spec):
    """Two of three are needed: with two recorded and one attested part true the basis is recorded."""
    spec(
        """
        at_least: 2
        of:
          - {sex: female}
          - {age: '>= 18'}
          - {latest: somatostatin-receptor-uptake, is: present}
        """,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1960-03-04
            2 | female | 2015-03-04
        """,
        attestations="""
              | code                         | value   | at
            --+------------------------------+---------+-----------
            1 | somatostatin-receptor-uptake | present | 2026-01-10
            2 | somatostatin-receptor-uptake | present | 2026-01-10
        """,
        gives={
            1: "true, recorded | from patients/1, attestations/1",
            2: "true, attested | from patients/2, attestations/2",
        },
    )


def test_a_derived_value_is_weaker_than_a_recorded_one(spec):
    """recorded, derived, attested, assumed-from-absence: a computed clearance beside a recorded age is derived."""
    spec(
        "{all: [{age: '>= 18'}, {derived: cockcroft-gault, is: '< 50 mL/min'}]}",
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1956-01-15
        """,
        measurements="""
              | code        | value | unit  | time
            --+-------------+-------+-------+-----------
            1 | creatinine  | 1.1   | mg/dL | 2026-01-10
            1 | body-weight | 55    | kg    | 2026-01-10
        """,
        gives={1: "true, derived | from patients/1, measurements/1, measurements/2"},
    )

"""Attested answers"""

SECTION = 4


def test_an_answer_is_a_result_of_its_day(spec):
    """What a person attests is a result of the basis attested."""
    spec(
        "{latest: cytoreducible-fraction, is: '>= 90 %'}",
        attestations="""
              | code                   | value | at
            --+------------------------+-------+-----------
            1 | cytoreducible-fraction | 95 %  | 2026-01-10
            2 | cytoreducible-fraction | 80 %  | 2026-01-10
            3 | cytoreducible-fraction | 95 %  | 2026-01-16
        """,
        gives={
            1: "true, attested | from attestations/1",
            2: "false, attested",
            3: "unknown: needs-person",
        },
    )


def test_a_yes_is_an_event_from_that_day_on(spec):
    """An attested yes is a presence that lasts; an attested no is an absence of its day, for a year."""
    spec(
        "{record: liver-metastasis}",
        attestations="""
              | code             | value | at
            --+------------------+-------+-----------
            1 | liver-metastasis | yes   | 2026-01-10
            2 | liver-metastasis | no    | 2026-01-10
            3 | liver-metastasis | no    | 2025-01-10
        """,
        gives={1: "true, attested", 2: "false, attested | from attestations/2", 3: "unknown: never-measured"},
    )


def test_records_and_answers_weigh_alike_in_truth(spec):
    """An answer and a record of one day that differ are a conflict; where they agree, the basis is the weaker."""
    spec(
        "{latest: somatostatin-receptor-uptake, is: present}",
        measurements="""
              | code                         | value   | time
            --+------------------------------+---------+-----------
            1 | somatostatin-receptor-uptake | present | 2026-01-10
            2 | somatostatin-receptor-uptake | present | 2026-01-10
            3 | somatostatin-receptor-uptake | absent  | 2026-01-09
        """,
        attestations="""
              | code                         | value   | at
            --+------------------------------+---------+-----------
            1 | somatostatin-receptor-uptake | absent  | 2026-01-10
            2 | somatostatin-receptor-uptake | present | 2026-01-10
            3 | somatostatin-receptor-uptake | present | 2026-01-10
        """,
        gives={
            1: "unknown: conflict | from measurements/1, attestations/1",
            2: "true, attested | from measurements/2, attestations/2",
            3: "true, attested | from attestations/3",
        },
    )


def test_a_record_beside_an_answer_makes_a_presence_recorded(spec):
    """One row is enough for existence, so the strongest gives the basis."""
    spec(
        "{record: liver-metastasis}",
        conditions="""
              | code             | start
            --+------------------+------
            1 | liver-metastasis | 2025
        """,
        attestations="""
              | code             | value | at
            --+------------------+-------+-----------
            1 | liver-metastasis | yes   | 2026-01-10
        """,
        gives={1: "true, recorded | from conditions/1, attestations/1"},
    )


def test_consent_is_an_answer(spec):
    """Consent is never assumed, and a later answer replaces an earlier one."""
    spec(
        "{not: {latest: informed-consent, is: signed}}",
        kind="exclusion",
        attestations="""
              | code             | value    | at
            --+------------------+----------+-----------
            1 | informed-consent | signed   | 2026-01-10
            2 | informed-consent | declined | 2026-01-10
            3 | informed-consent | signed   | 2026-01-10
            3 | informed-consent | declined | 2026-01-12
        """,
        gives={
            1: "false, attested",
            2: "true, attested",
            3: "true, attested | from attestations/4",
            4: "unknown: needs-person | needs informed-consent",
        },
    )

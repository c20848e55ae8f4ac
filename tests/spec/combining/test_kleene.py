"""All, any, not"""

SECTION = 1

NINE = """
      | sex    | birth_date
    --+--------+-----------
    1 | female | 1960-03-04
    2 | female |
    3 | female | 2015-03-04
    4 |        | 1960-03-04
    5 |        |
    6 |        | 2015-03-04
    7 | male   | 1960-03-04
    8 | male   |
    9 | male   | 2015-03-04
"""
T, U, F = "true", "unknown", "false"


def test_all_is_as_true_as_its_least_true_part(spec):
    """Strong Kleene logic: one false part makes `all` false whatever is unknown; else one unknown part leaves it open.

    A woman of age is true, true; a person of whom nothing is known is unknown, unknown; a boy is false, false.
    """
    spec(
        "{all: [{sex: female}, {age: '>= 18'}]}",
        patients=NINE,
        gives={1: T, 2: U, 3: F, 4: U, 5: U, 6: F, 7: F, 8: F, 9: F},
    )


def test_any_is_as_true_as_its_most_true_part(spec):
    """One true part makes `any` true whatever is unknown; else one unknown part leaves it open."""
    spec(
        "{any: [{sex: female}, {age: '>= 18'}]}",
        patients=NINE,
        gives={1: T, 2: T, 3: T, 4: T, 5: U, 6: U, 7: T, 8: U, 9: F},
    )


def test_not_turns_the_known_round(spec):
    """`not` keeps unknown, its causes and its needs."""
    spec(
        "{not: {sex: female}}",
        patients="""
              | sex
            --+-------
            1 | female
            2 | male
            3 |
        """,
        gives={1: "false, recorded", 2: "true, recorded", 3: "unknown: never-measured | needs sex"},
    )


def test_unless_takes_the_exception_out(spec):
    """`rule R unless X` is R and not X: the exception, once known, takes R away; unknown, it leaves a true R open."""
    spec(
        "{rule: {sex: female}, unless: {age: '>= 18'}}",
        patients=NINE,
        gives={1: F, 2: U, 3: T, 4: F, 5: U, 6: U, 7: F, 8: F, 9: F},
    )


def test_if_then_asks_only_where_the_condition_holds(spec):
    """`if A then B` is not A, or B: it is true for all whom A does not concern."""
    spec(
        "{if: {sex: female}, then: {age: '>= 18'}}",
        patients=NINE,
        gives={1: T, 2: U, 3: F, 4: T, 5: U, 6: U, 7: T, 8: T, 9: T},
    )


def test_at_least_two_of_three(spec):
    """`at_least: 2` is true with two true parts, and false once two of three are false."""
    spec(
        """
        at_least: 2
        of:
          - {sex: female}
          - {age: '>= 18'}
          - {latest: informed-consent, is: signed}
        """,
        patients="""
              | sex    | birth_date
            --+--------+-----------
            1 | female | 1960-03-04
            2 | female |
            3 | female | 2015-03-04
            4 | male   | 2015-03-04
            5 |        |
        """,
        measurements="""
              | code             | value  | time
            --+------------------+--------+-----------
            2 | informed-consent | signed | 2026-01-10
        """,
        gives={
            1: "true | from patients/1",
            2: "true | from patients/2, measurements/1",
            3: "unknown: needs-person | needs informed-consent",
            4: "false | from patients/4",
            5: "unknown: never-measured, needs-person | needs sex, birth-date, informed-consent",
        },
    )


def test_unknown_unites_what_is_open(spec):
    """An unknown `all` lists the causes and needs of its unknown parts alone."""
    spec(
        "{all: [{sex: female}, {latest: platelets, is: '> 75 10*9/L', within: 90 d}, {latest: inr, is: '<= 1.5'}]}",
        patients="""
              | sex
            --+-------
            1 | female
        """,
        measurements="""
              | code      | value | unit   | time
            --+-----------+-------+--------+-----------
            1 | platelets | 100   | 10*9/L | 2025-01-10
        """,
        gives={1: "unknown: never-measured, too-old | from measurements/1 | needs inr, platelets"},
    )


def test_one_atom_is_decided_once(spec):
    """An atom that stands twice has one truth; unknown, it does not cancel itself out: the logic is Kleene's."""
    spec(
        "{any: [{sex: female}, {not: {sex: female}}]}",
        patients="""
              | sex
            --+-------
            1 | female
            2 |
        """,
        gives={1: "true", 2: "unknown: never-measured"},
    )

"""Age, sex and death"""

from datetime import date

SECTION = 1


def test_age_is_in_completed_years(spec):
    """A year is completed on the birthday; a partial birth date decides where every day of it does."""
    spec(
        "{age: '>= 18'}",
        patients="""
              | birth_date
            --+-----------
            1 | 2008-01-15
            2 | 2008-01-16
            3 | 2008-01
            4 | 2007
            5 | 2009
            6 |
        """,
        gives={
            1: "true, recorded | from patients/1",
            2: "false, recorded",
            3: "unknown: partial-date | from patients/3 | needs birth-date",
            4: "true",
            5: "false",
            6: "unknown: never-measured | needs birth-date",
        },
    )


def test_born_on_a_leap_day(spec):
    """One born on 29 February completes a year on 1 March of a common year, on the 29th of a leap year."""
    spec(
        "{age: '>= 20'}",
        as_of=date(2024, 2, 29),
        patients="""
              | birth_date
            --+-----------
            1 | 2004-02-29
            2 | 2004-03-01
        """,
        gives={1: "true", 2: "false"},
    )


def test_the_other_side_of_18(spec):
    """`age: '> 18'` asks for 19 completed years: the two wordings differ for a whole year of life."""
    spec(
        "{age: '> 18'}",
        patients="""
              | birth_date
            --+-----------
            1 | 2007-01-15
            2 | 2007-01-16
        """,
        gives={1: "true", 2: "false"},
    )


def test_sex_as_recorded(spec):
    """A sex that is neither female nor male needs a person; one not recorded is open."""
    spec(
        "{sex: female}",
        patients="""
              | sex
            --+-------
            1 | female
            2 | male
            3 | other
            4 |
        """,
        gives={
            1: "true, recorded",
            2: "false, recorded",
            3: "unknown: needs-person | from patients/3 | needs sex",
            4: "unknown: never-measured | needs sex",
        },
    )


def test_death_is_not_a_matter_of_criteria(spec):
    """The dead are judged like the living: that a deceased patient is ineligible is for screening to say."""
    spec(
        "{age: '>= 18'}",
        patients="""
              | birth_date | is_deceased | death_date
            --+------------+-------------+-----------
            1 | 1960-03-04 | true        | 2025-12-01
        """,
        gives={1: "true, recorded"},
    )

"""Doubt in the text"""

SECTION = 4

UNIT_OF_BILIRUBIN = """
    reading: bilirubin-unit
    alternatives:
      mg: {says: more than 3 mg/dL, rule: {latest: bilirubin, is: '> 3 mg/dL'}}
      uln: {says: more than three times the upper limit, rule: {latest: bilirubin, is: '> 3 x ULN'}}
"""


def test_readings_that_agree_decide(spec):
    """A sentence with two live meanings decides where both come to one truth, on the evidence of both."""
    spec(
        UNIT_OF_BILIRUBIN,
        measurements="""
              | code      | value | unit  | range_high | time
            --+-----------+-------+-------+------------+-----------
            1 | bilirubin | 4     | mg/dL | 1.2        | 2026-01-10
            2 | bilirubin | 2     | mg/dL | 1.2        | 2026-01-10
        """,
        gives={1: "true, recorded | from measurements/1", 2: "false, recorded"},
    )


def test_readings_that_differ_are_open(spec):
    """Where they come to different truths, unknown counted, the reading itself is what is needed."""
    spec(
        UNIT_OF_BILIRUBIN,
        measurements="""
              | code      | value | unit  | range_high | time
            --+-----------+-------+-------+------------+-----------
            1 | bilirubin | 3.3   | mg/dL | 1.2        | 2026-01-10
            2 | bilirubin | 4     | mg/dL |            | 2026-01-10
        """,
        gives={
            1: "unknown: reading-open | from measurements/1 | needs reading:bilirubin-unit",
            2: "unknown: no-reference-range, reading-open | needs bilirubin, reading:bilirubin-unit",
        },
    )


def test_readings_that_are_all_unknown_need_the_fact_first(spec):
    """Where every alternative is unknown the record is asked for, not the reading."""
    spec(UNIT_OF_BILIRUBIN, gives={1: "unknown: never-measured | needs bilirubin"})


def test_damaged_text_is_unknown_until_its_repair_is_accepted(spec):
    """A criterion whose text was lost decides nothing for anybody; what it needs is the repair."""
    spec("text-damaged", gives={1: "unknown: text-damaged | needs repair:I1"})

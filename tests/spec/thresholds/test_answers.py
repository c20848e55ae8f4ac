"""Answers, methods and specimens"""

SECTION = 4


def test_an_answer_is_a_word_of_its_concept(spec):
    """A coded value is compared by meaning: case does not count, several words may be asked for."""
    spec(
        "{latest: tumour-differentiation, is: [well, moderate]}",
        measurements="""
              | code                   | value    | time
            --+------------------------+----------+-----------
            1 | tumour-differentiation | well     | 2026-01-10
            2 | tumour-differentiation | Moderate | 2026-01-10
            3 | tumour-differentiation | poor     | 2026-01-10
        """,
        gives={1: "true", 2: "true", 3: "false"},
    )


def test_an_answer_nobody_knows_is_unmapped(spec):
    """A value that means none of the answers is neither of them."""
    spec(
        "{latest: somatostatin-receptor-uptake, is: present}",
        measurements="""
              | code                         | value     | time
            --+------------------------------+-----------+-----------
            1 | somatostatin-receptor-uptake | equivocal | 2026-01-10
        """,
        gives={1: "unknown: unmapped-code | from measurements/1 | needs somatostatin-receptor-uptake"},
    )


def test_one_readable_coding_of_a_record_is_enough(spec):
    """A record with two codings of its value is read by the one that is understood."""
    spec(
        "{latest: tumour-differentiation, is: poor}",
        measurements="""
              | record_id | code                   | value_code | time
            --+-----------+------------------------+------------+-----------
            1 | report    | tumour-differentiation | poor       | 2026-01-10
            1 | report    | tumour-differentiation | L-77       | 2026-01-10
        """,
        gives={1: "true, recorded | from report"},
    )


def test_only_suitable_methods_count(spec):
    """Where a rule names methods, a result by another or by none is set aside; a code may imply its method."""
    spec(
        "{latest: measured-clearance, is: '< 50 mL/min', methods: [plasma, urine-24h]}",
        measurements="""
              | code               | value | unit   | method       | time
            --+--------------------+-------+--------+--------------+-----------
            1 | measured-clearance | 45    | mL/min | plasma       | 2026-01-10
            2 | measured-clearance | 45    | mL/min | gamma-camera | 2026-01-10
            3 | measured-clearance | 45    | mL/min |              | 2026-01-10
            4 | loinc|2164-2       | 45    | mL/min |              | 2026-01-10
        """,
        gives={
            1: "true",
            2: "unknown: unsuitable-method | from measurements/2",
            3: "unknown: unsuitable-method",
            4: "true",
        },
    )


def test_a_suitable_result_is_found_behind_an_unsuitable_one(spec):
    """Unsuitable results are not looked at as long as there is a suitable one, even an older one."""
    spec(
        "{latest: measured-clearance, is: '< 50 mL/min', methods: [plasma, urine-24h]}",
        measurements="""
              | code               | value | unit   | method       | time
            --+--------------------+-------+--------+--------------+-----------
            1 | measured-clearance | 45    | mL/min | plasma       | 2026-01-05
            1 | measured-clearance | 60    | mL/min | gamma-camera | 2026-01-10
        """,
        gives={1: "true, recorded | from measurements/1"},
    )


def test_an_unsuitable_result_shows_before_an_old_one(spec):
    """Unsuitable in the window is said before suitable but too old; what is both is neither."""
    spec(
        "{latest: measured-clearance, is: '< 50 mL/min', methods: [plasma, urine-24h], within: 90 d}",
        measurements="""
              | code               | value | unit   | method       | time
            --+--------------------+-------+--------+--------------+-----------
            1 | measured-clearance | 45    | mL/min | gamma-camera | 2026-01-10
            1 | measured-clearance | 45    | mL/min | plasma       | 2025-06-10
            2 | measured-clearance | 45    | mL/min | gamma-camera | 2025-06-10
        """,
        gives={
            1: "unknown: unsuitable-method | from measurements/1",
            2: "unknown: never-measured",
        },
    )


def test_a_fasting_specimen_must_say_so(spec):
    """Where fasting is asked for, a specimen that was not, or does not say, is unsuitable; a code may say it."""
    spec(
        "{latest: fasting-glucose, is: '> 126 mg/dL', fasting: true}",
        measurements="""
              | code         | value | unit  | is_fasting | time
            --+--------------+-------+-------+------------+-----------
            1 | loinc|1558-6 | 130   | mg/dL |            | 2026-01-10
            2 | loinc|2345-7 | 130   | mg/dL | true       | 2026-01-10
            3 | loinc|2345-7 | 130   | mg/dL | false      | 2026-01-10
            4 | loinc|2345-7 | 130   | mg/dL |            | 2026-01-10
        """,
        gives={
            1: "true",
            2: "true",
            3: "unknown: unsuitable-method | from measurements/3 | needs fasting-glucose",
            4: "unknown: unsuitable-method",
        },
    )


def test_a_body_site_must_be_stated(spec):
    """Where a rule names a body site, a result of another site or of none is unsuitable."""
    spec(
        "{latest: ki-67, is: '<= 20 %', site: liver}",
        measurements="""
              | code  | value | unit | body_site | time
            --+-------+-------+------+-----------+-----------
            1 | ki-67 | 15    | %    | Liver     | 2026-01-10
            2 | ki-67 | 15    | %    | pancreas  | 2026-01-10
            3 | ki-67 | 15    | %    |           | 2026-01-10
        """,
        gives={1: "true", 2: "unknown: unsuitable-method", 3: "unknown: unsuitable-method"},
    )

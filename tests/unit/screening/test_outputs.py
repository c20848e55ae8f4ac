"""Groups, worklist, attrition and reasons, from verdicts written by hand in `made_up.py`.

Expected values follow DESIGN's definitions: near is one or two open record facts; an item settles a patient when it
is the only one open.
"""

import csv
import hashlib
import json
from datetime import date

import pyarrow.parquet as parquet
import pytest

from equipoise.criteria.nodes import Window, WindowUnit
from equipoise.criteria.truth import Cause
from equipoise.records.report import Fate, FateCount, FileReading, ReadingReport
from equipoise.screening import phrases
from equipoise.screening.outputs import TableForm
from equipoise.screening.screen import keep_form


def rows_of(screening, name):
    return parquet.read_table(screening.table(name)).to_pylist()


def patients_of(screening):
    return {row["patient_id"]: row for row in rows_of(screening, "patients")}


def reason_of(screening, patient_id, criterion_id):
    return next(
        row["reason"]
        for row in rows_of(screening, "verdicts")
        if (row["patient_id"], row["criterion_id"]) == (patient_id, criterion_id)
    )


@pytest.mark.parametrize(
    ("change", "status", "group"),
    [
        ("eligible", "eligible", "in"),
        ("noted", "eligible", "in"),
        ("low-hb", "ineligible", "out"),
        ("calculated", "ineligible", "out"),
        ("two-blocks", "ineligible", "out"),
        ("no-inr", "undetermined", "near"),
        ("old-inr", "undetermined", "near"),
        ("no-inr-no-hb", "undetermined", "far"),
        ("ask", "undetermined", "ask-people"),
        ("reading", "undetermined", "ask-people"),
    ],
)
def test_open_facts_of_the_record_decide_the_group(screen_made_up, change, status, group):
    row = patients_of(screen_made_up({"p": change}))["p"]
    assert (row["status"], row["group"]) == (status, group)


def test_a_verdict_that_is_missing_makes_nobody_eligible(made_up, screen_made_up, monkeypatch):
    """Nothing is open and nothing blocks, but one criterion was never judged: that is not eligible."""
    short = {key: value for key, value in made_up.passing().items() if key != "E8"}
    monkeypatch.setattr(made_up, "verdicts_of", lambda change: short if change == "short" else made_up.passing())
    rows = patients_of(screen_made_up({"p": "short", "q": "whole"}))
    assert (rows["p"]["status"], rows["q"]["status"]) == ("undetermined", "eligible")


def test_two_open_facts_are_near_and_three_are_far(made_up, screen_made_up, monkeypatch):
    two = {"E8": ("unknown", "none", made_up.NEVER, [], ["haemoglobin", "platelets"])}
    three = {**two, "E6": ("unknown", "none", made_up.NEVER, [], ["inr"])}
    monkeypatch.setitem(made_up.CHANGES, "two", two)
    monkeypatch.setitem(made_up.CHANGES, "three", three)
    rows = patients_of(screen_made_up({"a": "two", "b": "three"}))
    assert [rows["a"]["group"], rows["b"]["group"]] == ["near", "far"]


def test_a_criterion_open_for_record_and_person_counts_as_open_for_the_record(made_up, screen_made_up, monkeypatch):
    mixed = {"E6": ("unknown", "none", ["reading-open", *made_up.NEVER], [], ["inr", "reading:bilirubin-unit"])}
    monkeypatch.setitem(made_up.CHANGES, "mixed", mixed)
    row = patients_of(screen_made_up({"p": "mixed"}))["p"]
    assert (row["open_record"], row["open_person"], row["group"]) == ('["E6"]', "[]", "near")


def test_lists_of_criteria_are_in_the_order_of_the_protocol(screen_made_up):
    rows = patients_of(screen_made_up({"p": "two-blocks", "q": "no-inr-no-hb", "r": "ask"}))
    assert json.loads(rows["p"]["blocked_by"]) == ["I2", "E8"]
    assert json.loads(rows["q"]["open_record"]) == ["E6", "E8"]
    assert json.loads(rows["r"]["open_person"]) == ["E17"]
    assert json.loads(rows["r"]["assumed"]) == ["E9"]


@pytest.mark.parametrize(
    ("death", "is_out"), [(date(2026, 1, 15), True), (None, True), (date(2026, 1, 16), False), (date(2025, 1, 1), True)]
)
def test_a_death_on_or_before_as_of_makes_ineligible(screen_made_up, death, is_out):
    """As of 2026-01-15; a recorded death without a date counts as dead."""
    row = patients_of(screen_made_up({"p": "eligible"}, deaths={"p": death}))["p"]
    assert json.loads(row["blocked_by"]) == (["deceased"] if is_out else [])
    assert row["status"] == ("ineligible" if is_out else "eligible")


def test_deceased_stands_first_and_leaves_attrition_and_worklist(screen_made_up):
    screening = screen_made_up({"p": "two-blocks", "q": "no-inr"}, deaths={"p": None, "q": None})
    assert json.loads(patients_of(screening)["p"]["blocked_by"]) == ["deceased", "I2", "E8"]
    assert rows_of(screening, "worklist") == []
    assert all(row.entering == 0 and row.alone == 0 for row in screening.attrition)
    assert screening.summary["counts"]["deceased"] == 2


def test_worklist_ranks_items_by_the_patients_they_settle(screen_made_up):
    """a, b: only INR open; c: INR and two more; d: consent; e: blocked by a calculated clearance alone."""
    screening = screen_made_up({"a": "no-inr", "b": "old-inr", "c": "no-inr-no-hb", "d": "ask", "e": "calculated"})
    told = [(row["item"], row["n_open"], row["n_settles"]) for row in rows_of(screening, "worklist")]
    assert told == [
        ("inr", 3, 2),
        ("confirm:E7", 1, 1),
        ("informed-consent", 1, 1),
        ("haemoglobin", 1, 0),
        ("platelets", 1, 0),
    ]
    first = rows_of(screening, "worklist")[0]
    assert first["question"] == "An INR within 90 days"
    assert (first["criterion_ids"], first["patient_ids"]) == ('["E6"]', '["a","b","c"]')
    assert (first["concept"], first["decided_by"]) == ("inr", "record")


def test_confirming_test_is_not_offered_where_something_else_blocks(made_up, screen_made_up, monkeypatch):
    monkeypatch.setitem(made_up.CHANGES, "both", {**made_up.CHANGES["calculated"], **made_up.CHANGES["low-hb"]})
    assert rows_of(screen_made_up({"p": "both"}), "worklist") == []


@pytest.mark.parametrize(
    ("change", "criterion", "reason"),
    [
        ("low-hb", "E8", "Blocks: haemoglobin 7.9 g/dL on 2026-01-02."),
        ("eligible", "E6", "Passes: INR 1.0 on 2026-01-02."),
        (
            "eligible",
            "E9",
            "Passes on the assumption that no record of brain metastasis means none (encounter 2025-11-02).",
        ),
        ("eligible", "E17", "Passes: informed consent signed, attested on 2026-01-10."),
        ("no-inr", "E6", "Open: no record of INR within 90 days."),
        ("old-inr", "E6", "Open: INR is too old (INR 1.2 on 2024-05-01); needs an INR within 90 days."),
        (
            "no-inr-no-hb",
            "E8",
            "Open: no record of haemoglobin or platelets within 90 days.",
        ),
        (
            "noted",
            "E8",
            "Passes: haemoglobin 8.03 g/dL on 2026-01-02. Between 8.00 and 8.06 g/dL the two printed limits disagree.",
        ),
    ],
)
def test_reason_is_one_plain_sentence(screen_made_up, change, criterion, reason):
    assert reason_of(screen_made_up({"p": change}), "p", criterion) == reason


def krenning(record_id, value, code="1-1", day="2023-08-19"):
    return ("measurements", record_id, f"http://loinc.org|{code}", value, None, day)


def event(record_id, time, code="http://snomed.info/sct|94225005"):
    return ("conditions", record_id, code, "free text of the record", None, time)


def nyha(value):
    return ("measurements", "Observation/n", "http://loinc.org|88020-3", value, None, "2026-01-02")


@pytest.mark.parametrize(
    ("truth", "evidence", "reason"),
    [
        ("true", [nyha("421704003")], "Blocks: NYHA class II on 2026-01-02."),
        ("true", [nyha("Class  II")], "Blocks: NYHA class II on 2026-01-02."),
        ("true", [("measurements", "o/1", "http://loinc.org|6301-6", "1.2", "{INR}", None)], "Blocks: 6301-6 1.2."),
        ("true", [nyha("999")], "Blocks: NYHA class 999 on 2026-01-02."),
        (
            "false",
            [krenning("o/1", "3"), krenning("o/2", "0"), krenning("o/3", "3"), krenning("o/3", "3", code="1-1 ")],
            "Passes: Krenning score 3, 0 and 3 on 2023-08-19.",
        ),
        (
            "false",
            [krenning("o/1", "3"), krenning("o/2", "0", day="2023-08-20")],
            "Passes: Krenning score 3 on 2023-08-19; Krenning score 0 on 2023-08-20.",
        ),
        (
            "true",
            [event("c/1", "2024-05-01"), event("c/2", "2024-05-01"), event("c/3", "2025-01-01/2025-12-31")],
            "Blocks: brain metastasis recorded 2024-05-01 and in 2025.",
        ),
        (
            "true",
            [event("c/1", "2024-02-01/2024-02-29"), event("c/2", None)],
            "Blocks: brain metastasis recorded in 2024-02 and without a date.",
        ),
        (
            "true",
            [event("c/1", "2024-02-01/2024-02-28")],
            "Blocks: brain metastasis recorded between 2024-02-01 and 2024-02-28.",
        ),
        ("true", [event("c/1", "../2024-02-28")], "Blocks: brain metastasis recorded on or before 2024-02-28."),
        (
            "true",
            [("attestations", "a:1", "https://equipoise.dev/codes|krenning", "67 %", "%", "2026-01-03")],
            "Blocks: Krenning score 67 %, attested on 2026-01-03.",
        ),
    ],
)  # fmt: skip
def test_facts_are_told_once_together_and_in_words(made_up, screen_made_up, monkeypatch, truth, evidence, reason):
    change = {"E9": (truth, "recorded", [], [made_up.row(*each) for each in evidence], [])}
    monkeypatch.setitem(made_up.CHANGES, "told", change)
    assert reason_of(screen_made_up({"p": "told"}), "p", "E9") == reason


@pytest.mark.parametrize(
    ("needs", "causes", "reason"),
    [
        (["informed-consent"], ["needs-person"], "Open: informed consent is for a person to answer."),
        (
            ["contraception", "informed-consent", "sterility"],
            ["never-measured", "needs-person"],
            "Open: contraception and informed consent are for a person to answer; "
            "no record of surgical sterility, from which nothing follows here.",
        ),
        (
            ["contraception"],
            ["too-old"],
            "Open: contraception is too old; needs an answer on contraception (asked of a person).",
        ),
        (
            ["contraception"],
            ["too-old", "needs-person"],
            "Open: contraception is too old and is for a person to answer.",
        ),
        (
            ["inr", "reading:bilirubin-unit"],
            ["too-old", "reading-open"],
            "Open: the reading bilirubin-unit is open; INR is too old; needs an INR within 90 days.",
        ),
        (
            ["bilirubin", "inr"],
            ["never-measured", "no-unit"],
            "Open: bilirubin and INR were never measured or recorded or have no unit; "
            "needs a bilirubin within 90 days and an INR within 90 days.",
        ),
        (["platelets"], ["conflict"], "Open: platelets are contradictory; needs a platelet count."),
        (["repair:E6"], ["text-damaged"], "Open: the repair of E6 is not accepted."),
        (
            ["brain-metastasis"],
            ["needs-person"],
            "Open: brain metastasis is not certain in the record; needs a statement on brain metastasis.",
        ),
        ([], ["unmapped-code"], "Open: E6 has a value that is not understood; needs a decision on E6."),
    ],
)
def test_open_verdicts_group_what_is_missing_by_cause(made_up, screen_made_up, monkeypatch, needs, causes, reason):
    monkeypatch.setitem(made_up.CHANGES, "open", {"E6": ("unknown", "none", causes, [], needs)})
    assert reason_of(screen_made_up({"p": "open"}), "p", "E6") == reason


def test_events_that_are_not_simply_recorded_are_told_as_what_they_are(made_up, tmp_path):
    import pyarrow as pa

    from equipoise.screening.screen import derive_outputs

    rows = [made_up.row(*event("c/1", "2025-03-21")), made_up.row(*event("c/2", "2025-04-01"))]
    given = {**made_up.passing(), "E9": ("false", "recorded", [], rows, [])}
    conditions = {"patient_id": ["p", "p", "p"], "record_id": ["c/1", "c/1", "c/2"]}
    conditions |= {"status": ["absent", "absent", "present"], "start_lower": [date(2025, 3, 21)] * 3}
    conditions |= {"system": [made_up.SNOMED] * 3, "code": ["94225005"] * 3}
    parquet.write_table(pa.table(conditions), tmp_path / "conditions.parquet")
    out = tmp_path / "out"
    out.mkdir()
    screening = derive_outputs(
        made_up.made_up_protocol(),
        verdicts=made_up.write_verdicts(tmp_path / "given.parquet", {"p": given}),
        tables={
            "patients": made_up.write_patients(tmp_path / "patients.parquet", {}, ["p"]),
            "conditions": tmp_path / "conditions.parquet",
        },
        out=out,
    )
    said = "Passes: brain metastasis ruled out 2025-03-21; brain metastasis recorded 2025-04-01."
    assert reason_of(screening, "p", "E9") == said


def test_every_verdict_has_a_reason_and_notes_are_not_criteria(made_up, screen_made_up):
    screening = screen_made_up({change: change for change in made_up.CHANGES})
    rows = rows_of(screening, "verdicts")
    assert len(rows) == 6 * len(made_up.CHANGES)
    assert all(row["reason"].endswith(".") for row in rows)
    assert list(rows[0]) == [
        "patient_id", "criterion_id", "kind", "truth", "effect", "basis", "causes", "reason", "evidence",
    ]  # fmt: skip


def test_evidence_and_causes_are_passed_on_unchanged(made_up, screen_made_up):
    screening = screen_made_up({"p": "old-inr"})
    row = next(row for row in rows_of(screening, "verdicts") if row["criterion_id"] == "E6")
    _, _, causes, evidence, _ = made_up.CHANGES["old-inr"]["E6"]
    assert (json.loads(row["causes"]), json.loads(row["evidence"])) == (causes, evidence)


def test_attrition_counts_in_order_alone_and_only_obstacle(screen_made_up):
    """Five people: I2 takes two-blocks, E8 then low-hb; no-inr is open from E6 on; two pass to the end."""
    screening = screen_made_up({"a": "two-blocks", "b": "low-hb", "c": "no-inr", "d": "eligible", "e": "noted"})
    rows = {row.criterion_id: row for row in screening.attrition}
    sequence = [(row.entering, row.blocked_here, row.passing, row.open_so_far) for row in screening.attrition]
    assert sequence == [(5, 1, 4, 0), (4, 0, 3, 1), (4, 0, 3, 1), (4, 1, 2, 1), (3, 0, 2, 1), (3, 0, 2, 1)]
    assert (rows["E8"].alone, rows["E8"].only_blocker) == (2, 1)
    assert (rows["I2"].alone, rows["I2"].only_blocker) == (1, 0)
    assert (rows["E9"].n_true, rows["E9"].n_false, rows["E9"].n_unknown, rows["E9"].n_assumed) == (0, 5, 0, 5)


def test_csv_and_parquet_hold_the_same(screen_made_up):
    screening = screen_made_up({'quo"te, and\nline': "no-inr", "q": "eligible"})
    for name in ("verdicts", "patients", "worklist"):
        with (screening.folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            from_csv = list(csv.DictReader(file))
        plain = [
            {key: "" if value is None else str(value) for key, value in row.items()} for row in rows_of(screening, name)
        ]
        assert from_csv == plain


def test_only_the_asked_form_remains(screen_made_up):
    only_csv = screen_made_up({"p": "eligible"}, name="one", form=TableForm.CSV)
    keep_form(only_csv, TableForm.CSV)
    assert not list(only_csv.folder.glob("*.parquet"))
    assert len(list(only_csv.folder.glob("*.csv"))) == 3
    only_parquet = screen_made_up({"p": "eligible"}, name="two", form=TableForm.PARQUET)
    assert not list(only_parquet.folder.glob("*.csv"))


def test_equal_verdicts_in_any_order_give_equal_bytes(made_up, screen_made_up):
    people = {f"{change}-{n}": change for change in made_up.CHANGES for n in range(40)}
    digests = []
    for seed in (1, 2):
        screening = screen_made_up(people, name=f"run{seed}", seed=seed)
        files = sorted(screening.folder.iterdir())
        digests.append({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    assert len(digests[0]) == 7
    assert digests[0] == digests[1]


def test_populations_larger_than_a_slice_lose_nobody(made_up, screen_made_up, monkeypatch):
    monkeypatch.setattr("equipoise.screening.store.SLICE_PEOPLE", 7)
    monkeypatch.setattr("equipoise.screening.outputs._ROWS", 10)
    screening = screen_made_up({f"p{n:03d}": "eligible" for n in range(22)})
    assert len(rows_of(screening, "verdicts")) == 22 * 6
    assert [row["patient_id"] for row in rows_of(screening, "verdicts")[::6]] == [f"p{n:03d}" for n in range(22)]


def test_folders_named_like_a_pattern_are_read_as_they_are(made_up, screen_made_up):
    screening = screen_made_up({"p": "eligible"}, name="out [1] *?{x}'s")
    screening.table("patients").rename(screening.folder / "people.parquet")
    from equipoise.screening.store import open_store, parquet_source

    with open_store(screening.folder) as connection:
        source = parquet_source(screening.folder / "people.parquet")
        assert connection.execute(f"SELECT patient_id FROM {source}").fetchall() == [("p",)]


def test_nobody_gives_empty_tables_with_columns(made_up, tmp_path):
    import pyarrow as pa

    from equipoise.screening.screen import derive_outputs

    names = ("patient_id", "criterion_id", "truth", "basis", "causes", "evidence", "needs")
    parquet.write_table(pa.table({name: pa.array([], pa.string()) for name in names}), tmp_path / "none.parquet")
    people = made_up.write_patients(tmp_path / "patients.parquet", {})
    out = tmp_path / "out"
    out.mkdir()
    screening = derive_outputs(
        made_up.made_up_protocol(), verdicts=tmp_path / "none.parquet", tables={"patients": people}, out=out
    )
    assert rows_of(screening, "verdicts") == []
    assert parquet.read_schema(screening.table("worklist")).names[:3] == ["rank", "item", "question"]
    assert screening.summary["counts"]["patients"] == 0


def test_summary_says_what_was_judged_and_by_what(screen_made_up):
    reading = ReadingReport(
        "fhir",
        (FileReading("a.ndjson", 3, 3, "fast"),),
        (FateCount("a.ndjson", "Patient", Fate.USED, "", 2), FateCount("a.ndjson", "Device", Fate.NOT_NEEDED, "x", 1)),
    )
    screening = screen_made_up({"p": "no-inr", "q": "eligible"}, reading=reading)
    summary = json.loads((screening.folder / "summary.json").read_text())
    assert summary["protocol"]["registry_statement"].endswith("no one can be enrolled.")
    assert summary["as_of"] == "2026-01-15"
    assert summary["counts"]["group"] == {"in": 1, "out": 0, "ask-people": 0, "near": 1, "far": 0}
    assert summary["reading_report"]["used"] == 2
    assert [each["chosen"] for each in summary["readings"]] == [None, "from"]
    assert summary["repairs"][0]["criterion"] == "I2"
    assert "not the sponsor's" in summary["choices"]
    assert summary["windows"][0]["origin"] == "assumption"


def test_records_after_as_of_are_counted_once_each(made_up, tmp_path):
    import duckdb
    import pyarrow as pa

    from equipoise.screening.summary import count_later_records

    days = [date(2026, 1, 15), date(2026, 1, 16), date(2026, 1, 16), None]
    table = pa.table({"record_id": ["a", "b", "b", "c"], "time_lower": pa.array(days, pa.date32())})
    parquet.write_table(table, tmp_path / "measurements.parquet")
    tables = {"measurements": tmp_path / "measurements.parquet", "conditions": tmp_path / "absent.parquet"}
    with duckdb.connect() as connection:
        assert count_later_records(connection, tables, made_up.made_up_protocol()) == {"measurements": 1}


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("INR", "an INR"),
        ("haemoglobin", "a haemoglobin"),
        ("albumin", "an albumin"),
        ("PT", "a PT"),
        ("Ki-67", "a Ki-67"),
    ],
)
def test_abbreviations_take_the_article_of_their_first_letter_spelt(label, said):
    assert phrases.with_article(label) == said


def test_windows_are_said_in_words():
    assert phrases.window_words(Window(90)) == "within 90 days"
    assert phrases.window_words(Window(24, WindowUnit.MONTH, is_strict=True)) == "within less than 24 months"
    assert phrases.window_words(Window(28, anchor="cycle-1")) == "within 28 days before cycle 1"
    assert phrases.window_words(Window(0)) == "at present"


def test_every_cause_has_words():
    assert set(phrases.CAUSE_WORDS) == set(Cause)


def test_records_in_systems_that_no_value_set_knows_are_counted(made_up, tmp_path):
    """
    The criteria of the made-up protocol have codes in LOINC and SNOMED CT, and every protocol knows the own system.

    Of six records c/2 (WHO ICD-10), c/3 (text alone), p/1 (no system) and p/2 (ICD-9-CM, coded twice) have no code
    in one of these; c/1 has both SNOMED CT and ICD-10, so it is found.
    """
    import pyarrow as pa

    from equipoise.screening.screen import derive_outputs

    snomed, who, icd9 = (
        "urn:oid:2.16.840.1.113883.6.96",
        "http://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icd-9-cm",
    )
    rows = {
        "conditions": [
            ("p", "c/1", snomed, "94225005"),
            ("p", "c/1", who, "C79.3"),
            ("q", "c/2", who, "C79.3"),
            ("q", "c/3", None, None),
        ],
        "procedures": [("r", "p/1", None, "77"), ("q", "p/2", icd9, "99.25"), ("q", "p/2", icd9, "99.28")],
        "medications": [("p", "m/1", "https://equipoise.dev/codes", "chemotherapy")],
    }
    tables = {"patients": made_up.write_patients(tmp_path / "patients.parquet", {}, ["p", "q", "r"])}
    shape = [("patient_id", pa.string()), ("record_id", pa.string()), ("system", pa.string()), ("code", pa.string())]
    for name, listed in rows.items():
        columns = {
            column: pa.array(values, pa.string())
            for (column, _), values in zip(shape, zip(*listed, strict=True), strict=True)
        }
        columns |= {"status": ["present"] * len(listed), "start_lower": [date(2025, 1, 1)] * len(listed)}
        tables[name] = tmp_path / f"{name}.parquet"
        parquet.write_table(pa.table(columns), tables[name])
    out = tmp_path / "out"
    out.mkdir()
    given = made_up.write_verdicts(tmp_path / "given.parquet", {each: made_up.passing() for each in "pqr"})
    told = derive_outputs(made_up.made_up_protocol(), verdicts=given, tables=tables, out=out).summary["code_systems"]
    assert (told["records_not_heard"], told["patients_not_heard"]) == (4, 2)
    assert [tuple(each.values()) for each in told["systems"]] == [
        ("a code without a system", False, 0, 1, 0, 1, 1, 1),
        (who, False, 2, 0, 0, 2, 1, 1),
        (icd9, False, 0, 1, 0, 1, 1, 1),
        ("no code", False, 1, 0, 0, 1, 1, 1),
        ("http://snomed.info/sct", True, 1, 0, 0, 1, 0, 0),
        ("https://equipoise.dev/codes", True, 0, 0, 1, 1, 0, 0),
    ]

"""`equipoise author`: from a record to files that load, and a clear word for every record that is none."""

import json

import pytest
from tests.docs.cycles_study import cycles_study

from equipoise.protocol.loading import load_protocol

PAGE = """\
Trial of a New Drug in Gout
NCT09999991
Age Group
18 Years to 75 Years

Inclusion Criteria:
- Gout flares at least two times in the last 12 months
- Serum urate level > 6 mg/dL
- Hb > 10 g/dL and platelets > 100 x 10^9/L
- Signed informed consent

Exclusion Criteria:
- ALT > 3 x ULN
- Known liver cirrhosis
- Chemotherapy within 4 weeks before enrollment
- Any condition that, in the opinion of the investigator, makes the patient unsuitable
"""


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "gout.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_a_page_becomes_a_draft_that_loads_a_review_page_and_findings(equipoise, page, tmp_path):
    out = tmp_path / "draft"
    answer = equipoise("author", str(page), "--out", str(out))
    assert answer.code == 0
    assert "10 criteria" in answer.out
    assert "Draft that nobody has signed." in answer.out
    assert {path.name for path in out.iterdir()} == {"protocol.yaml", "review.html", "findings.json", "records"}
    protocol = load_protocol(out)
    assert protocol.version().is_draft
    assert [criterion.id for _, criterion in protocol.version().criteria] == [
        "I1",
        "I2",
        "I3",
        "I4",
        "S1",
        "S2",
        "E1",
        "E2",
        "E3",
        "E4",
    ]


def test_equal_records_give_equal_bytes(equipoise, page, tmp_path):
    for name in ("one", "two"):
        assert equipoise("author", str(page), "--out", str(tmp_path / name)).code == 0
    for name in ("protocol.yaml", "review.html", "findings.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_every_character_is_accounted_for_in_the_findings(equipoise, page, tmp_path):
    equipoise("author", str(page), "--out", str(tmp_path / "draft"))
    findings = json.loads((tmp_path / "draft" / "findings.json").read_text(encoding="utf-8"))
    place = 0
    for segment in findings["segments"]:
        assert segment["start"] == place
        place = segment["end"]
    assert place == findings["record"]["n_characters"] == len(PAGE)


def test_a_draft_is_linted_without_a_fault(equipoise, page, tmp_path):
    equipoise("author", str(page), "--out", str(tmp_path / "draft"))
    answer = equipoise("protocol", "lint", str(tmp_path / "draft"))
    assert answer.code == 0, answer.out


def test_a_proposal_from_outside_waits_for_a_person(equipoise, page, tmp_path):
    proposals = tmp_path / "proposals.jsonl"
    offered = {
        "criterion": "E4",
        "by": "model of site X",
        "because": "usually meant so",
        "rule": {"record": "diabetes"},
    }
    proposals.write_text(json.dumps(offered) + "\n", encoding="utf-8")
    out = tmp_path / "draft"
    assert equipoise("author", str(page), "--out", str(out), "--proposals", str(proposals)).code == 0
    (proposal,) = load_protocol(out).version().criterion("E4").proposals
    assert (proposal.by, proposal.status) == ("model of site X", "proposed")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 1: this is no JSON"),
        ('{"criterion": "E4", "by": "x"}', "lacks because, rule"),
        ('{"criterion": "E9", "by": "x", "because": "y", "rule": {"age": ">= 18"}}', "there is no criterion 'E9'"),
        (
            '{"criterion": "E4", "by": "x", "because": "y", "rule": {"record": "gout-flare-2"}}',
            "unknown concept 'gout-flare-2'",
        ),
    ],
)
def test_a_proposal_that_could_never_be_accepted_is_refused_and_nothing_is_written(
    equipoise, page, tmp_path, line, told
):
    proposals = tmp_path / "proposals.jsonl"
    proposals.write_text(line + "\n", encoding="utf-8")
    answer = equipoise("author", str(page), "--out", str(tmp_path / "draft"), "--proposals", str(proposals))
    assert answer.code == 2
    assert told in answer.err
    assert not (tmp_path / "draft").exists()


def test_a_sites_own_concepts_are_found_by_their_terms_and_declared_by_the_draft(equipoise, page, tmp_path):
    concepts = tmp_path / "concepts.yaml"
    concepts.write_text(
        "concepts:\n"
        "  serum-urate:\n"
        "    label: serum urate\n"
        "    terms: [serum urate level, uric acid]\n"
        "    kind: quantity\n"
        "    unit: mg/dL\n"
        "    codes: [{system: loinc, code: '3084-1', mark: S}]\n",
        encoding="utf-8",
    )
    out = tmp_path / "draft"
    assert equipoise("author", str(page), "--out", str(out), "--concepts", str(concepts)).code == 0
    protocol = load_protocol(out)
    assert protocol.version().criterion("I2").rule["latest"] == "serum-urate"
    assert protocol.concepts["serum-urate"]["codes"][0]["code"] == "3084-1"


def test_a_later_version_of_the_record_closes_a_hole_of_this_one(equipoise, tmp_path):
    torn, whole = tmp_path / "torn.txt", tmp_path / "whole.txt"
    whole.write_text(PAGE, encoding="utf-8")
    torn.write_text(PAGE.replace("within 4 weeks before", "within before"), encoding="utf-8")
    out = tmp_path / "draft"
    assert equipoise("author", str(torn), "--out", str(out), "--sibling", str(whole)).code == 0
    damaged = load_protocol(out).version().criterion("E3")
    assert damaged.is_damaged
    assert damaged.repair is not None
    assert damaged.repair.status == "proposed"


BAD = {
    "empty": (b"", "is empty"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    "spanish": (
        "Criterios de inclusión:\n- Pacientes mayores de 18 años con diagnóstico de gota y con consentimiento firmado\n"
        "Criterios de exclusión:\n- Mujeres embarazadas o en lactancia que no acepten el tratamiento\n".encode(),
        "Spanish",
    ),
    "no-eligibility": (
        b"A page about the weather.\nIt will rain on Monday and the sun will shine on Tuesday.\n",
        "ligibility",
    ),
    "two-trials": ((PAGE + "\n" + PAGE.replace("NCT09999991", "NCT09999992")).encode(), "NCT09999992"),
    "json-of-something": (b'{"a": 1, "b": [2]}', "'a', 'b'"),
    "json-broken": (b'{"protocolSection": ', "JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_record_that_is_none_gets_a_clear_error_and_nothing_is_written(equipoise, tmp_path, name):
    content, told = BAD[name]
    path = tmp_path / "record.txt"
    path.write_bytes(content)
    answer = equipoise("author", str(path), "--out", str(tmp_path / "draft"))
    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err
    assert not (tmp_path / "draft").exists()


def _with_sites(path, number):
    sites = "Locations\n" + "Somewhere, Sometown\n" * number
    path.write_text(PAGE + "- Known liver cirrhosis\n" * 20 + sites, encoding="utf-8")
    return path


def test_a_record_with_thousands_of_sites_is_drafted(equipoise, tmp_path):
    out = tmp_path / "draft"
    answer = equipoise("author", str(_with_sites(tmp_path / "long.txt", 5_000)), "--out", str(out))
    assert answer.code == 0, answer.err
    assert len(load_protocol(out).sites) == 5_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PAGE + "Locations\n" + "Somewhere, Sometown\n" * 250_000, "names 250,000 sites"),
        (PAGE + "- Known liver cirrhosis and stroke within 6 months\n" * 100_000, "characters; one trial's holds"),
    ],
)
def test_five_megabytes_are_refused_in_words(equipoise, tmp_path, text, words):
    path = tmp_path / "long.txt"
    path.write_text(text, encoding="utf-8")
    answer = equipoise("author", str(path), "--out", str(tmp_path / "draft"))
    assert answer.code == 2
    assert words in answer.err
    assert not (tmp_path / "draft").exists()


def test_contradictory_ages_give_a_marked_draft(equipoise, tmp_path):
    path = tmp_path / "ages.txt"
    path.write_text(PAGE.replace("- Serum urate", "- Aged 21 years or older\n- Serum urate"), encoding="utf-8")
    out = tmp_path / "draft"
    assert equipoise("author", str(path), "--out", str(out)).code == 0
    version = load_protocol(out).version()
    (reading,) = version.readings.values()
    assert "the text begins at 21 completed years, the structured field of the registry at 18" in reading.because
    assert reading.chosen is None


def test_a_heading_without_criteria_is_refused_by_name(equipoise, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("A Trial\nInclusion Criteria:\n", encoding="utf-8")
    answer = equipoise("author", str(path), "--out", str(tmp_path / "draft"))
    assert answer.code == 2
    assert "empty.txt" in answer.err
    assert "criteri" in answer.err
    assert ".partial" not in answer.err


def test_a_folder_below_a_file_cannot_be_made_and_is_told_so(equipoise, tmp_path):
    path, file = tmp_path / "trial.txt", tmp_path / "file"
    path.write_text(PAGE, encoding="utf-8")
    file.write_text("mine", encoding="utf-8")
    answer = equipoise("author", str(path), "--out", str(file / "draft"))
    assert answer.code == 2
    assert "no folder can be made there" in answer.err
    assert file.read_text(encoding="utf-8") == "mine"


def test_the_record_of_another_trial_is_no_sibling(equipoise, tmp_path):
    path, other = tmp_path / "trial.txt", tmp_path / "other.txt"
    path.write_text(PAGE, encoding="utf-8")
    other.write_text(PAGE.replace("NCT09999991", "NCT09999992"), encoding="utf-8")
    arguments = ("author", str(path), "--out", str(tmp_path / "draft"), "--sibling")
    answer = equipoise(*arguments, str(other))
    assert answer.code == 2
    assert "it is the record of NCT09999992, not of NCT09999991" in answer.err
    assert not (tmp_path / "draft").exists()
    assert equipoise(*arguments, str(path)).code == 0


def _drafted(equipoise, tmp_path, text):
    path, out = tmp_path / "trial.txt", tmp_path / "draft"
    path.write_text(text, encoding="utf-8")
    assert equipoise("author", str(path), "--out", str(out)).code == 0
    return load_protocol(out).version(), json.loads((out / "findings.json").read_text(encoding="utf-8"))


def test_an_age_of_the_registry_that_cannot_be_read_is_asked_and_not_dropped(equipoise, tmp_path):
    text = PAGE.replace("Age Group\n18 Years to 75 Years", "Minimum Age: Eighteenish")
    assert text != PAGE
    _, findings = _drafted(equipoise, tmp_path, text)
    asked = [each for each in findings["criteria"] if each["id"].startswith("S")]
    assert [each["outcome"] for each in asked] == ["asked"]
    assert "Eighteenish" in json.dumps(findings["questions"])


def test_a_criterion_of_no_known_side_is_asked_and_lets_nobody_in_by_itself(equipoise, tmp_path):
    text = "Trial of a Drug\nEligibility Criteria\n\nAge 18 years or older\n\nActive hepatitis B\n"
    _, findings = _drafted(equipoise, tmp_path, text)
    unknown = [each for each in findings["criteria"] if each["kind"] is None]
    assert len(unknown) == 2
    assert {each["outcome"] for each in unknown} == {"asked"}


def test_one_repair_never_closes_the_holes_of_several_entries(equipoise, tmp_path):
    lines = "- All of the following:\n  - Hemoglobin > 9 g/dL (5.6 mmol/L\n  - Bilirubin (< 1.5 mg/dL\n"
    version, findings = _drafted(
        equipoise, tmp_path, PAGE.replace("Inclusion Criteria:\n", f"Inclusion Criteria:\n{lines}")
    )
    (found,) = [each for each in findings["criteria"] if "Bilirubin" in each["text"]]
    assert len(found["damage"]) == 2
    assert not any(each.id == found["id"] and each.repair and each.repair.text for each in version.inclusion)


def test_force_deletes_nothing_that_is_read(equipoise, tmp_path):
    path, out = tmp_path / "trial.txt", tmp_path / "draft"
    path.write_text(PAGE, encoding="utf-8")
    out.mkdir()
    offered = out / "proposals.jsonl"
    offered.write_text("", encoding="utf-8")
    answer = equipoise("author", str(path), "--out", str(out), "--proposals", str(offered), "--force")
    assert answer.code == 2
    assert "it holds proposals.jsonl, which is read" in answer.err
    assert offered.exists()


def test_a_protocol_is_told_apart_from_a_record(equipoise, page, tmp_path):
    assert equipoise("author", str(page), "--out", str(tmp_path / "draft")).code == 0
    answer = equipoise("author", str(tmp_path / "draft" / "protocol.yaml"), "--out", str(tmp_path / "again"))
    assert answer.code == 2
    assert "protocol.yaml: the file is a protocol, not the record of a trial" in answer.err
    assert not (tmp_path / "again").exists()


@pytest.fixture
def scheduled(equipoise, tmp_path):
    """The draft of a study that states a schedule, and what the command said."""
    study = tmp_path / "ember.json"
    study.write_text(json.dumps(cycles_study()), encoding="utf-8")
    answer = equipoise("author", str(study), "--out", str(tmp_path / "draft"))
    assert answer.code == 0, answer.err
    return tmp_path / "draft", answer.out


def test_a_study_with_a_timeline_becomes_a_draft_with_a_plan(equipoise, scheduled):
    folder, said = scheduled
    protocol = load_protocol(folder)
    assert protocol.version().plan == "main"
    plan = protocol.plan_of()
    assert plan is not None
    assert [course.id for course in plan.courses] == ["emberine", "salt-bath"]
    assert "schedule: 10 visits, 2 courses, 3 steps, 1 decisions in the plan" in said
    answer = equipoise("protocol", "lint", str(folder))
    assert answer.code == 0, answer.out


def test_what_was_assumed_of_a_schedule_and_what_was_not_taken_stands_in_findings_and_on_the_page(scheduled):
    folder, _ = scheduled
    found = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["schedule"]
    page = (folder / "review.html").read_text(encoding="utf-8")
    assert (found["visits"], found["courses"], found["steps"], found["decisions"]) == (10, 2, 3, 1)
    assert len(found["assumed"]) == 3
    assert len(found["not_taken"]) == 5
    for words in (*found["assumed"], *found["not_taken"]):
        assert words in page
    assert "7 days after emberine-1 (from 1 days before to 3 after that day)" in page


def test_a_record_without_a_schedule_has_no_plan(equipoise, page, tmp_path):
    equipoise("author", str(page), "--out", str(tmp_path / "draft"))
    protocol = load_protocol(tmp_path / "draft")
    assert (protocol.plans, protocol.version().plan) == ({}, None)
    assert json.loads((tmp_path / "draft" / "findings.json").read_text(encoding="utf-8"))["schedule"] is None

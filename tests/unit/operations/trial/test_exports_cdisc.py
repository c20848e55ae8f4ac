"""The datasets of a running trial: which facts and results go in, for whom; what they hold is tested in `analysis`."""

import json
from xml.etree import ElementTree

import pytest
from tests.analysis_trial import AnalysedOffice, with_plan
from tests.cdisc_rules import broken
from tests.office_store import enter
from tests.office_trial import PROTOCOL, Office

from equipoise.analysis.cdisc.catalogue import read_dataset
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.errors import ProtocolError
from equipoise.operations.office import setting_up
from equipoise.operations.office.permissions import Who
from equipoise.operations.trial.exports.cdisc import write_cdisc
from equipoise.operations.trial.masking import may_see_of
from equipoise.protocol.loading import load_protocol

DRUG = "drug-then-surgery"


def written(office: Office, who: Who, out) -> dict[str, list[dict]]:
    with office.store.reading() as view:
        write_cdisc(view, office.rules, may_see_of(who), office.clock.at, out)
    return {path.stem: list(read_dataset(path).records()) for path in sorted(out.glob("*.json"))}


def of(rows, subject):
    return [row for row in rows if row["USUBJID"].endswith(subject)]


@pytest.fixture
def office() -> AnalysedOffice:
    office = with_plan()
    office.subject_of_drug = office.in_arm(DRUG)
    office.scan(office.subject_of_drug, 50)
    office.go_on(8)
    office.dosed_on = office.today
    office.platelets(office.subject_of_drug, "150")
    office.release(office.subject_of_drug, "drug-1")
    office.record(office.subject_of_drug, "dose", step="drug-1", administered="100", unit="mg")
    office.go_on(76)
    office.scan(office.subject_of_drug, 80)
    office.failed = office.screening()
    office.move(office.failed, Move.FAIL_SCREENING, who=office.investigator, reason="too ill", criteria=["I2"])
    return office


def test_after_the_lock_arms_doses_and_times_are_told(office, tmp_path):
    office.lock()
    told = written(office, office.statistician, tmp_path / "out")
    subject = office.subject_of_drug
    assert [row["ACTARMCD"] for row in of(told["dm"], subject)] == [DRUG]
    assert [row["EXSTDTC"] for row in of(told["ex"], subject)] == [str(office.dosed_on)]
    assert of(told["adtte"], subject)
    assert of(told["adrs"], subject)
    terms = [row["DSDECOD"] for row in of(told["ds"], subject)]
    assert sorted(terms) == ["ELIGIBILITY CRITERIA MET", "INFORMED CONSENT OBTAINED", "RANDOMIZED"]
    assert "SCREEN FAILURE" in [row["DSDECOD"] for row in of(told["ds"], office.failed)]
    assert all(row["SRCEVNT"] for row in told["dm"])


def test_before_the_lock_no_arm_and_no_dose_is_told(office, tmp_path):
    told = written(office, office.statistician, tmp_path / "out")
    assert not {"adtte", "adrs"} & set(told)
    assert not any(told[name] for name in ("ex", "pr", "ae", "lb", "tr", "adae"))
    assert {row["ARMCD"] for row in told["dm"]} == {None}
    assert not any(
        str(office.dosed_on) in path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("[dst]*")
    )


def test_the_lock_opens_nothing_to_a_masked_reader(office, tmp_path):
    before = written(office, office.masked, tmp_path / "before")
    office.lock()
    assert written(office, office.masked, tmp_path / "after") == before


def test_define_tells_every_file_and_that_it_is_a_training(office, tmp_path):
    told = written(office, office.statistician, tmp_path / "out")
    text = (tmp_path / "out" / "define.xml").read_text(encoding="utf-8")
    names = {each.get("Name") for each in ElementTree.fromstring(text).iter() if each.tag.endswith("ItemGroupDef")}
    assert names == {name.upper() for name in told}
    assert "Training: nobody is enrolled." in text


def test_only_the_first_consent_is_a_milestone(tmp_path):
    office = Office()
    subject = office.identified()
    office.consent(subject)
    consented_on = office.today
    office.go_on(5)
    with office.store.writing() as desk:
        setting_up.approve_version(desk, office.admin, office.protocol, "second", office.today, "amendment")
    office.consent(subject, "second")
    told = written(office, office.statistician, tmp_path / "out")
    consents = [row["DSSTDTC"] for row in of(told["ds"], subject) if row["DSDECOD"] == "INFORMED CONSENT OBTAINED"]
    assert consents == [str(consented_on)]


def test_a_death_is_one_row_of_disposition(office, tmp_path):
    office.die(office.subject_of_drug)
    told = written(office, office.masked, tmp_path / "out")
    last = of(told["ds"], office.subject_of_drug)[-1]
    assert [row["DSDECOD"] for row in of(told["ds"], office.subject_of_drug)].count("DEATH") == 1
    assert (last["DSDECOD"], last["DSSTDTC"]) == ("DEATH", str(office.today))
    assert "OTHER" not in {row["DSDECOD"] for row in told["ds"]}


def test_whoever_left_before_allocation_has_its_day_and_its_reason(office, tmp_path):
    """The acts below are the source; SDTMIG 3.4 has the day in RFPENDTC, a death in DTHDTC too, both in DS."""
    withdrawn, dead, off, never_asked = office.screening(), office.screening(), office.screening(), office.identified()
    office.go_on(5)
    left_on = str(office.today)
    office.move(withdrawn, Move.WITHDRAW_FROM_ALL_CONTACT, reason="moved away")
    for each in (dead, never_asked):
        office.die(each)
    office.move(off, Move.LEAVE_STUDY, who=office.investigator, reason="treated elsewhere")
    office.go_on(3)
    told = written(office, office.masked, tmp_path / "out")
    for subject, died_on, *ended in (
        (withdrawn, None, ("WITHDRAWAL BY SUBJECT", "withdrawn from all contact", left_on)),
        (dead, left_on, ("DEATH", "DEATH", left_on)),
        (off, None, ("OTHER", "off study", left_on)),
    ):
        (person,) = of(told["dm"], subject)
        assert (person["RFPENDTC"], person["DTHDTC"], person["ARMNRS"]) == (left_on, died_on, "NOT ASSIGNED")
        ends = [row for row in of(told["ds"], subject) if row["DSCAT"] == "DISPOSITION EVENT"]
        assert [(row["DSDECOD"], row["DSTERM"], row["DSSTDTC"]) for row in ends] == ended
    assert of(told["ds"], never_asked) == []
    assert broken({name.upper(): rows for name, rows in told.items()}) == []


def test_without_a_plan_of_analysis_times_are_empty(tmp_path):
    office = Office()
    office.allocated()
    office.lock()
    told = written(office, office.statistician, tmp_path / "out")
    assert told["adtte"] == []
    assert len(told["adsl"]) == 1


def test_a_version_without_a_plan_is_refused(tmp_path):
    protocol = load_protocol(PROTOCOL)
    bare = [each.model_copy(update={"plan": None}) for each in protocol.versions]
    office = Office(given=protocol.model_copy(update={"versions": bare}))
    with pytest.raises(ProtocolError, match="version first: has no plan"):
        written(office, enter(office.store, "mara", Role.MASKED_STATISTICIAN), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_files_say_when_they_were_made_and_by_what(office, tmp_path):
    written(office, office.statistician, tmp_path / "out")
    content = json.loads((tmp_path / "out" / "dm.json").read_text(encoding="utf-8"))
    assert content["datasetJSONCreationDateTime"].startswith(str(office.clock.at.date()))

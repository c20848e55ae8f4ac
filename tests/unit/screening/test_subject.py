"""One subject at a moment: what the small protocol says, and until when. Days are counted by hand beside each test."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
import rfc8785

from equipoise.criteria.truth import Basis, Cause, Effect, Truth
from equipoise.errors import ProtocolError
from equipoise.protocol.site import SiteSettings
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import snapshot_of
from equipoise.records.tables import TABLES
from equipoise.screening.standing import Status
from equipoise.screening.subject import VerdictSummary, judge_subject
from equipoise.terminology.concepts import LOCAL_SYSTEM

AS_OF = date(2026, 1, 15)
DRAWN = date(2025, 12, 10)
"""The day of the blood tests; 90 days later is 10 March 2026."""
SIGNED = {"record_id": "trial:7", "code": "informed-consent", "value": "signed", "by": "u-2", "at": date(2026, 1, 12)}


def row(table, record_id, **cells):
    return dict.fromkeys(TABLES[table].column_names) | {"patient_id": "p1", "record_id": record_id} | cells


def lab(code, value, unit, day=DRAWN):
    number = Decimal(value)
    return row(
        "measurements",
        f"Observation/p1-{code}-{day}",
        system=LOCAL_SYSTEM,
        code=code,
        status="final",
        time_lower=day,
        time_upper=day,
        value_text=value,
        value_lower=number,
        value_upper=number,
        is_lower_closed=True,
        is_upper_closed=True,
        unit=unit,
    )


def event(table, record_id, day, **cells):
    days = dict.fromkeys(("start_lower", "start_upper", "end_lower", "end_upper"), day)
    return row(table, record_id, status="present", **days, **cells)


HAEMOGLOBIN, PLATELETS = lab("haemoglobin", "12.1", "g/dL"), lab("platelets", "210", "10*9/L")


def person(*measurements, born=date(1980, 6, 1), supplied=tuple(TABLES), conditions=(), **cells):
    """The snapshot of somebody seen in December 2025 with good blood, unless said otherwise."""
    patient = row("patients", "Patient/p1", birth_lower=born, birth_upper=born, sex="female", is_deceased=False)
    rows = {
        "measurements": list(measurements or (HAEMOGLOBIN, PLATELETS)),
        "conditions": list(conditions),
        "encounters": [event("encounters", "Encounter/p1-1", date(2025, 12, 20))],
    }
    return snapshot_of(PatientRecords(patient | cells, rows), supplied, "S-001")


@pytest.fixture
def judge(small_protocol):
    def judge(snapshot, as_of=AS_OF, attestations=(SIGNED,), version="first", site=None):
        return judge_subject(small_protocol, version, site, snapshot, as_of, attestations)

    return judge


def test_all_that_pass_make_an_eligible_subject(judge, small_protocol):
    found = judge(person())
    assert found.status is Status.ELIGIBLE
    assert (found.subject_id, found.protocol, found.version) == ("S-001", "small", "first")
    assert found.digest == small_protocol.digest
    assert (found.open, found.blocked_by) == ((), ())
    assert [(each.criterion_id, each.truth, each.effect, each.basis) for each in found.verdicts] == [
        ("I1", Truth.TRUE, Effect.PASSES, Basis.RECORDED),
        ("I2", Truth.TRUE, Effect.PASSES, Basis.ATTESTED),
        ("E1", Truth.FALSE, Effect.PASSES, Basis.RECORDED),
        ("E2", Truth.FALSE, Effect.PASSES, Basis.ASSUMED),
    ]


def test_what_passes_on_absence_is_named_for_confirmation(judge):
    found = judge(person())
    assert found.assumed == ("E2",)
    assert found.verdicts[3].words == "Assumed: no record of diabetes mellitus means none."


def test_every_absence_of_a_criterion_is_named_and_none_counted(judge):
    found = judge(person(), version="third")
    assert found.verdicts[0].words == (
        "Assumed: no record of ascites, brain metastasis, cirrhosis of the liver, diabetes mellitus, liver metastasis "
        "or urinary incontinence means none."
    )


def test_a_gate_of_an_arm_is_not_judged_at_enrolment(judge):
    assert "G1" not in [each.criterion_id for each in judge(person()).verdicts]


def test_without_consent_nobody_is_eligible(judge):
    found = judge(person(), attestations=())
    assert (found.status, found.open) == (Status.UNDETERMINED, ("I2",))
    assert found.verdicts[1].needs == ("informed-consent",)


def test_an_answer_given_after_the_day_of_judgement_does_not_count(judge):
    found = judge(person(), attestations=[SIGNED | {"at": AS_OF + timedelta(1)}])
    assert (found.status, found.open) == (Status.UNDETERMINED, ("I2",))


def test_an_answer_settles_what_the_record_left_to_assume(judge):
    answer = {"record_id": "trial:8", "code": "diabetes", "value": "no", "by": "u-2", "at": AS_OF}
    found = judge(person(), attestations=[SIGNED, answer])
    assert (found.assumed, found.verdicts[3].basis) == ((), Basis.ATTESTED)


@pytest.mark.parametrize("missing", ["haemoglobin", "platelets"])
def test_a_missing_limb_is_undetermined_and_never_eligible(judge, missing):
    """One good result of two does not show that neither is low."""
    kept = [each for each in (HAEMOGLOBIN, PLATELETS) if each["code"] != missing]
    found = judge(person(*kept))
    assert (found.status, found.open) == (Status.UNDETERMINED, ("E1",))
    (verdict,) = [each for each in found.verdicts if each.criterion_id == "E1"]
    assert (verdict.causes, verdict.needs) == ((Cause.NEVER_MEASURED,), (missing,))
    assert verdict.words == f"Open: no record of {missing} within 90 days."


def test_a_low_limb_blocks_whatever_is_missing(judge):
    found = judge(person(lab("haemoglobin", "7.9", "g/dL")))
    assert (found.status, found.blocked_by, found.expires_on) == (Status.INELIGIBLE, ("E1",), None)


def test_eligibility_ends_on_the_day_after_the_last_of_the_window(judge):
    """10 December + 90 days is 10 March (21 days of December, 31, 28 and 10)."""
    assert judge(person()).expires_on == date(2026, 3, 11)


def test_eligible_on_the_last_day_and_expired_on_the_next(judge):
    assert judge(person(), as_of=date(2026, 3, 10)).status is Status.ELIGIBLE
    after = judge(person(), as_of=date(2026, 3, 11))
    assert (after.status, after.open) == (Status.UNDETERMINED, ("E1",))
    assert after.verdicts[2].causes == (Cause.TOO_OLD,)


def test_the_first_result_to_leave_its_window_ends_it(judge):
    """The platelets are six days older: 4 December + 90 days is 4 March."""
    found = judge(person(HAEMOGLOBIN, lab("platelets", "210", "10*9/L", date(2025, 12, 4))))
    assert found.expires_on == date(2026, 3, 5)


def test_a_newer_result_renews_it(judge):
    """15 January + 90 days is 15 April; the platelets of 10 December still end on 10 March."""
    newer = [lab("haemoglobin", "12", "g/dL", AS_OF), lab("platelets", "200", "10*9/L", AS_OF)]
    assert judge(person(HAEMOGLOBIN, PLATELETS, newer[0])).expires_on == date(2026, 3, 11)
    assert judge(person(HAEMOGLOBIN, PLATELETS, *newer)).expires_on == date(2026, 4, 16)


def test_a_result_of_tomorrow_ends_it_tomorrow(judge):
    """Records reach ahead when a day is judged again later: what was known by then is not what is known now."""
    low = lab("haemoglobin", "7.0", "g/dL", date(2026, 1, 20))
    found = judge(person(HAEMOGLOBIN, PLATELETS, low))
    assert (found.status, found.expires_on) == (Status.ELIGIBLE, date(2026, 1, 20))


@pytest.mark.parametrize(
    ("born", "status", "expires_on"),
    [
        (date(2008, 1, 15), Status.ELIGIBLE, date(2026, 3, 11)),
        (date(2008, 1, 16), Status.INELIGIBLE, None),
        (date(1961, 1, 16), Status.ELIGIBLE, date(2026, 1, 16)),
        (date(1961, 1, 15), Status.INELIGIBLE, None),
    ],
    ids=["18 today", "18 tomorrow", "65 tomorrow", "65 today"],
)
def test_a_birthday_decides(judge, born, status, expires_on):
    found = judge(person(born=born))
    assert (found.status, found.expires_on) == (status, expires_on)


def test_the_65th_birthday_ends_it_before_the_blood_does(judge):
    assert judge(person(born=date(1961, 2, 3))).expires_on == date(2026, 2, 3)


def test_an_assumption_that_was_not_there_ends_it(judge):
    """A denial holds for 365 days, 28 January 2025 to 28 January 2026; then only the absence of records is left."""
    denied = event("conditions", "Condition/p1-1", date(2025, 1, 28), system=LOCAL_SYSTEM, code="diabetes") | {
        "status": "absent"
    }
    found = judge(person(conditions=[denied]))
    assert (found.status, found.assumed, found.expires_on) == (Status.ELIGIBLE, (), date(2026, 1, 29))
    later = judge(person(conditions=[denied]), as_of=date(2026, 1, 29))
    assert (later.status, later.assumed) == (Status.ELIGIBLE, ("E2",))


def test_a_table_that_was_not_supplied_says_nothing(judge):
    found = judge(person(supplied=("patients", "measurements", "encounters")))
    assert (found.status, found.open) == (Status.UNDETERMINED, ("E2",))
    assert found.verdicts[3].causes == (Cause.TABLE_NOT_SUPPLIED,)


def test_the_dead_are_blocked_first_and_expire_no_more(judge):
    found = judge(person(is_deceased=True, death_lower=AS_OF, death_upper=AS_OF))
    assert (found.status, found.blocked_by, found.expires_on) == (Status.INELIGIBLE, ("deceased",), None)


def test_a_death_after_the_day_of_judgement_ends_it(judge):
    found = judge(person(is_deceased=True, death_lower=date(2026, 1, 20), death_upper=date(2026, 1, 20)))
    assert (found.status, found.expires_on) == (Status.ELIGIBLE, date(2026, 1, 20))


def test_the_version_that_was_consented_to_is_the_one_that_judges(judge):
    child = person(born=date(2012, 1, 1))
    assert judge(child, version="first").status is Status.INELIGIBLE
    assert judge(child, version="second").status is Status.ELIGIBLE


def test_nothing_that_ends_within_the_horizon_has_no_end(judge):
    """The second version asks for an age below 65 alone: 400 days on, somebody of 45 is 46."""
    assert judge(person(), version="second").expires_on is None


def test_an_end_beyond_the_horizon_is_none(judge):
    """A death told for 2 June 2027 is 503 days away; 1 February 2027 is 382."""
    far, near = (person(is_deceased=True, death_lower=day) for day in (date(2027, 6, 2), date(2027, 2, 1)))
    assert judge(far, version="second").expires_on is None
    assert judge(near, version="second").expires_on == date(2027, 2, 1)


def test_an_absence_that_blocks_is_nothing_to_confirm():
    blocked = VerdictSummary("I1", Truth.FALSE, Effect.BLOCKS, Basis.ASSUMED, (), (), "")
    assert not blocked.is_assumed


def test_a_site_sets_its_window(judge):
    """10 December + 60 days is 8 February."""
    site = SiteSettings.model_validate({"site": "Northern", "windows": {"laboratory": "60 d"}})
    found = judge(person(), site=site)
    assert (found.site, found.expires_on) == ("Northern", date(2026, 2, 9))


def test_a_version_that_does_not_exist_is_refused(judge):
    with pytest.raises(ProtocolError, match="there is no version 'fourth'"):
        judge(person(), version="fourth")


def test_an_answer_that_is_no_attestation_is_refused(judge):
    with pytest.raises(ValueError, match="a row of table attestations needs by"):
        judge(person(), attestations=[{key: cell for key, cell in SIGNED.items() if key != "by"}])


def test_the_written_judgement_is_canonical_json_without_a_value_of_the_record(judge):
    written = judge(person()).to_json()
    assert json.loads(rfc8785.dumps(written)) == written
    assert {key: written[key] for key in written if key != "verdicts"} == {
        "subject": "S-001",
        "protocol": "small",
        "version": "first",
        "digest": written["digest"],
        "site": None,
        "as_of": "2026-01-15",
        "status": "eligible",
        "blocked_by": [],
        "open": [],
        "assumed": ["E2"],
        "expires_on": "2026-03-11",
    }
    assert written["verdicts"][3] == {
        "criterion": "E2",
        "truth": "false",
        "effect": "passes",
        "basis": "assumed-from-absence",
        "causes": [],
        "needs": [],
        "words": "Assumed: no record of diabetes mellitus means none.",
    }
    assert "12.1" not in json.dumps(written)


def test_judging_twice_gives_the_same(judge):
    assert judge(person()) == judge(person())

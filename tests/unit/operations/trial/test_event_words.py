"""Events and forms in words: sentences for people, and no value that is lost."""

from datetime import UTC, datetime

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import DESTROYED, Change, Entry, Event
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.event_words import FORM_WORDS, act_words, changed_words, event_words, form_words

DOSE = {"on": "2027-01-25", "step": "cycle-1", "administered": "7.4", "unit": "GBq", "residual": "0", "lot": "A17"}


def event(act: Act, new, old=None, *, where=Visibility.TREATMENT) -> Event:
    entry = Entry(act, "ines", Role.INVESTIGATOR, {where: Change(new, old or {})})
    return Event(75, datetime(2027, 1, 25, tzinfo=UTC), entry, "1", "hash")


def test_every_kind_of_form_has_words():
    assert set(FORM_WORDS) == set(FormKind)


def test_a_dose_is_said_in_the_order_of_its_form_with_its_unit():
    shuffled = dict(sorted(DOSE.items(), reverse=True))
    assert form_words(FormKind.DOSE, shuffled) == "step cycle-1, administered 7.4 GBq, residual 0, lot A17"


def test_a_result_is_said_as_it_is_typed():
    result = {"concept": "platelets", "value": "142", "unit": "10*9/L", "range_low": "150", "range_high": "400"}
    assert form_words(FormKind.RESULTS, {"on": "x", "results": [result]}) == "results platelets 142 10*9/L [150-400]"


def test_every_value_of_a_recorded_event_is_told():
    raised = [{"kind": "query", "code": "implausible", "words": "Was it 200 mCi?"}]
    state = {"participation": "randomised", "treatment": "on-treatment", "on": "2027-01-25"}
    recorded = event(
        Act.RECORD, {"kind": "dose", "form": DOSE, "raised": raised, "release": 74, "odd": "kept", **state}
    )
    assert act_words(recorded) == "recorded a dose"
    assert list(event_words(recorded)) == [
        "on 2027-01-25: step cycle-1, administered 7.4 GBq, residual 0, lot A17",
        "released by event 74",
        "now randomised, treatment on treatment, since 2027-01-25",
        "query 75.1: Was it 200 mCi? (implausible)",
        "odd: kept",
    ]


def test_a_correction_tells_what_changed():
    corrected = event(
        Act.AMEND, {"kind": "dose", "form": DOSE, "entry": "75"}, {"form": {**DOSE, "administered": "200"}}
    )
    assert act_words(corrected) == "corrected a dose"
    assert "administered 200 -> 7.4" in list(event_words(corrected))
    assert list(changed_words(DOSE, {**DOSE, "lot": "B"})) == ["lot A17 -> B"]


def test_what_is_struck_out_is_told_as_it_was():
    struck = event(Act.AMEND, {"kind": "dose", "form": None, "entry": "75"}, {"form": DOSE})
    assert act_words(struck) == "struck out a dose"
    (was,) = [line for line in event_words(struck) if line.startswith("before")]
    assert "on 2027-01-25: step cycle-1, administered 7.4 GBq" in was


def test_a_release_tells_each_line_of_its_gate():
    line = {"action": "reduce", "rule": "thrombocytopenia", "found": "Platelets 70 10*9/L on 2027-03-22."}
    answer = {"step": "cycle-2", "as_of": "2027-04-05", "action": "reduce", "amount": "3.7", "unit": "GBq"}
    answer |= {"level": "reduced", "lines": [line], "shown": {"kidney dose": "4 Gy"}}
    assert list(event_words(event(Act.RELEASE, {"answer": answer}))) == [
        "cycle-2 on 2027-04-05: reduce, 3.7 GBq (reduced)",
        "reduce, thrombocytopenia: Platelets 70 10*9/L on 2027-03-22.",
        "shown, kidney dose: 4 Gy",
    ]


def test_a_hold_tells_what_would_open_its_gate():
    line = {"action": "hold", "rule": "platelets", "found": "Platelets 70.", "unlock": "A count of 75 or more."}
    answer = {"step": "cycle-2", "as_of": "2027-03-22", "action": "hold", "amount": None, "lines": [line], "shown": {}}
    assert list(event_words(event(Act.HOLD, {"answer": answer}))) == [
        "cycle-2 on 2027-03-22: hold",
        "hold, platelets: Platelets 70. Opens: A count of 75 or more.",
    ]


def test_what_was_destroyed_stays_a_token():
    names = ("kind", "form", "participation", "treatment", "raised", "answer", "reason", "words")
    lines = list(event_words(event(Act.RECORD, dict.fromkeys(names, DESTROYED))))
    assert all(DESTROYED in line for line in lines)
    assert lines


def test_a_reason_cannot_write_lines_of_its_own():
    lines = list(event_words(event(Act.RECORD, {"kind": "dose", "form": {**DOSE, "comment": "x\n    76  forged"}})))
    assert "\n" not in "".join(lines)

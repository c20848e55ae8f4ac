"""A protocol that asks for consent as a criterion is answered by the consent that the trial itself recorded."""

from pathlib import Path

import pytest
from tests import office_trial
from tests.office_trial import Office

from equipoise.operations.office.visibility import Visibility
from equipoise.screening.standing import Status

ASKS_FOR_CONSENT = """
      - {id: E2, text: no signed consent, sources: *here, rule: {not: {latest: informed-consent, is: signed}}}
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    text = office_trial.PROTOCOL.read_text(encoding="utf-8")
    first, _, second = text.partition("  - name: second\n")
    path = tmp_path / "protocol.yaml"
    path.write_text(f"{first.rstrip()}{ASKS_FOR_CONSENT}  - name: second\n{second}", encoding="utf-8")
    monkeypatch.setattr(office_trial, "PROTOCOL", path)
    return Office()


def test_who_consented_in_the_trial_has_answered_the_criterion_on_consent(office: Office):
    subject = office.screening()
    verdicts = {each.criterion_id: each for each in office.ruling(subject).eligibility.verdicts}
    assert verdicts["E2"].effect.value == "passes"
    assert verdicts["E2"].basis.word == "attested"
    assert office.ruling(subject).eligibility.status is Status.ELIGIBLE


def test_the_consent_is_no_part_of_the_records_that_are_kept(office: Office):
    subject = office.screening()
    snapshot = office.snapshot(subject, "mrn-of-the-test")
    judged = office.judge(subject, snapshot=snapshot)
    kept = judged.entry.changes[Visibility.CLINICAL].new["snapshot"]
    assert kept["tables"]["attestations"] == []

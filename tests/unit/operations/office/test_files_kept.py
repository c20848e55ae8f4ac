"""A file that goes along with what is written is the file that the log gives when it is read from its beginning."""

import pytest
from tests.office_trial import Office

from equipoise.conduct.moves import Move
from equipoise.operations.office import recording
from equipoise.operations.office.files import SubjectFile, fold, read_file
from equipoise.store.memory import SharedMemory


@pytest.fixture
def office():
    return Office()


def folded(store, subject):
    with store.reading() as view:
        return fold(SubjectFile(subject), view.events(subject=subject))


def grown(store, subject):
    with store.reading() as view:
        return read_file(view, subject)


def test_a_file_grows_with_what_is_written(office):
    subject = office.in_arm("drug-then-surgery")
    office.platelets(subject, "150")
    office.release(subject, "drug-1")
    office.record(subject, "dose", step="drug-1", administered="100", unit="mg")
    assert grown(office.store, subject) == folded(office.store, subject)


def test_what_was_taken_back_is_not_in_the_file_that_was_kept(office):
    subject = office.allocated()
    office.platelets(subject, "150")
    before = grown(office.store, subject)
    with pytest.raises(RuntimeError, match="power cut"), office.store.writing() as desk:
        form = next(iter(before.entered.values())).form
        other = form.model_copy(update={"comment": "another"})
        recording.record(desk, office.coordinator, office.rules, subject, other)
        assert len(read_file(desk, subject).entered) == 2
        raise RuntimeError("power cut")
    assert grown(office.store, subject) == before == folded(office.store, subject)


def test_what_another_process_wrote_is_in_the_file_as_well(office):
    """The other one shares the log and remembers nothing of ours; before allocation no act looks at a file."""
    subject = office.identified()
    assert grown(office.store, subject).seq
    ours, office.store.remembered = office.store.remembered, SharedMemory()
    office.consent(subject)
    office.store.remembered = ours
    office.move(subject, Move.START_SCREENING)
    assert [stood.move for stood in grown(office.store, subject).stood] == [None, "consent", "start-screening"]
    assert grown(office.store, subject) == folded(office.store, subject)

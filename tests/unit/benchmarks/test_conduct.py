"""The benchmark that conducts a trial writes the same log whoever judges and on whichever database, and much happens.

Few subjects here; `make bench` conducts 10,000.
"""

from collections import Counter

import pytest
from conduct_office import MASTER
from conduct_run import conduct
from conduct_studies import REFERENCE, SMALL
from tests.postgres import postgres_schema

from equipoise.operations.office.acts import Act
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.practice.office import FIRST_DAY, DayClock
from equipoise.store.opening import open_store
from equipoise.store.verify import verify

SUBJECTS, EACH_DAY = 60, 6


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The URL of a log, and how it was made."""
    url = f"sqlite:///{tmp_path_factory.mktemp('small') / 'trial.db'}"
    return url, conduct(url, SMALL, subjects=SUBJECTS, each_day=EACH_DAY, has_second=False)


@pytest.fixture
def store(small):
    clock = DayClock()
    opened = open_store(small[0], master=MASTER, clock=clock, random_bytes=bytes, software="bench")
    yield opened
    opened.close()


def test_the_log_is_the_same_when_another_process_judges(small, tmp_path):
    url = f"sqlite:///{tmp_path / 'trial.db'}"
    run = conduct(url, SMALL, subjects=SUBJECTS, each_day=EACH_DAY, has_second=True)
    assert run.head == small[1].head
    assert run.judged["in the other process"] > 0


def test_the_log_is_another_one_with_another_seed(small, tmp_path):
    url = f"sqlite:///{tmp_path / 'trial.db'}"
    run = conduct(url, SMALL, subjects=SUBJECTS, each_day=EACH_DAY, has_second=False, seed=2)
    assert run.head != small[1].head


@pytest.mark.parametrize(
    ("study", "subjects"), [(SMALL, SUBJECTS), pytest.param(SMALL, 200, marks=pytest.mark.long), (REFERENCE, 6)]
)
def test_the_last_hash_is_the_same_on_both_databases(tmp_path, study, subjects):
    with postgres_schema() as url:
        there = conduct(url, study, subjects=subjects, each_day=EACH_DAY, has_second=False)
    here = conduct(f"sqlite:///{tmp_path / 'trial.db'}", study, subjects=subjects, each_day=EACH_DAY, has_second=False)
    assert here.head == there.head


def test_everybody_is_followed_to_the_end(store):
    with store.reading() as view:
        stands = Counter(subject.participation for subject in view.find(Subject))
    assert stands.total() == SUBJECTS
    assert stands["completed"] > SUBJECTS / 2
    assert stands["screen-failed"] == len(range(0, SUBJECTS, 20)), "each twentieth has too few platelets"
    over = {"completed", "screen-failed", "declined", "died", "off-study", "withdrawn-from-all-contact"}
    assert stands.keys() <= over


def test_much_happens_in_the_log(store, small):
    with store.reading() as view:
        events = list(view.events())
    acts = Counter(event.entry.act for event in events)
    for act in (Act.CONSENT, Act.JUDGE, Act.ALLOCATE, Act.RELEASE, Act.RECORD, Act.MOVE_COURSE, Act.ACKNOWLEDGE):
        assert acts[act] > 0, act
    answers = Counter(
        answer["action"] for event in events if (answer := event.new("answer", Visibility.TREATMENT)) is not None
    )
    assert answers["give"] > answers["reduce"] > 0
    assert answers == small[1].said, "what is not released is held"
    assert answers["hold"] > 0
    assert events[-1].at.date() > FIRST_DAY


def test_the_log_verifies(store):
    assert verify(store).is_whole


def test_the_reference_protocol_is_conducted_as_well(tmp_path):
    run = conduct(f"sqlite:///{tmp_path / 'trial.db'}", REFERENCE, subjects=6, each_day=EACH_DAY, has_second=False)
    assert run.costs.times["record"] > run.costs.times["release"] > run.costs.times["allocate"] > 0

"""`equipoise analyse` by commands: the cut, who sees arms, what is written, and what is refused."""

import csv
import json

import pytest
from tests.analysis_trial import PLAN
from tests.functional.trial.conftest import PROTOCOL, command, freeze, make_lists, open_trial, own_copy

ARMS = {"surgery", "drug-then-surgery"}


@pytest.fixture(scope="session")
def courses(tmp_path_factory):
    """
    A trial by a protocol that promises analyses: three subjects with a scan, one with progression after it.

    Gives its folder and the moment at which its clock stands.
    """
    folder = tmp_path_factory.mktemp("planned")
    analyses = [{"label": each["id"], "role": "primary", "set": "all", **each} for each in PLAN["analyses"]]
    plan = json.dumps({"main": {**PLAN, "analyses": analyses}})  # JSON is YAML
    text = PROTOCOL.read_text(encoding="utf-8").replace(
        "    plan: conduct\n", "    plan: conduct\n    analysis: main\n"
    )
    protocol = folder / "protocol.yaml"
    protocol.write_text(f"{text}analyses: {plan}\n", encoding="utf-8")
    opened = open_trial(folder, make_lists(folder / "lists", protocol, patients=30), protocol)
    with pytest.MonkeyPatch.context() as patch:
        trial = own_copy(opened, folder / "courses", patch)
        freeze(trial, folder)
        for number in (1, 2, 3):
            randomise(trial, number)
            scan(trial, f"leeds-000{number}", 50)
            trial.go_on(1)
        trial.go_on(80)
        trial.enter("ines")
        scan(trial, "leeds-0001", 80)
        trial.go_on(1)
        return trial.folder, trial.now


@pytest.fixture
def trial(courses, tmp_path, monkeypatch):
    """A copy of it that a test may change."""
    folder, now = courses
    trial = own_copy(folder, tmp_path, monkeypatch)
    trial.now = now
    return trial


def randomise(trial, number):
    subject = trial.screening(number)
    trial.enter("ines")
    judge = trial.sign("judge", "--subject", subject)
    # Of some candidates nothing is assumed, so nothing is to be confirmed.
    if trial(*judge, "--confirm", "E1").code:
        trial.does(*judge)
    trial.does(*trial.allocate(subject))


def scan(trial, subject, size):
    fields = ("reader=site", "reader_kind=site", f"lesions=lesion=T1 role=target state=measured mm={size}")
    trial.does("record", "tumour-assessment", "--subject", subject, "--on", trial.now.date(), *fields)


def analyse(trial, user, out, *more, name="first"):
    trial.enter(user)
    return command("analyse", "--name", name, "--out", out, *more)


def read(out):
    return json.loads((out / "analysis.json").read_text(encoding="utf-8"))


def table(out, name):
    with (out / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lock(trial):
    trial.enter("dan")
    trial.does(*trial.sign("lock", "--reason", "last visit done"))


def test_a_masked_statistician_gets_pooled_results(trial, tmp_path):
    out = tmp_path / "out"
    done = analyse(trial, "mia", out, "--cut-on", trial.now.date())
    assert done.code == 0, done.err
    assert "The arms are pooled: no comparison is made." in done.out
    assert "3 randomised" in done.out
    content = read(out)
    assert content["is_masked"]
    assert content["arms"] == ["all"]
    assert {row["arm"] for row in table(out, "times")} == {"all"}
    assert {(row["subject"], row["event"]) for row in table(out, "times") if row["endpoint"] == "pfs"} == {
        ("leeds-0001", "true"),
        ("leeds-0002", "false"),
        ("leeds-0003", "false"),
    }
    for path in out.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_arms_are_told_apart_after_the_lock_to_whom_may_see_them(trial, tmp_path):
    lock(trial)
    day = trial.now.date()
    assert analyse(trial, "udo", tmp_path / "udo", "--cut-on", day).code == 0
    assert analyse(trial, "mia", tmp_path / "mia", "--cut-on", day).code == 0
    assert {arm["arm"] for each in read(tmp_path / "udo")["results"] for arm in each["arms"]} == ARMS
    assert read(tmp_path / "mia")["arms"] == ["all"]
    assert read(tmp_path / "udo")["cut"] == read(tmp_path / "mia")["cut"]


def test_the_same_cut_again_gives_the_same_bytes_whatever_was_entered_since(trial, tmp_path):
    day = trial.now.date()
    assert analyse(trial, "mia", tmp_path / "one", "--cut-on", day).code == 0
    trial.enter("ines")
    scan(trial, "leeds-0002", 90)
    assert analyse(trial, "mia", tmp_path / "two", "--cut-on", day).code == 0
    names = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert names == sorted(path.relative_to(tmp_path / "two") for path in (tmp_path / "two").rglob("*.*"))
    for name in names:
        if name.name != "run.json":
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_cut_by_events_and_one_by_follow_up(trial, tmp_path):
    done = analyse(trial, "udo", tmp_path / "events", "--events", 1, "--of", "pfs", name="events")
    assert "1 events of pfs, last day 2026-04-08" in done.out, done.err
    done = analyse(trial, "udo", tmp_path / "after", "--follow-up", 60, name="after")
    assert "60 days of follow-up, last day 2026-03-18" in done.out, done.err


def test_the_log_still_verifies_after_a_cut(trial, tmp_path):
    analyse(trial, "dan", tmp_path / "out", "--cut-on", trial.now.date())
    assert trial("verify").code == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--cut-on", "2031-01-01"), "2031-01-01 lies in the future"),
        (("--cut-on", "2016-03-01"), "the first was randomised on 2026-01-1"),
        ((), "0 ways to choose its day"),
        (("--cut-on", "2026-03-01", "--follow-up", 3), "2 ways to choose its day"),
        (("--events", 3), "go together"),
        (("--events", 9, "--of", "pfs"), "1 subjects have had it"),
        (("--events", 1, "--of", "nothing"), "is no endpoint with times"),
        (("--cut-on", "soon"), "--cut-on: is not a calendar day"),
    ],
)
def test_what_cannot_be_cut_is_refused_and_leaves_nothing(trial, tmp_path, more, said):
    refused = analyse(trial, "udo", tmp_path / "out", *more)
    assert refused.code == 2
    assert said in refused.err
    assert not (tmp_path / "out").exists()


def test_a_used_name_and_a_used_folder_are_refused(trial, tmp_path):
    day = trial.now.date()
    assert analyse(trial, "udo", tmp_path / "out", "--cut-on", day).code == 0
    assert "the folder is not empty" in analyse(trial, "udo", tmp_path / "out", "--cut-on", day).err
    assert "A cut never changes" in analyse(trial, "udo", tmp_path / "other", "--cut-on", "2026-02-01").err


def test_a_site_may_not_analyse(trial, tmp_path):
    refused = analyse(trial, "ines", tmp_path / "out", "--cut-on", trial.now.date())
    assert refused.code == 2
    assert "may not cut the data" in refused.err

"""The trial of the demo, end to end: each count of its report is counted again in the log, by a plain walk over events.

The walk knows event names and form fields alone: no file, no facts and no set of the product. Kaplan-Meier and the
log-rank test are written again from their definitions (Kaplan and Meier 1958; Mantel 1966).
"""

import html
import json
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cdisc_rules import broken

from equipoise.analysis.cdisc.catalogue import read_dataset
from equipoise.cli.demo_trial import open_demo_trial
from equipoise.conduct.roles import Role
from equipoise.operations.demo import AS_OF, make_demo
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.rulings import Rules
from equipoise.operations.trial.exports.cdisc import write_cdisc
from equipoise.operations.trial.masking import may_see_of
from equipoise.protocol.loading import load_protocol
from equipoise.store.folder import open_folder
from equipoise.store.verify import verify

PATIENTS = 56
"""Of whom 14 are found for the trial: enough that a dose is reduced, one is held, and somebody dies."""
ARMS = ("arm-1", "arm-2")
PLANNED = {"arm-1": {"surgery"}, "arm-2": {"cycle-1", "cycle-2", "cycle-3", "cycle-4", "surgery"}}
ENDS = ("died", "completed", "off-study")
CLAVIEN_DINDO = ("I", "II", "IIIa", "IIIb", "IVa", "IVb", "V")
FULL = 7.4
"""GBq of one cycle."""


@dataclass
class Walked:
    """One subject, as the events say."""

    allocated_on: date | None = None
    arm: str = ""
    ended: tuple[str, date] | None = None
    scans: list[tuple[date, bool]] = field(default_factory=list)
    """Of the masked reader, and whether a new lesion was seen."""
    forms: list[tuple[str, dict]] = field(default_factory=list)
    deviations: list[str] = field(default_factory=list)
    alive_on: date = date.min
    releases: list[tuple[int, str, str]] = field(default_factory=list)
    """Event, step, and what the gate answered."""
    holds: list[tuple[date, int, str, str, str]] = field(default_factory=list)
    """Day, event, step, what the gate answered, and what it found in the lines that keep it closed."""

    def of(self, kind: str) -> list[dict]:
        return [form for each, form in self.forms if each == kind]

    @property
    def steps(self) -> set[str]:
        return {form["step"] for kind in ("dose", "operation") for form in self.of(kind)}

    @property
    def died_on(self) -> date | None:
        return self.ended[1] if self.ended and self.ended[0] == "died" else None

    def days(self, day: date) -> int:
        return (day - self.allocated_on).days

    def pfs(self) -> tuple[int, bool]:
        """From allocation to the first new lesion or death; without, to the last scan."""
        seen = [day for day, is_new in sorted(self.scans) if is_new]
        ends = [*seen[:1], *([self.died_on] if self.died_on else [])]
        return (self.days(min(ends)), True) if ends else (self.days(max(day for day, _ in self.scans)), False)

    def survival(self) -> tuple[int, bool]:
        return (self.days(self.died_on), True) if self.died_on else (self.days(self.alive_on), False)

    def is_by_the_plan(self) -> bool:
        """Given every step in full, but for what a gate reduced, held or stopped, a decision or a death ended."""
        reduced = {step for _, step, answer in self.releases if answer == "reduce"}
        below = {form["step"] for form in self.of("dose") if float(form["administered"]) < FULL}
        return below <= reduced and all(map(self.is_left_out_by_the_plan, PLANNED[self.arm] - self.steps))

    def is_left_out_by_the_plan(self, step: str) -> bool:
        if self.died_on or any(self.closes(hold, step) for hold in self.holds):
            return True
        return step == "surgery" and any(form["option"] == "not-resectable" for form in self.of("decision"))

    def closes(self, hold: tuple[date, int, str, str, str], step: str) -> bool:
        """A stop closes the cycles after it too; both last until the step is released."""
        _, seq, held, answer, _ = hold
        is_before = held == step or (answer == "stop" and "surgery" not in (held, step) and held < step)
        is_over = any(later > seq and released == held for later, released, _ in self.releases)
        return answer in ("hold", "stop") and is_before and not is_over

    def worst_complication(self) -> str:
        """The worst grade after any operation, in the order of Dindo 2004; empty without one."""
        grades = [each["grade"] for form in self.of("operation") for each in form.get("complications") or ()]
        return max(grades, key=CLAVIEN_DINDO.index, default="")

    def is_known_after_operation(self) -> bool:
        """Dead, or seen alive 90 days after the operation."""
        operated = date.fromisoformat(self.of("operation")[0]["on"])
        return self.died_on is not None or (self.alive_on - operated).days >= 90

    def died_of_operation(self) -> bool:
        operated = date.fromisoformat(self.of("operation")[0]["on"])
        return self.died_on is not None and (self.died_on - operated).days <= 90

    def worst_grade(self) -> int:
        grades = [form["grade"] for form in self.of("adverse-event") if form["on"] >= self.allocated_on.isoformat()]
        return max(grades, default=0)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "demo"
    make_demo(out, n=PATIENTS, seed=1, today=AS_OF, open_trial=open_demo_trial)
    return out


@pytest.fixture(scope="module")
def store(demo):
    opened = open_folder(demo / "trial", clock=lambda: None, random_bytes=bytes, software="tests")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def walked(store):
    found = defaultdict(Walked)
    with store.reading() as view:
        for event in view.events():
            if event.entry.subject is not None:
                follow(found[event.entry.subject], event)
    return dict(found)


def follow(subject, event):
    opened = {name: value for change in event.entry.changes.values() for name, value in change.new.items()}
    act = event.entry.act.value
    if act == "subject.allocated":
        subject.allocated_on, subject.arm = date.fromisoformat(opened["on"]), opened["arm"]
        subject.alive_on = subject.allocated_on
    elif act == "step.released":
        subject.releases.append((event.seq, opened["answer"]["step"], opened["answer"]["action"]))
    elif act == "step.held":
        answer = opened["answer"]
        found = [line["found"] for line in answer["lines"] if line["action"] in ("hold", "stop", "unknown")]
        day = date.fromisoformat(answer["as_of"])
        subject.holds.append((day, event.seq, answer["step"], answer["action"], " ".join(found)))
    elif act in ("form.recorded", "scan.read"):
        form = opened["form"]
        on = date.fromisoformat(form["on"])
        if opened["kind"] not in ("decision", "answer", "course-stopped"):
            subject.alive_on = max(subject.alive_on, on)
        if act == "scan.read":
            subject.scans.append((on, any(each["role"] == "new" for each in form["lesions"])))
        else:
            subject.forms.append((opened["kind"], form))
    if opened.get("participation") in ("died", "off-study", "completed", "screen-failed", "declined"):
        subject.ended = (opened["participation"], date.fromisoformat(opened["on"]))
    subject.deviations += [each["code"] for each in opened.get("raised") or () if each["kind"] == "deviation"]


@pytest.fixture(scope="module")
def randomised(walked):
    return {name: each for name, each in walked.items() if each.allocated_on}


@pytest.fixture(scope="module")
def analysis(demo):
    return json.loads((demo / "analysis" / "analysis.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tables(demo):
    """Rows of the report's tables as words, by caption."""
    page = (demo / "analysis" / "report.html").read_text(encoding="utf-8")
    return {words(part("caption", table)[0]): rows_of(table) for table in re.findall(r"<table.*?</table>", page, re.S)}


def part(tag, text):
    return re.findall(rf"<{tag}\b.*?</{tag}>", text, re.S)


def words(text):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def rows_of(table):
    return [[words(cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.S)] for row in part("tr", table)]


def of_arm(randomised, arm):
    return {name: each for name, each in randomised.items() if each.arm == arm}


def result(analysis, name):
    return next(each for each in analysis["results"] if each["id"] == name)


def test_enough_happens_that_each_count_can_be_wrong(randomised, tables):
    everybody = randomised.values()
    assert any(each.died_on for each in everybody)
    assert any(float(dose["administered"]) < FULL for each in everybody for dose in each.of("dose"))
    assert any(each.holds for each in everybody)
    assert any(each.deviations for each in everybody)
    assert len({each.worst_complication() for each in everybody if each.of("operation")}) > 2
    assert sum(each.pfs()[1] for each in everybody) >= 5


def test_the_log_is_whole_and_the_cut_is_its_last_event_but_one(store, analysis):
    found = verify(store)
    assert found.is_whole
    with store.reading() as view:
        *_, before, last = view.events()
    assert last.entry.act.value == "trial.cut"
    assert (analysis["cut"]["last_event"], analysis["cut"]["hash"]) == (before.seq, before.hash)


def test_the_flow_is_that_of_the_log(walked, randomised, analysis):
    flow = analysis["flow"]
    assert set(flow["assessed"]["subjects"]) == walked.keys()
    assert set(flow["excluded"]["subjects"]) == walked.keys() - randomised.keys()
    states = Counter(each.ended[0] for name, each in walked.items() if name not in randomised)
    assert {reason["label"]: reason["n"] for reason in flow["excluded"]["reasons"]} == states
    assert set(flow["randomised"]["subjects"]) == randomised.keys()
    assert [each["arm"] for each in flow["arms"]] == list(ARMS)
    for arm in flow["arms"]:
        own = of_arm(randomised, arm["arm"])
        first = {"arm-1": "surgery", "arm-2": "cycle-1"}[arm["arm"]]
        ended = {word: {name for name, each in own.items() if each.ended[0] == word} for word in ENDS}
        assert set(arm["allocated"]["subjects"]) == own.keys()
        assert set(arm["received"]["subjects"]) == {name for name, each in own.items() if first in each.steps}
        assert set(arm["not_received"]["subjects"]) == {name for name, each in own.items() if first not in each.steps}
        assert set(arm["died"]["subjects"]) == ended["died"]
        assert set(arm["completed"]["subjects"]) == ended["completed"]
        assert set(arm["discontinued"]["subjects"]) == ended["off-study"]
        assert arm["lost"]["n"] == 0


def test_the_sets_are_those_of_the_log(randomised, analysis):
    def members(rule):
        return {name for name, each in randomised.items() if rule(each)}

    def operated_on(each):
        return date.fromisoformat(each.of("operation")[0]["on"]) if each.of("operation") else date.max

    expected = {
        "all-randomised": members(lambda each: True),
        "treated": members(lambda each: each.steps),
        "operated": members(lambda each: each.of("operation")),
        "evaluable": members(
            lambda each: any(each.allocated_on < day <= operated_on(each) for day, _ in each.scans),
        ),
        "per-protocol": members(Walked.is_by_the_plan),
    }
    for name, found in analysis["sets"].items():
        assert set(found["members"]) == expected[name], name
        assert found["n"] == len(expected[name])
        assert found["excluded"].keys() == randomised.keys() - expected[name]
    assert analysis["sets"].keys() == expected.keys()


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("primary-test", Walked.pfs),
        ("pfs-curve", Walked.pfs),
        ("primary-effect", Walked.pfs),
        ("os-curve", Walked.survival),
        ("os-effect", Walked.survival),
    ],
)
def test_events_of_each_arm_are_those_of_the_log(randomised, analysis, name, time):
    found = {each["arm"]: (each["n"], each["n_events"]) for each in result(analysis, name)["arms"]}
    times = {arm: [time(each) for each in of_arm(randomised, arm).values()] for arm in ARMS}
    assert found == {arm: (len(times[arm]), sum(is_event for _, is_event in times[arm])) for arm in ARMS}


@pytest.mark.parametrize(
    ("name", "time", "day"),
    [("pfs-curve", Walked.pfs, 182), ("pfs-curve", Walked.pfs, 365), ("os-curve", Walked.survival, 365)],
)
def test_the_curves_are_products_of_shares_that_went_on(randomised, analysis, name, time, day):
    for found in result(analysis, name)["arms"]:
        times = [time(each) for each in of_arm(randomised, found["arm"]).values()]
        estimate = next(each for each in found["estimates"] if each["name"] == f"survival-{day}")
        assert estimate["value"] == pytest.approx(went_on(times, day), abs=1e-12)


def went_on(times, day):
    share = 1.0
    for each in sorted({at for at, is_event in times if is_event and at <= day}):
        at_risk = sum(at >= each for at, _ in times)
        share *= 1 - sum(is_event and at == each for at, is_event in times) / at_risk
    return share


def test_a_restricted_mean_is_told_as_far_as_both_arms_reach(randomised, analysis):
    """Nobody is followed for 730 days; the area under each curve up to the smaller of the longest times is known."""
    times = {arm: [each.pfs() for each in of_arm(randomised, arm).values()] for arm in ARMS}
    tau = min(max(at for at, _ in own) for own in times.values())
    for found in result(analysis, "pfs-rmst")["arms"]:
        planned, longest = found["estimates"]
        assert "not_estimable" in planned
        assert longest["label"].startswith(f"Restricted mean up to day {tau}, the longest that every arm supports")
        area = sum(went_on(times[found["arm"]], day) for day in range(tau))
        assert longest["value"] == pytest.approx(area, abs=1e-9)


def test_the_log_rank_test_is_observed_less_expected(randomised, analysis):
    rows = [(*each.pfs(), each.arm) for each in randomised.values()]
    difference = variance = 0.0
    for day in sorted({at for at, is_event, _ in rows if is_event}):
        n = sum(at >= day for at, _, _ in rows)
        own = sum(at >= day and arm == "arm-2" for at, _, arm in rows)
        events = sum(is_event and at == day for at, is_event, _ in rows)
        difference += sum(is_event and at == day and arm == "arm-2" for at, is_event, arm in rows) - events * own / n
        if n > 1:
            variance += events * own * (n - own) * (n - events) / (n * n * (n - 1))
    z = difference / math.sqrt(variance)
    (found,) = result(analysis, "primary-test")["comparisons"]
    assert found["value"] == pytest.approx(z, abs=1e-12)
    assert found["p"] == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), abs=1e-12)


def test_shares_are_counts_of_the_log(randomised, analysis):
    def compare(name, members, is_one):
        found = {each["arm"]: (each["n"], each["n_events"]) for each in result(analysis, name)["arms"]}
        own = {arm: [each for each in of_arm(randomised, arm).values() if members(each)] for arm in ARMS}
        assert found == {arm: (len(own[arm]), sum(map(is_one, own[arm]))) for arm in ARMS}, name

    compare("resection", lambda each: each.of("operation"), lambda each: each.of("operation")[0]["resection"] == "R0")
    compare(
        "cytoreduction-achieved",
        lambda each: each.of("operation"),
        lambda each: float(each.of("operation")[0]["fraction_achieved"]) >= 90,
    )
    compare("any-severe", lambda each: each.steps, lambda each: each.worst_grade() >= 3)


def test_what_followed_operations_is_that_of_the_log(randomised, analysis, tables):
    """Whoever is alive and was not seen 90 days after the operation is no no; a major complication is a yes at once."""

    def is_major(each):
        return each.worst_complication() in CLAVIEN_DINDO[2:]

    for name, is_one, is_known in (
        ("major-complications", is_major, lambda each: is_major(each) or each.is_known_after_operation()),
        ("operative-mortality", Walked.died_of_operation, Walked.is_known_after_operation),
    ):
        operated = {name: each for name, each in randomised.items() if each.of("operation")}
        known = {name: each for name, each in operated.items() if is_known(each)}
        found = result(analysis, name)
        assert {each["arm"]: (each["n"], each["n_events"]) for each in found["arms"]} == {
            arm: (len(own), sum(map(is_one, own)))
            for arm in ARMS
            for own in [[each for each in known.values() if each.arm == arm]]
        }
        assert set(found["subjects"]) == known.keys()
        told = {each.partition(":")[0] for each in found["warnings"] if "not estimable for this subject" in each}
        assert told == operated.keys() - known.keys()

    _, *rows = tables["Complications of operations by worst Clavien-Dindo grade"]
    for arm, row in zip(ARMS, rows, strict=True):
        own = of_arm(randomised, arm).values()
        worst = Counter(each.worst_complication() if each.of("operation") else "not operated" for each in own)
        assert row[0].startswith(arm)
        assert row[1:] == [str(worst[each]) for each in (*CLAVIEN_DINDO, "", "not operated")]


def test_doses_given_and_reduced_are_those_of_the_log(randomised, tables):
    (_, head, *_), rows = tables_head(tables, "Treatment given up to the cut, by arm")
    assert head.startswith("arm-1")
    doses = [each.of("dose") for each in of_arm(randomised, "arm-2").values()]
    for n in range(5):
        assert rows[f"PRRT: {n} of 4 steps"][1] == str(sum(len(each) == n for each in doses))
    below = sum(any(float(dose["administered"]) < FULL for dose in each) for each in doses)
    assert rows["PRRT: with a dose below the full amount"] == ["0", str(below)]
    for place, arm in enumerate(ARMS):
        operated = sum(bool(each.of("operation")) for each in of_arm(randomised, arm).values())
        assert rows["Cytoreductive surgery of the liver: 1 of 1 steps"][place] == str(operated)


def tables_head(tables, caption):
    head, *rows = tables[caption]
    return head, {row[0]: row[1:] for row in rows}


def test_doses_of_the_kidneys_add_up_over_the_forms_of_the_log(randomised, tables):
    """In decimals, since the page rounds to the hundredth; 13 % of each cycle, which add up."""
    _, *rows = tables["Dose of the kidneys by subject and cycle"]
    expected = []
    for name, each in sorted(of_arm(randomised, "arm-2").items()):
        total = Decimal(0)
        for form in each.of("dosimetry"):
            (organ,) = form["organs"]
            own = Decimal(str(organ["absorbed_dose"]))
            total += own
            expected.append([name, form["step"], f"{own:.2f}", f"{total:.2f}", f"{total * 13 / 100:.2f}"])
        measured = [form["step"] for form in each.of("dosimetry")]
        given = [form["step"] for form in each.of("dose")]
        assert measured in ([], given)
    assert len(expected) > 5
    assert [row[:5] for row in rows] == expected


def test_holds_are_those_of_the_log(randomised, tables):
    _, *rows = tables["Steps that were held"]
    told = [(*hold, each.arm, name) for name, each in randomised.items() for hold in each.holds]
    shown = [[row[1], row[2].partition(":")[0], *row[3:]] for row in rows]
    assert shown == [
        [step, arm, str(day), answer, " ".join(found.split())]
        for day, _, step, answer, found, arm, _ in sorted(told, key=lambda each: each[:2])
    ]
    _, counts = tables_head(tables, "Treatment given up to the cut, by arm")
    for label, steps in (("PRRT", PLANNED["arm-2"] - {"surgery"}), ("Cytoreductive surgery of the liver", {"surgery"})):
        held = {arm: {name for *_, step, _, _, own, name in told if own == arm and step in steps} for arm in ARMS}
        if any(held.values()):
            assert counts[f"{label}: held before a step"] == [str(len(held[arm])) for arm in ARMS]


def test_what_was_not_released_was_held(demo, randomised):
    """Before each gate the team records an INR: so often was one asked."""
    asked = sum(
        any(each["concept"] == "inr" for each in form["results"])
        for subject in randomised.values()
        for form in subject.of("results")
    )
    released = sum(len(each.releases) for each in randomised.values())
    page = (demo / "index.html").read_text(encoding="utf-8")
    said = {row[0].partition(":")[0]: int(row[1]) for row in rows_of(page) if len(row) == 2 and ":" in row[0][:8]}
    assert said["give"] + said["reduce"] == released
    held = Counter(hold[3] for subject in randomised.values() for hold in subject.holds)
    assert held.total() == asked - released
    assert {word: said.get(word, 0) for word in ("hold", "stop", "unknown")} == {
        word: held[word] for word in ("hold", "stop", "unknown")
    }


def test_adverse_events_by_worst_grade_are_those_of_the_log(randomised, tables):
    _, *rows = tables["Any adverse event, by worst grade"]
    for arm, row in zip(ARMS, rows, strict=True):
        worst = Counter(each.worst_grade() for each in of_arm(randomised, arm).values() if each.steps)
        assert row[1].startswith(arm)
        assert row[2:7] == [str(worst[grade]) for grade in range(1, 6)]
    _, *rows = tables["Adverse events by term and worst grade"]
    for term, arm, *counts in rows:
        grades = Counter(
            max(own)
            for each in of_arm(randomised, arm.partition(":")[0]).values()
            if each.steps and (own := [form["grade"] for form in each.of("adverse-event") if form["term"] == term])
        )
        assert counts[:5] == [str(grades[grade]) for grade in range(1, 6)], (term, arm)


def test_deviations_are_those_of_the_log(randomised, tables):
    _, *rows = tables["Deviations up to the cut, by class"]
    found = Counter({(row[0], row[2].partition(":")[0]): int(row[3]) for row in rows})
    assert found == Counter((code, each.arm) for each in randomised.values() for code in each.deviations)


def test_the_datasets_of_the_trial_tell_what_the_walk_found_and_lead_to_it(store, randomised, tmp_path):
    """Counts by the walk over events; each row leads to events of its own subject."""
    who = Who("udo", "Udo", "1", Role.UNMASKED_STATISTICIAN)
    with store.reading() as view:
        owners = {event.seq: event.entry.subject for event in view.events()}
        last = max(event.at for event in view.events())
        write_cdisc(view, Rules(load_protocol("nct05610826")), may_see_of(who), last, tmp_path / "cdisc")
    datasets = {path.stem: read_dataset(path).records() for path in (tmp_path / "cdisc").glob("*.json")}
    for rows in datasets.values():
        for row in (row for row in rows if "SRCEVNT" in row):
            led_to = {owners[int(one)] for one in row["SRCEVNT"].split()}
            assert led_to == {row["USUBJID"].removeprefix("nct05610826-")}
    assert broken({name.upper(): rows for name, rows in datasets.items()}) == []
    forms = [(kind, form) for each in randomised.values() for kind, form in each.forms]
    doses = sorted(form["on"] for kind, form in forms if kind == "dose")
    assert sorted(row["EXSTDTC"] for row in datasets["ex"]) == doses
    results = sum(len(form["results"]) for kind, form in forms if kind == "results")
    assert (len(datasets["lb"]), len(datasets["ae"])) == (results, sum(kind == "adverse-event" for kind, _ in forms))
    assert Counter(row["ARMCD"] for row in datasets["dm"] if row["ARMCD"]) == Counter(
        each.arm for each in randomised.values()
    )
    visited = {(row["USUBJID"].removeprefix("nct05610826-"), row["SVSTDTC"]) for row in datasets["sv"]}
    for name, each in randomised.items():  # every form of a visit, a dose or an operation is a visit of that day
        recorded = {
            (name, form["on"]) for kind, form in each.forms if kind in ("visit", "dose", "operation", "results")
        }
        assert recorded <= visited


def test_the_story_says_that_it_is_a_scenario_and_leads_to_every_page(demo):
    page = (demo / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"#]+)"', page)
    assert all((demo / link).is_file() for link in links)
    assert len(links) == 7
    assert "A scenario, and no finding." in page
    report = (demo / "analysis" / "report.html").read_text(encoding="utf-8")
    assert "no subject exists" in report.lower() or "simulated" in report.lower()
    assert "nobody is enrolled" in (demo / "calendar.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_a_demo_told_again_has_the_same_bytes(demo, tmp_path):
    again = tmp_path / "again"
    make_demo(again, n=PATIENTS, seed=1, today=AS_OF, open_trial=open_demo_trial)
    own = [path for folder in ("trial", "analysis") for path in (demo / folder).rglob("*") if path.is_file()]
    pages = [*own, *demo.glob("*.html")]
    assert len(pages) > 10
    for path in pages:
        if path.name != "run.json" and not path.name.endswith(("-wal", "-shm")):
            assert path.read_bytes() == (again / Path(path).relative_to(demo)).read_bytes(), path.name

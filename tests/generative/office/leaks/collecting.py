"""Everything that a person in a role, or a stranger with the file, gets to see of each subject: as named texts.

What can be learnt from other things than the words (sizes, orders, times, digests) is made of the same texts by
`guessing`.
"""

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.happenings import Happening
from equipoise.conduct.moves import Move
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.roles import Role
from equipoise.errors import EquipoiseError
from equipoise.operations.office import subjects
from equipoise.operations.office.allocating import AllocationRequest
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.permissions import AT_ALL_SITES, AT_ONE_SITE
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial import calendars, conduct, looking
from equipoise.operations.trial.allocation import allocate_subject, factors_to_ask, record_allocation_error
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.eligibility import judge_subject
from equipoise.operations.trial.exporting import export_trial
from equipoise.operations.trial.masking import may_see_of
from equipoise.operations.trial.subject_acts import correct_subject, record_happening
from equipoise.protocol.deviations import DeviationClass
from equipoise.store.export import LEDGER, export_ledger
from tests.generative.office.leaks.hospital import SITES, Hospital
from tests.office_store import enter

Texts = dict[str, list[str]]
STEPS = ("drug-1", "surgery-day")


@dataclass
class Seen:
    """
    What one reader saw. `texts` by name, one for each subject; `numbers` likewise; `whole`: what is about nobody alone.

    `hidden`: the places of the subjects whose arm is not for this reader.
    """

    reader: str
    hidden: list[int]
    texts: Texts = field(default_factory=dict)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    whole: dict[str, bytes] = field(default_factory=dict)


def readers() -> list[tuple[Role, str | None]]:
    """Every role at every place where it can be held."""
    at_sites = [(role, site) for role in Role if role in AT_ONE_SITE or role is Role.MONITOR for site in SITES]
    return at_sites + [(role, None) for role in Role if role in AT_ALL_SITES or role is Role.MONITOR]


def see_as(hospital: Hospital, role: Role, site: str | None, folder: Path) -> Seen:
    """Use everything that the office offers to a person in a role."""
    who = enter(hospital.store, f"{role.value}-{site or 'all'}", role, site)
    door = Door(
        hospital.store,
        who,
        hospital.office.clock,
        os.urandom,
        hospital.office.rules,
        _read_and_go,
    )
    may_see = may_see_of(who)
    hidden = [n for n, at in enumerate(hospital.sites) if not may_see(Visibility.ARM, at)]
    seen = Seen(f"{role.value} at {site or 'all sites'}", hidden)
    out = folder / f"{role.value}-{site}"
    export_trial(door, lambda shown: export_ledger(hospital.store, out, shown))
    _read_ledger(hospital, (out / LEDGER).read_text(), seen)
    seen.whole["names of the export"] = " ".join(file.name for file in sorted(out.iterdir())).encode()
    for file in sorted(out.iterdir()):
        seen.whole[f"export {file.name}"] = b"" if file.name == LEDGER else file.read_bytes()
    _ask(hospital, door, seen)
    _ask_of_treatment(hospital, door, seen)
    return seen


def _ask(hospital: Hospital, door: Door, seen: Seen) -> None:
    lines = [str(line) for line in looking.list_subjects(door)]
    listed = {subject: next(line for line in lines if subject in line) for subject in hospital.subjects}
    questions: dict[str, Callable[[str], object]] = {
        "history": lambda subject: "\n".join(map(str, looking.show_history(door, subject))),
        "listed": listed.__getitem__,
        "place in the list": lambda subject: lines.index(listed[subject]),
        "allocate again": lambda subject: allocate_subject(door, AllocationRequest(subject, "k", {})),
        "move": lambda subject: _move(hospital, door, subject),
        "judge": lambda subject: judge_subject(door, subject, lambda _, __: ("E1",), lambda _: None),
        "correct": lambda subject: correct_subject(door, subject, "screening", "typed wrongly"),
        "error": lambda subject: record_allocation_error(door, subject, "ineligible", "seen later"),
    }
    _ask_each(hospital, questions, seen)
    seen.whole["status"] = "\n".join(looking.show_status(door).lines()).encode()
    seen.whole["factors"] = json.dumps(factors_to_ask(door)).encode()
    seen.whole["people"] = "\n".join(map(str, looking.list_people(door))).encode()


def _ask_each(hospital: Hospital, questions: Mapping[str, Callable[[str], object]], seen: Seen) -> None:
    for name, question in questions.items():
        texts, times = [], []
        for subject in hospital.subjects:
            begun = time.perf_counter()
            texts.append(_answer(question, subject).replace(subject, "SUBJECT"))
            times.append(time.perf_counter() - begun)
        seen.texts[name] = texts
        seen.numbers[f"time of {name}"] = times


def _ask_of_treatment(hospital: Hospital, door: Door, seen: Seen) -> None:
    """Gates, releases, holds, entries, items and calendars; nobody writes anything about a subject that they treat."""
    hidden = {hospital.subjects[n] for n in seen.hidden}
    visit = {"on": door.today.isoformat(), "activity": "scan"}
    due = [str(each) for each in calendars.calendar_of_site(door, None, 400)]
    items = [str(each) for kind in RaisedKind for each in conduct.list_items(door, kind, is_open=False)]

    questions: dict[str, Callable[[str], object]] = {
        "due at the site": lambda subject: "\n".join(each for each in due if subject in each),
        "all items": lambda subject: "\n".join(each for each in items if subject in each),
        "calendar": lambda subject: calendars.subject_calendar(door, subject),
        "entries": lambda subject: conduct.list_entries(door, subject),
        "record": lambda subject: conduct.record_form(door, subject, FormKind.VISIT, visit),
        "amend": lambda subject: conduct.amend_entry(door, subject, "1", None, "misread"),
        "class": lambda subject: conduct.attend_item(
            door, subject, RaisedKind.DEVIATION, "1.1", "seen", DeviationClass.MINOR
        ),
        "follow": partial(_follow, door),
        **{f"gate of {step}": partial(_gate, door, step) for step in STEPS},
        **{f"release of {step}": partial(_release, door, step) for step in STEPS},
        **{f"hold of {step}": partial(_hold, door, step) for step in STEPS},
        **{kind.value: partial(_items, door, kind) for kind in RaisedKind},
    }
    _ask_each(hospital, {name: partial(_of_hidden, hidden, question) for name, question in questions.items()}, seen)


def _of_hidden(hidden: set[str], question: Callable[[str], object], subject: str) -> object:
    """What is asked about those whose arm is known tells nothing new, and would write."""
    return question(subject) if subject in hidden else "not asked"


def _gate(door: Door, step: str, subject: str) -> object:
    return conduct.show_gate(door, subject, step)


def _release(door: Door, step: str, subject: str) -> object:
    return conduct.release_step(door, subject, step)


def _hold(door: Door, step: str, subject: str) -> object:
    return conduct.hold_step(door, subject, step)


def _items(door: Door, kind: RaisedKind, subject: str) -> object:
    return conduct.list_items(door, kind, subject=subject)


def _follow(door: Door, subject: str) -> object:
    return record_happening(door, subject, Happening.FOLLOW_UP_ENTERED, subjects.Statement(door.today))


def _read_and_go(meaning: str, statement: str) -> Components:
    """Whoever is asked to sign reads what it says, and leaves."""
    raise EquipoiseError(f"{meaning} {statement}")


def _answer(question: Callable[[str], object], subject: str) -> str:
    try:
        return str(question(subject))
    except EquipoiseError as error:
        return str(error)


def _move(hospital: Hospital, door: Door, subject: str) -> None:
    """A move that nobody can make: the refusal names the states."""
    with door.store.writing() as desk:
        subjects.move_subject(desk, door.who, subject, Move.START_TREATMENT, subjects.Statement(door.today))


def _read_ledger(hospital: Hospital, ledger: str, seen: Seen) -> None:
    """The line of each allocation, the event after it unless it is one of somebody's treatment that is known."""
    lines = ledger.splitlines()
    known = [subject for n, subject in enumerate(hospital.subjects) if n not in set(seen.hidden)]
    seen.texts["line"] = [lines[seq - 1] for seq in hospital.seqs]
    after = [lines[seq] if seq < len(lines) else "{}" for seq in hospital.seqs]
    seen.texts["line after"] = ["{}" if any(subject in line for subject in known) else line for line in after]
    named = [[line for line in lines if f'\\"{subject}\\"' in line] for subject in hospital.subjects]
    seen.numbers["lines that name it"] = [float(len(each)) for each in named]
    seen.numbers["length of the lines that name it"] = [float(sum(map(len, each))) for each in named]
    frozen = next(n for n, line in enumerate(lines) if '"scheme.frozen\\"' in line)
    seen.whole["ledger before the first subject"] = "\n".join(lines[:frozen]).encode()
    seen.whole["line of the freeze"] = lines[frozen].encode()


def see_file(hospital: Hospital) -> Seen:
    """What a stranger finds who has the database file and no key."""
    seen = Seen("a stranger with the file", list(range(len(hospital.subjects))))
    with sqlite3.connect(hospital.database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = {row[0]: row for row in connection.execute("SELECT seq, hash, link, content, tag FROM events")}
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in ("subjects", "allocations"):
            cursor = connection.execute(f"SELECT * FROM {name}")
            names = [column[0] for column in cursor.description]
            found = {row[0]: dict(zip(names, row, strict=True)) for row in cursor}
            seen.texts[f"row of {name}"] = [json.dumps(found[each]) for each in hospital.subjects]
        for name in tables:
            if name not in ("events", "subjects", "allocations"):
                text = "\n".join(map(repr, connection.execute(f"SELECT * FROM {name}")))
                seen.whole[f"table {name}"] = text.encode()
    connection.close()
    raw = hospital.database.read_bytes()
    for part, name in enumerate(("hash", "link", "content"), 1):
        seen.texts[name] = [rows[seq][part] for seq in hospital.seqs]
    seen.numbers["place in the file"] = [raw.find(rows[seq][1].encode()) for seq in hospital.seqs]
    seen.numbers["size of the file"] = [float(each) for each in hospital.file_bytes]
    seen.numbers["time of the allocation"] = list(hospital.took_s)
    frozen = next(row for row in rows.values() if '\\"scheme.frozen\\"' in row[3])
    seen.whole["file"], seen.whole["freeze"] = raw, frozen[3].encode()
    return seen


def count_by_tag(hospital: Hospital) -> list[float]:
    """How many events stand under the tag of each allocation: of one subject, as the index groups them."""
    with sqlite3.connect(hospital.database) as connection:
        tags = dict(connection.execute("SELECT seq, tag FROM events"))
    connection.close()
    n_of = Counter(tags.values())
    return [float(n_of[tags[seq]]) for seq in hospital.seqs]

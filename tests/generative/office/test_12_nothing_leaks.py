"""Test 12 of an allocation: whoever may not see an arm cannot find it, in words or by guessing, nor the next one.

A program looks at everything as every role, and as a stranger with the database file: it searches for arms and secrets
in the usual encodings, and lets hundreds of simple guessers learn from sizes, orders, times, words and digests.
"""

import base64
import sqlite3
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from equipoise.allocation.methods import BigStick, Measure, Method, Minimisation, PermutedBlocks
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.conduct.moves import Move
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.roles import Role
from equipoise.operations.office import attending
from equipoise.operations.office.acts import Act
from equipoise.store import sealing
from tests.generative.office.leaks import collecting, guessing, hospital
from tests.generative.office.leaks.collecting import Seen
from tests.generative.office.leaks.guessing import Arms, Guess
from tests.generative.office.leaks.hospital import Hospital
from tests.office_store import enter
from tests.office_trial import Office

ARMS = (Arm("surgery"), Arm("drug-then-surgery"))
RISK, SITE = Factor("risk", ("low", "high")), Factor("site", hospital.SITES)
WEIGHTS = {"risk": Fraction(1), "site": Fraction(2)}
METHODS: list[tuple[Method, tuple[Factor, ...], tuple[str, ...]]] = [
    (PermutedBlocks((4, 6)), (SITE,), ("site",)),
    (BigStick(3), (), ()),
    (Minimisation(WEIGHTS, Measure.RANGE, Fraction(4, 5)), (RISK, SITE), ()),
]
N_AGAIN = 200
OFF_AGAIN = 3.0
"""Standard errors by which who found an arm in one trial is off chance in a second one, if it was no luck."""
Reader = tuple[Role, str | None]
EVERYONE = collecting.readers()
FEW: list[Reader] = [(Role.COORDINATOR, "york"), (Role.MASKED_STATISTICIAN, None), (Role.TREATING_TEAM, "leeds")]
"""One who knows some arms, one who knows all records, one who may do little: for the quick run of further methods."""


def encodings(secret: bytes) -> dict[str, bytes]:
    """The ways in which a secret may stand in a text or a file."""
    found = {"plain": secret, "hex": secret.hex().encode(), "HEX": secret.hex().upper().encode()}
    found |= {"reversed": secret[::-1], "UTF-16": secret.decode("latin-1").encode("utf-16-le")}
    found |= {"quoted": quote(secret).encode(), "upper case": secret.upper()}
    for shift in range(3):  # Within a longer text Base64 begins at any of three places; its ends are its neighbours'.
        encoded = base64.b64encode(b"\0" * shift + secret)
        found[f"Base64 from {shift}"] = encoded[(shift * 8 + 5) // 6 : (shift + len(secret)) * 8 // 6]
    return found


def find_words(of: Hospital, seen: Seen) -> list[str]:
    """Where an arm of a hidden subject, or a secret, stands in what was seen."""
    texts = {f"{name} of {n}": each[n].encode() for name, each in seen.texts.items() for n in seen.hidden}
    arms = {f"arm {arm.name}": arm.name.encode() for arm in ARMS}
    found = _search(texts, arms)
    if "file" in seen.whole:  # What the protocol publishes of the allocation stands in the freeze, and there alone.
        found += [
            f"arm {arm.name} stands in the file"
            for arm in ARMS
            for each in encodings(arm.name.encode()).values()
            if seen.whole["file"].count(each) > seen.whole["freeze"].count(each)
        ]
    return found + _search(texts | seen.whole, of.secrets())


def _search(texts: dict[str, bytes], needles: dict[str, bytes]) -> list[str]:
    return [
        f"{needle} ({encoding}) stands in {where}"
        for needle, secret in needles.items()
        for encoding, encoded in encodings(secret).items()
        for where, text in texts.items()
        if encoded in text
    ]


def let_guess(of: Hospital, seen: Seen, drawn: Arms) -> list[Guess]:
    """All guessers on one reader's view: for the arm of the subject looked at, and for the one that comes next."""
    arms = np.asarray([1.0 if arm == ARMS[0].name else -1.0 for arm in of.arms])[None, :]
    known = [n for n in range(len(of.arms)) if n not in set(seen.hidden)]
    folds = [(known, seen.hidden)]
    if not known:  # To give them a start, somebody tells them every second arm, of which they guess the others.
        folds = [(seen.hidden[::2], seen.hidden[1::2]), (seen.hidden[1::2], seen.hidden[::2])]
    traits = guessing.traits_of(seen.texts, seen.numbers)
    return [
        *guessing.guess(traits, arms, drawn, folds),
        *guessing.guess(guessing.shifted(traits), arms, drawn, folds),
    ]


def hunt(of: Hospital, folder: Path, readers: Sequence[Reader]) -> tuple[list[str], dict[tuple[str, str], Guess]]:
    """Words found, and every guess by its reader and name."""
    drawn = guessing.draw_again(of.specification, of.values, N_AGAIN, seed=1)
    words: list[str] = []
    guesses: dict[tuple[str, str], Guess] = {}
    views = [collecting.see_as(of, role, site, folder) for role, site in readers]
    for seen in [*views, collecting.see_file(of)]:
        words += [f"{seen.reader}: {found}" for found in find_words(of, seen)]
        if seen.hidden:
            guesses |= {(seen.reader, guess.name): guess for guess in let_guess(of, seen, drawn)}
    return words, guesses


def check_nothing_leaks(method: int, n_subjects: int, folder: Path, readers: Sequence[Reader]) -> None:
    """What looks like a leak must be one in a second trial too: few hits are no normal numbers, and thousands guess."""

    def hunt_in(name: str, seed: int) -> tuple[list[str], dict[tuple[str, str], Guess]]:
        (folder / name).mkdir()
        how, factors, stratify = METHODS[method]
        specification = Specification(ARMS, how, factors, stratify)
        return hunt(hospital.build(specification, n_subjects, folder / name, seed), folder / name, readers)

    words, guesses = hunt_in("first", method)
    assert words == []
    limit = guessing.bound(len(guesses))
    best = max(guesses, key=lambda each: abs(guesses[each].z))
    print(
        f"{METHODS[method][0].name}: {len(guesses)} guessers, limit {limit:.2f} standard errors, best {guesses[best]}"
    )
    suspects = {each: guess.z for each, guess in guesses.items() if abs(guess.z) > limit}
    if suspects:
        words, again = hunt_in("second", method + 100)
        assert words == []
        assert [each for each, z in suspects.items() if each in again and again[each].z * z > OFF_AGAIN * abs(z)] == []


@pytest.mark.parametrize("method", range(3))
def test_12_no_role_finds_an_arm_or_the_next_one(method: int, tmp_path: Path) -> None:
    check_nothing_leaks(method, 50, tmp_path, EVERYONE if method == 0 else FEW)


@pytest.mark.long
@pytest.mark.parametrize("method", range(3))
def test_12_no_role_finds_an_arm_or_the_next_one_of_1000_subjects(method: int, tmp_path: Path) -> None:
    check_nothing_leaks(method, 1000, tmp_path, EVERYONE)


def test_12_the_guessers_find_the_leak_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With boxes in steps of 256 bytes the size of a sealed decision told the arm; it is found again."""
    monkeypatch.setattr(sealing, "WIDE_STEP_BYTES", {})
    of = hospital.build(Specification(ARMS, PermutedBlocks((4, 6)), (), ()), 80, tmp_path, seed=9)
    seen = collecting.see_file(of)
    drawn = guessing.draw_again(of.specification, of.values, N_AGAIN, seed=1)
    guesses = let_guess(of, seen, drawn)
    found = [guess for guess in guesses if abs(guess.z) > guessing.bound(len(guesses))]
    assert any("decision.box" in guess.name for guess in found)


def tables_of(database: Path) -> dict[str, list[object]]:
    """All that stands in the file besides the events."""
    with sqlite3.connect(database) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names if name != "events"}
    connection.close()
    return found


def test_12_what_happens_to_an_allocated_subject_changes_no_table(tmp_path: Path) -> None:
    """Not even that of sessions: that somebody recorded something at a certain time is nobody's to know."""
    of = hospital.build(Specification(ARMS, PermutedBlocks((4, 6)), (), ()), 4, tmp_path, seed=5, treats=False)
    site = hospital.Site(of.office, "leeds")
    subject = of.office.in_arm(ARMS[1].name)
    tess = enter(of.store, "tess", Role.TREATING_TEAM, "leeds")
    before, n_before = tables_of(of.database), _n_events(of.database)
    of.office.go_on(1)
    entry = site.platelets(subject, "150").entry
    of.office.release(subject, "drug-1", tess)
    of.office.hold(subject, "surgery-day", tess)
    dose = of.office.record(subject, "dose", tess, request="a-key", step="drug-1", administered="3700", unit="mg")
    of.office.amend(subject, entry, on=of.office.today)
    item = f"{dose.event.seq}.{next(n for n, each in enumerate(dose.raised, 1) if each.kind is RaisedKind.QUERY)}"
    with of.store.writing() as desk:
        attending.attend(desk, of.office.coordinator, subject, RaisedKind.QUERY, item, words="typed wrongly")
    of.office.move(subject, Move.DISCONTINUE_TREATMENT, tess, reason="toxicity")
    of.office.move(subject, Move.ENTER_FOLLOW_UP)
    of.office.move(subject, Move.FIND, source="they were never lost")
    assert _n_events(of.database) == n_before + 9
    after = tables_of(of.database)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"checkpoints"}, f"these tables tell of it: {changed}"


def _n_events(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        (n,) = connection.execute("SELECT count(*) FROM events").fetchone()
    connection.close()
    return int(n)


def test_12_a_stranger_with_the_file_cannot_count_what_was_done_with_a_subject(tmp_path: Path) -> None:
    """More is done in one arm: the tag of an open event, which names its subject, is not that of hidden ones."""
    of = hospital.build(Specification(ARMS, BigStick(3), (), ()), 100, tmp_path, seed=6)
    seen = collecting.see_file(of)
    seen.numbers = {"events under the tag": collecting.count_by_tag(of)}
    drawn = guessing.draw_again(of.specification, of.values, N_AGAIN, seed=1)
    best = max(let_guess(of, Seen("a stranger", seen.hidden, {}, seen.numbers), drawn), key=lambda each: each.z)
    assert best.z < 5, f"{best.name} tells the arm of {best.accuracy:.0%}"


def test_12_a_candidate_answers_no_question_about_the_specification() -> None:
    """Whoever chooses the identifier of a candidate does not learn whether a specification is the frozen one."""
    office = Office()
    digest = office.specification.digest  # type: ignore[union-attr]
    (frozen,) = (event for event in office.store.log if event.entry.act is Act.FREEZE_SCHEME)
    statement = frozen.entry.signature.statement
    for guess in (digest, f"specification/{digest}"):
        assert office.subject(office.identified(guess)).person_link not in statement


def test_12_the_search_finds_each_encoding() -> None:
    secret = bytes(range(7, 39))
    for name, encoded in encodings(secret).items():
        assert _search({"here": b"before" + encoded + b"after"}, {"it": secret}), name
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + secret + b"yy")
        assert _search({"here": text}, {"it": secret})

"""Reads events and objects: the rules of a trial written a second time.

They come from the published table of states and from what is asked of an allocation, not from the code that decides.

A witness sees only what was written, one event after the other, and keeps its own idea of the trial. Whatever should
not have been written is an AssertionError that says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from equipoise.operations.office.acts import ACTS
from equipoise.operations.office.event import Event
from equipoise.operations.office.visibility import Visibility

BEFORE_ALLOCATION = {"consented", "screening", "eligible"}
AFTER_ALLOCATION = {"randomised", "follow-up", "withdrawn-from-procedures", "lost"}
NEXT: dict[str, set[str]] = {
    "identified": {"declined", "screen-failed", "died"},
    "consented": {"screening", "screen-failed", "withdrawn-from-all-contact", "died", "off-study"},
    "screening": {"screen-failed", "withdrawn-from-all-contact", "died", "off-study"},
    "eligible": {"screen-failed", "withdrawn-from-all-contact", "died", "off-study"},
    "randomised": {"randomised", "follow-up", "withdrawn-from-procedures", "withdrawn-from-all-contact", "lost", "died"}
    | {"off-study"},
    "follow-up": {"withdrawn-from-procedures", "withdrawn-from-all-contact", "lost", "died", "completed", "off-study"},
    "withdrawn-from-procedures": {"withdrawn-from-all-contact", "died", "off-study"},
    "withdrawn-from-all-contact": {"died"},
    "lost": {"follow-up", "withdrawn-from-all-contact", "died", "off-study"},
}
"""Where a plain move may lead; states that are missing are final."""
BEFORE = {"consented", "screening", "eligible"}
NOT_OVER = {"assigned", "on-treatment"}
WITHDRAWS = {"randomised", "follow-up"}
LEAVES = {*BEFORE, *WITHDRAWS, "withdrawn-from-procedures", "lost"}
MOVES: dict[str, tuple[set[str], str]] = {
    "decline": ({"identified"}, "declined"),
    "start-screening": ({"consented"}, "screening"),
    "fail-screening": ({"identified", *BEFORE}, "screen-failed"),
    "end-treatment": ({"on-treatment"}, "ended"),
    "discontinue-treatment": (NOT_OVER, "discontinued"),
    "withdraw-from-treatment": (NOT_OVER, "discontinued"),
    "withdraw-from-procedures": (WITHDRAWS, "withdrawn-from-procedures"),
    "withdraw-from-all-contact": (LEAVES, "withdrawn-from-all-contact"),
    "enter-follow-up": ({"randomised"}, "follow-up"),
    "lose": (WITHDRAWS, "lost"),
    "find": ({"lost"}, "follow-up"),
    "die": ({"identified", *LEAVES, "withdrawn-from-all-contact"}, "died"),
    "complete": ({"follow-up"}, "completed"),
    "leave-study": (LEAVES, "off-study"),
}
"""The moves that are told: from which participation or treatment, and what becomes of it."""
ENDS_TREATMENT = {
    "withdraw-from-procedures": "discontinued",
    "withdraw-from-all-contact": "discontinued",
    "lose": "discontinued",
    "leave-study": "discontinued",
    "die": "ended",
}
"""What leaving does to a treatment that is not over."""
SEALED = {
    "course.moved", "step.released", "step.held", "form.recorded", "form.amended", "deviation.classified",
    "query.answered", "notice.acknowledged",
}  # fmt: skip
"""Acts that would give an arm away by being seen."""
COURSE_WORDS = {"treatment", "dose", "step", "raised", "answer", "form", "release", "arm"}
"""Nothing of this name stands in an open part once somebody is allocated."""
AFTER_CONSENT = {
    "identified": "consented",
    "consented": "consented",
    "screening": "screening",
    "eligible": "screening",
    "randomised": "randomised",
    "follow-up": "follow-up",
}
SIGNED = {
    "subject.consented": {"coordinator", "investigator"},
    "subject.judged": {"investigator"},
    "subject.allocated": {"coordinator", "investigator"},
    "subject.corrected": {"investigator"},
    "step.released": {"investigator", "treating-team"},
    "subject.identity-destroyed": {"administrator"},
    "scheme.frozen": {"unmasked-statistician"},
    "allocation.error-recorded": {"coordinator", "investigator"},
    "trial.locked": {"data-manager"},
    "scheme.revealed": {"unmasked-statistician"},
}
"""Acts that are worth nothing without a signature, and whose it may be."""
ENTRIES = {
    "subject.identified",
    "subject.consented",
    "subject.moved",
    "subject.judged",
    "subject.eligibility-expired",
    "subject.allocated",
    "subject.corrected",
    "allocation.error-recorded",
    *SEALED,
    "scan.read",
    "site.opened",
    "site.paused",
    "site.resumed",
    "site.settings-set",
    "version.approved",
    "scheme.frozen",
    "trial.locked",
}
"""Nothing of this after the lock."""
PLATELETS = {"first": 75, "second": 100}
"""What the small study asks for, in 10*9/L, not older than 14 days, beside a confirmed absence."""
WINDOW = timedelta(days=14)


def reason_of(event: Event) -> str:
    """The reason of an act, in whichever part it stands."""
    given = [event.entry.reason, *(change.new.get("reason") for change in event.entry.changes.values())]
    return " ".join(filter(None, given)).strip()


def pair_of(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Participation and treatment where both stand."""
    pair = values.get("participation"), values.get("treatment")
    return pair if None not in pair else None  # type: ignore[return-value]


def stood_and_stands(event: Event) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """The pairs before and after an event, with the treatment or in the open; None where it moved nobody."""
    for part in (Visibility.TREATMENT, Visibility.OPEN):
        change = event.entry.changes.get(part)
        if change is not None and pair_of(change.new) is not None:
            return pair_of(change.old), pair_of(change.new)
    return None, None


def told(event: Event, name: str) -> Any:
    """A value, sealed or open."""
    sealed = event.new(name, Visibility.TREATMENT)
    return event.new(name) if sealed is None else sealed


@dataclass(frozen=True)
class Known:
    """What the maker of a subject's records knows of them."""

    day: date
    platelets: str | None
    is_covered: bool

    def fits(self, version: str, today: date) -> bool:
        """Whether the subject is eligible on a day by a version of the small study."""
        if self.platelets is None or not self.is_covered:
            return False
        return int(self.platelets) >= PLATELETS[version] and timedelta(0) <= today - self.day <= WINDOW


@dataclass
class Seen:
    """A subject as its events tell it."""

    site: str
    participation: str
    treatment: str
    history: set[tuple[str, str]] = field(default_factory=set)
    version: str | None = None
    consented_on: date | None = None
    judged_by: str | None = None
    confirmed: tuple[str, ...] = ()
    n_allocations: int = 0


class Witness:
    """Follows one log."""

    def __init__(self) -> None:
        self.subjects: dict[str, Seen] = {}
        self.sites: dict[str, bool] = {}
        self.versions: list[tuple[date, str, str | None]] = []
        self.grants: set[tuple[str, str, str | None]] = set()
        self.disabled: set[str] = set()
        self.requests: set[str] = set()
        self.is_locked = self.is_frozen = self.is_revealed = False
        self.at: datetime | None = None
        self.seq = 0

    def hear(self, event: Event, records: Mapping[str, Known]) -> None:
        """Take an event in, or object; `records` are those of each subject at this moment."""
        entry, act = event.entry, event.entry.act.value
        assert event.seq == self.seq + 1, "a number was left out or used twice"
        assert self.at is None or event.at >= self.at, "the time went back"
        self.seq, self.at = event.seq, event.at
        assert not (self.is_locked and act in ENTRIES), f"{act} after the lock"
        if entry.request is not None:
            assert entry.request not in self.requests, "a request was answered twice"
            self.requests.add(entry.request)
        self._check_person(event)
        about = getattr(self, "_" + act.replace(".", "_").replace("-", "_"), None)
        if about is not None:
            about(event, records)
        subject = self.subjects.get(entry.subject or "")
        if subject is not None:
            self._check_state(subject, event)
            self._check_sealed(subject, event)

    def _check_person(self, event: Event) -> None:
        entry, act = event.entry, event.entry.act.value
        if entry.user == "system" or entry.role is None:
            return
        assert entry.user not in self.disabled, "a disabled person acted"
        held = {site for user, role, site in self.grants if (user, role) == (entry.user, entry.role)}
        assert held, f"{entry.user} acted without the role {entry.role}"
        assert entry.site is None or held & {None, entry.site}, "somebody acted at a site that is not theirs"
        if act in SIGNED:
            signature = entry.signature
            assert signature is not None, f"{act} without a signature"
            assert entry.role in SIGNED[act], f"{act} by a {entry.role}"
            assert (signature.user, signature.role) == (entry.user, entry.role), "somebody else signed"
            assert entry.subject is None or entry.subject in signature.statement, "signed for another subject"

    def _check_state(self, subject: Seen, event: Event) -> None:
        """What is written as old is where the subject stood, and the pair it comes to is one that can be."""
        old, new = stood_and_stands(event)
        if new is None:
            return
        is_first = event.entry.act.value == "subject.identified"
        assert is_first or old == (subject.participation, subject.treatment), f"old state {old}"
        is_allocated = subject.n_allocations > 0
        assert (new[1] != "not-assigned") is is_allocated, "assigned without an allocation, or an allocation undone"
        assert new[1] not in NOT_OVER or new[0] == "randomised", f"{new[0]} with a treatment still to come"
        allowed = {"randomised", "follow-up", "withdrawn-from-procedures", "lost", "completed"}
        assert is_allocated or new[0] not in allowed, f"{new[0]} without an allocation"
        assert not is_allocated or new[0] not in BEFORE_ALLOCATION | {"identified", "declined", "screen-failed"}
        subject.participation, subject.treatment = new
        subject.history.add(new)

    def _check_sealed(self, subject: Seen, event: Event) -> None:
        """After allocation the open says nothing of treatment, nor that follow-up began; hidden acts say nothing."""
        act, open_part = event.entry.act.value, event.entry.changes.get(Visibility.OPEN)
        assert (ACTS[event.entry.act].header is Visibility.TREATMENT) is (act in SEALED), f"the header of {act}"
        if act in SEALED:
            assert set(event.entry.changes) == {Visibility.TREATMENT}, f"{act} says something outside of its class"
        is_allocated = subject.n_allocations > 0 and act != "subject.allocated"
        if not is_allocated or open_part is None:
            return
        for values in (open_part.new, open_part.old):
            assert not COURSE_WORDS & set(values), f"{act} tells {COURSE_WORDS & set(values)}"
            assert values.get("participation") != "follow-up", "that follow-up began is told in the open"
        assert event.entry.reason is None, "a reason in the open may name the treatment"
        signed = event.entry.signature
        assert signed is None or "treatment" not in signed.statement, f"a signature tells it: {signed}"

    def version_on(self, day: date, site: str) -> str | None:
        """The version that began last at a site, by an approval for it or for all."""
        begun = [(start, version) for start, version, where in self.versions if start <= day and where in (None, site)]
        return max(begun)[1] if begun else None

    def _version_approved(self, event: Event, _: Any) -> None:
        start, version = date.fromisoformat(event.new("approved_from")), event.new("version")
        for where in event.new("sites") or [None]:
            here = [each for each in self.versions if where is None or each[2] in (None, where)]
            assert all(each[0] < start for each in here if each[1] != version), "begins before the one it replaces"
            self.versions.append((start, version, where))

    def _site_opened(self, event: Event, _: Any) -> None:
        self.sites[str(event.entry.site)] = True

    def _site_closed(self, event: Event, _: Any) -> None:
        assert event.entry.reason, "closed for no reason"
        self.sites[str(event.entry.site)] = False

    _site_paused = _site_closed

    def _site_resumed(self, event: Event, _: Any) -> None:
        self.sites[str(event.entry.site)] = True

    def _person_role_granted(self, event: Event, _: Any) -> None:
        self.grants.add((event.new("person"), event.new("role"), event.new("site")))

    def _person_role_revoked(self, event: Event, _: Any) -> None:
        self.grants.remove((event.new("person"), event.new("role"), event.new("site")))

    def _person_disabled(self, event: Event, _: Any) -> None:
        self.disabled.add(event.new("person"))

    def _trial_locked(self, _: Event, __: Any) -> None:
        assert not self.is_locked, "locked twice"
        self.is_locked = True

    def _scheme_frozen(self, _: Event, __: Any) -> None:
        assert not self.is_frozen, "frozen twice"
        self.is_frozen = True

    def _scheme_revealed(self, _: Event, __: Any) -> None:
        assert self.is_locked, "revealed before the lock"
        assert not self.is_revealed, "revealed twice"
        self.is_revealed = True

    def _subject_identified(self, event: Event, _: Any) -> None:
        assert event.entry.subject not in self.subjects, "a number was given twice"
        assert self.sites.get(str(event.entry.site)), "taken in at a closed site"
        self.subjects[str(event.entry.subject)] = Seen(str(event.entry.site), "identified", "not-assigned")

    def _subject_consented(self, event: Event, _: Any) -> None:
        subject, signed_on = self._subject(event), date.fromisoformat(event.new("signed_on"))
        assert signed_on <= event.at.date(), "consent in the future"
        assert self.version_on(signed_on, subject.site) == event.entry.version, (
            "consent on a version that was not in force"
        )
        _, new = stood_and_stands(event)
        assert new == (AFTER_CONSENT[subject.participation], subject.treatment), "a consent led elsewhere"
        if subject.participation == "eligible":
            subject.judged_by = None
        if subject.consented_on is not None and subject.participation != "identified":
            was = subject.consented_on, subject.version
            assert signed_on > was[0] or (signed_on == was[0] and event.entry.version != was[1]), "no later consent"
        subject.version, subject.consented_on = event.entry.version, signed_on

    def _subject_moved(self, event: Event, _: Any) -> None:
        subject, (_, new) = self._subject(event), stood_and_stands(event)
        assert new is not None, "a move that moves nobody"
        move = told(event, "move")
        sources, target = MOVES[move]
        assert {subject.participation, subject.treatment} & sources, f"{move} from {subject.participation}"
        if target in {"ended", "discontinued"}:
            assert new == (subject.participation, target), f"{move} led to {new}"
        else:
            after = ENDS_TREATMENT.get(move, subject.treatment)
            assert new == (target, after if subject.treatment in NOT_OVER else subject.treatment), f"{move}: {new}"
            assert new[0] in NEXT.get(subject.participation, set()), "no such move"
        assert date.fromisoformat(told(event, "on")) <= event.at.date(), "moved in the future"
        if new[0] in ("screen-failed", "off-study") or move == "discontinue-treatment":
            assert reason_of(event), "ended without a reason"

    def _course_moved(self, event: Event, _: Any) -> None:
        """Either it moves somebody, or it says why not; what does not follow is recorded and moves nobody."""
        subject, (_, new) = self._subject(event), stood_and_stands(event)
        raised, move = told(event, "raised") or [], told(event, "move")
        if new is not None:
            assert {each["code"] for each in raised} <= {"after-the-end"}, f"{move} was made although {raised}"
            self._subject_moved(event, None)
            return
        assert raised, f"{move} moved nobody, and nothing says why"
        assert date.fromisoformat(told(event, "on")) <= event.at.date(), "recorded of the future"
        codes = {each["code"] for each in raised}
        if "not-from-this-state" in codes:
            sources, target = MOVES[move]
            is_possible = bool({subject.participation, subject.treatment} & sources)
            stays_apart = subject.treatment in NOT_OVER and target == "follow-up"
            assert not is_possible or stays_apart, f"{move} follows from {subject.participation}/{subject.treatment}"
            assert codes == {"not-from-this-state"}
        else:
            known = {"consent-in-force", "consent-before-procedures", "planned-treatment-given"}
            assert codes <= known, f"{move} is held back by {codes}"

    def _subject_judged(self, event: Event, records: Mapping[str, Known]) -> None:
        subject = self._subject(event)
        assert subject.participation == "screening", f"judged as {subject.participation}"
        fits = records[str(event.entry.subject)].fits(str(subject.version), event.at.date())
        assert (event.new("status") == "eligible") is fits, "judged otherwise than the records say"
        assert event.new("participation") == ("eligible" if fits else "screening")
        confirmed = tuple(event.new("confirmed", Visibility.CLINICAL))
        subject.judged_by, subject.confirmed = (event.entry.user, confirmed) if fits else (None, ())
        assert not fits or confirmed == ("E1",), "an assumption nobody confirmed, or one that nobody made"

    def _subject_eligibility_expired(self, event: Event, records: Mapping[str, Known]) -> None:
        subject = self._subject(event)
        assert (subject.participation, event.new("participation")) == ("eligible", "screening")
        assert not records[str(event.entry.subject)].fits(str(subject.version), event.at.date()), "expired too early"
        subject.judged_by = None

    def _subject_allocated(self, event: Event, records: Mapping[str, Known]) -> None:
        subject = self._subject(event)
        assert subject.n_allocations == 0, "a second allocation"
        assert (subject.participation, event.new("participation")) == ("eligible", "randomised"), "not eligible"
        assert self.is_frozen, "allocated before the freeze"
        assert self.sites.get(subject.site), "allocated at a closed site"
        assert subject.version == self.version_on(event.at.date(), subject.site), "no consent on the version in force"
        assert subject.version == event.entry.version, "on another version than that of the consent"
        assert subject.judged_by is not None, "no judgement of an investigator in force"
        assert subject.confirmed == ("E1",), "an assumption nobody confirmed"
        assert records[str(event.entry.subject)].fits(subject.version, event.at.date()), "not eligible on that day"
        subject.n_allocations += 1

    def _subject_corrected(self, event: Event, _: Any) -> None:
        subject = self._subject(event)
        _, new = stood_and_stands(event)
        assert new in subject.history, "corrected to a new state"
        assert new[0] != "eligible", "eligible without a judgement"
        assert reason_of(event), "corrected without a reason"

    def _allocation_error_recorded(self, event: Event, _: Any) -> None:
        assert self._subject(event).n_allocations == 1, "an error of no allocation"
        assert reason_of(event), "an error without a reason"

    def _subject(self, event: Event) -> Seen:
        subject = self.subjects[str(event.entry.subject)]
        assert event.entry.site == subject.site, "written at another site than the subject's"
        return subject

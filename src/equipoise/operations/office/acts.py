"""Every act of the trial office as data: its words, who may do it, whether it needs a reason or a signature.

Permissions ask about the person and are answered from this table; what must hold of the thing and its state are
`policies`; who sees the outcome is `visibility`.
"""

from dataclasses import dataclass
from enum import StrEnum

from equipoise.conduct.roles import Role
from equipoise.operations.office.visibility import Visibility


class Act(StrEnum):
    """What can be written in the log."""

    INITIALISE = "trial.initialised"
    APPROVE_VERSION = "version.approved"
    OPEN_SITE = "site.opened"
    PAUSE_SITE = "site.paused"
    RESUME_SITE = "site.resumed"
    CLOSE_SITE = "site.closed"
    SET_SITE_SETTINGS = "site.settings-set"
    ADD_PERSON = "person.added"
    SET_PASSWORD = "person.password-set"
    SET_SECOND_FACTOR = "person.second-factor-set"
    GRANT_ROLE = "person.role-granted"
    REVOKE_ROLE = "person.role-revoked"
    DISABLE_PERSON = "person.disabled"
    UNLOCK_PERSON = "person.unlocked"
    OPEN_SESSION = "session.opened"
    REFUSE_SESSION = "session.refused"
    RENEW_SESSION = "session.renewed"
    CLOSE_SESSION = "session.closed"
    REFUSE_PASSWORD = "password.refused"
    USE_SECOND_FACTOR = "second-factor.used"
    IDENTIFY = "subject.identified"
    MOVE = "subject.moved"
    CONSENT = "subject.consented"
    JUDGE = "subject.judged"
    EXPIRE = "subject.eligibility-expired"
    ALLOCATE = "subject.allocated"
    CORRECT = "subject.corrected"
    MOVE_COURSE = "course.moved"
    RELEASE = "step.released"
    HOLD = "step.held"
    RECORD = "form.recorded"
    AMEND = "form.amended"
    READ_SCAN = "scan.read"
    CLASSIFY = "deviation.classified"
    ANSWER = "query.answered"
    ACKNOWLEDGE = "notice.acknowledged"
    SIGN_TABLE = "dose-table.signed"
    DESTROY_IDENTITY = "subject.identity-destroyed"
    FREEZE_SCHEME = "scheme.frozen"
    RECORD_ALLOCATION_ERROR = "allocation.error-recorded"
    LOCK = "trial.locked"
    REVEAL = "scheme.revealed"
    CUT = "trial.cut"
    EXPORT = "trial.exported"
    BACK_UP = "trial.backed-up"


@dataclass(frozen=True)
class ActRule:
    """
    One line of the table.

    `roles`: who may; empty for what the system writes by itself. `meaning`: what a signature on it says, None when none
    is needed. `header`: the class of the header; a class other than open hides that the act happened.
    """

    words: str
    roles: frozenset[Role] = frozenset()
    needs_reason: bool = False
    meaning: str | None = None
    is_at_site: bool = False
    header: Visibility = Visibility.OPEN


def _by(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


_SITE = _by(Role.COORDINATOR, Role.INVESTIGATOR)
_TREATERS = _by(Role.INVESTIGATOR, Role.TREATING_TEAM)
_ADMIN = _by(Role.ADMINISTRATOR)
_EVERYONE = _by(*Role)

ACTS: dict[Act, ActRule] = {
    Act.INITIALISE: ActRule("set the trial up"),
    Act.APPROVE_VERSION: ActRule("approve a protocol version for consent", _ADMIN, needs_reason=True),
    Act.OPEN_SITE: ActRule("open a site", _ADMIN),
    Act.PAUSE_SITE: ActRule("pause the recruitment of a site", _ADMIN, needs_reason=True),
    Act.RESUME_SITE: ActRule("let a paused site recruit again", _ADMIN),
    Act.CLOSE_SITE: ActRule("close a site", _ADMIN, needs_reason=True),
    Act.SET_SITE_SETTINGS: ActRule("set the settings of a site", _ADMIN, needs_reason=True),
    Act.ADD_PERSON: ActRule("add a person", _ADMIN),
    Act.SET_PASSWORD: ActRule("set a password", _EVERYONE),
    Act.SET_SECOND_FACTOR: ActRule("set a second factor", _EVERYONE),
    Act.GRANT_ROLE: ActRule("grant a role", _ADMIN),
    Act.REVOKE_ROLE: ActRule("take a role back", _ADMIN, needs_reason=True),
    Act.DISABLE_PERSON: ActRule("disable a person", _ADMIN, needs_reason=True),
    Act.UNLOCK_PERSON: ActRule("unlock a person", _ADMIN, needs_reason=True),
    Act.OPEN_SESSION: ActRule("open a session"),
    Act.REFUSE_SESSION: ActRule("refuse a session"),
    Act.RENEW_SESSION: ActRule("renew a session", _EVERYONE),
    Act.CLOSE_SESSION: ActRule("close a session", _EVERYONE),
    Act.REFUSE_PASSWORD: ActRule("refuse a password"),
    Act.USE_SECOND_FACTOR: ActRule("use a code of a second factor"),
    Act.IDENTIFY: ActRule("take a candidate from a screening", _SITE, is_at_site=True),
    # Which of these roles owns which move is said by the table of moves.
    Act.MOVE: ActRule("move a subject to another state", _SITE | _by(Role.TREATING_TEAM), is_at_site=True),
    Act.CONSENT: ActRule(
        "record consent", _SITE, meaning="The subject signed the version named, before me.", is_at_site=True
    ),
    Act.JUDGE: ActRule(
        "judge eligibility",
        _by(Role.INVESTIGATOR),
        meaning="I judged eligibility and confirm by name what no record shows.",
        is_at_site=True,
    ),
    Act.EXPIRE: ActRule("expire an eligibility", _SITE, is_at_site=True),
    Act.ALLOCATE: ActRule(
        "allocate a subject", _SITE, meaning="I looked at the values again and ask for the allocation.", is_at_site=True
    ),
    Act.CORRECT: ActRule(
        "correct a state",
        _by(Role.INVESTIGATOR),
        needs_reason=True,
        meaning="The earlier entry was wrong for the reason given.",
        is_at_site=True,
    ),
    # What follows gives an arm away by happening at all: its header lies in the class of treatment (Decision 18).
    Act.MOVE_COURSE: ActRule(
        "record how treatment goes on",
        _SITE | _by(Role.TREATING_TEAM),
        is_at_site=True,
        header=Visibility.TREATMENT,
    ),
    Act.RELEASE: ActRule(
        "release a dose or an operation",
        _TREATERS,
        meaning="I read what the gate says and authorise this step for today.",
        is_at_site=True,
        header=Visibility.TREATMENT,
    ),
    # Signed is what authorises. A hold authorises nothing: it tells what a gate answered (Decision 20).
    Act.HOLD: ActRule("hold a dose or an operation", _TREATERS, is_at_site=True, header=Visibility.TREATMENT),
    Act.RECORD: ActRule(
        "record what happened", _SITE | _by(Role.TREATING_TEAM), is_at_site=True, header=Visibility.TREATMENT
    ),
    Act.AMEND: ActRule(
        "correct what was recorded",
        _SITE | _by(Role.TREATING_TEAM),
        needs_reason=True,
        is_at_site=True,
        header=Visibility.TREATMENT,
    ),
    Act.CLASSIFY: ActRule(
        "class and explain a deviation", _SITE, needs_reason=True, is_at_site=True, header=Visibility.TREATMENT
    ),
    Act.ANSWER: ActRule(
        "answer a query",
        _SITE | _by(Role.TREATING_TEAM),
        needs_reason=True,
        is_at_site=True,
        header=Visibility.TREATMENT,
    ),
    Act.ACKNOWLEDGE: ActRule(
        "acknowledge a notice", _by(Role.INVESTIGATOR), is_at_site=True, header=Visibility.TREATMENT
    ),
    # Scans are read on days that count from randomisation: that one was read tells no arm.
    Act.READ_SCAN: ActRule("read a scan without knowing the arm", _by(Role.MASKED_READER)),
    Act.SIGN_TABLE: ActRule(
        "sign a dose table",
        _by(Role.INVESTIGATOR),
        meaning="I compared this dose table with its source and stand for it.",
    ),
    Act.DESTROY_IDENTITY: ActRule(
        "destroy the identity of a subject",
        _ADMIN,
        needs_reason=True,
        meaning="The identity of this subject is to be destroyed for good.",
    ),
    Act.FREEZE_SCHEME: ActRule(
        "freeze the allocation",
        _by(Role.UNMASKED_STATISTICIAN),
        meaning="This specification is final before the first subject.",
    ),
    Act.RECORD_ALLOCATION_ERROR: ActRule(
        "record an error of allocation",
        _SITE,
        needs_reason=True,
        meaning="The allocation stands; the error is recorded.",
        is_at_site=True,
    ),
    Act.LOCK: ActRule(
        "lock the trial",
        _by(Role.DATA_MANAGER),
        needs_reason=True,
        meaning="The data are final; nothing is entered after this.",
    ),
    Act.REVEAL: ActRule(
        "reveal the secret of the allocation",
        _by(Role.UNMASKED_STATISTICIAN),
        needs_reason=True,
        meaning="The trial is locked and the allocation may be recomputed by anyone.",
    ),
    # A cut says which day counts, and nothing of what is known by then: whoever analyses it sees what their role opens.
    Act.CUT: ActRule(
        "cut the data",
        _by(Role.UNMASKED_STATISTICIAN, Role.MASKED_STATISTICIAN, Role.DATA_MANAGER),
    ),
    Act.EXPORT: ActRule("export the trial", _EVERYONE),
    Act.BACK_UP: ActRule("back the trial up", _by(Role.ADMINISTRATOR, Role.DATA_MANAGER)),
}

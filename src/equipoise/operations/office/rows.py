"""The tables of the trial office, each a projection of the log: what can be asked without reading all events.

Declared once, here; `store` makes SQL tables of them and knows nothing of their meaning. The first field is the key.
Fields are text, integers, booleans or null; days and times are ISO 8601 text. No row holds what is not open: for the
rest it holds the number of the event that does.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Row:
    """Base of all rows; `table` is the name of the SQL table, `indexes` the fields that are searched."""

    table: ClassVar[str] = ""
    indexes: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Trial(Row):
    """The one row on the trial itself. `kind`: training, live. `status`: open, locked."""

    table: ClassVar[str] = "trial"
    id: str
    protocol: str
    title: str
    kind: str
    status: str
    initialised_at: str
    locked_at: str | None = None


@dataclass(frozen=True)
class Version(Row):
    """A protocol version that was approved somewhere, with the digest of what it judges by; see `Approval`."""

    table: ClassVar[str] = "versions"
    id: str
    digest: str


@dataclass(frozen=True)
class Approval(Row):
    """A version approved for consent from a day on, at one site or (site null) at all, those opened later included."""

    table: ClassVar[str] = "approvals"
    id: str
    version: str
    site: str | None
    approved_from: str


@dataclass(frozen=True)
class Site(Row):
    """
    A site. `n_subjects` counts episodes, and numbers the next.

    `status`: open (it recruits), paused, closed; `because` says why it takes nobody in. `settings` is the digest of the
    site file in force, null when it has none. `time_zone` is the IANA name of the zone whose days are its days.
    """

    table: ClassVar[str] = "sites"
    id: str
    name: str
    status: str
    n_subjects: int = 0
    because: str | None = None
    settings: str | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Person(Row):
    """
    A user; never deleted, never given to someone else.

    `status`: active, disabled. `credentials_seq` and `second_factor_seq` are the events that hold the sealed parts.
    `must_change`: the password is one that an administrator gave. `last_step` is the time step (of 30 s) of the last
    one-time code used, so that none is used twice.
    """

    table: ClassVar[str] = "persons"
    id: str
    name: str
    status: str
    failures: int = 0
    locked_until: str | None = None
    credentials_seq: int | None = None
    second_factor_seq: int | None = None
    must_change: bool = False
    last_step: int | None = None


@dataclass(frozen=True)
class Grant(Row):
    """A role of a person, at one site or (site null) at all; kept when it is taken back."""

    table: ClassVar[str] = "grants"
    indexes: ClassVar[tuple[str, ...]] = ("user",)
    id: str
    user: str
    role: str
    site: str | None
    is_active: bool


@dataclass(frozen=True)
class Session(Row):
    """
    An open or closed session; `token` is the SHA-256 of what the person's side holds.

    It ends at `expires_at`, or when nothing was written in it for `idle_s` seconds after `active_at`. Its first
    signature, in the event `first_signed_seq`, needs all components, later ones the password.
    """

    table: ClassVar[str] = "sessions"
    indexes: ClassVar[tuple[str, ...]] = ("token", "user")
    id: str
    user: str
    token: str
    opened_at: str
    expires_at: str
    is_open: bool
    idle_s: int
    active_at: str
    first_signed_seq: int | None = None


@dataclass(frozen=True)
class Subject(Row):
    """
    One episode of one person in the trial; `person_link` is the same for a person who is screened again.

    `participation` is what everybody may read: `randomised` from allocation until the subject leaves (Decision 18).
    The `…_seq` fields are the events that hold identity, records, the judgement in force and the allocation.
    """

    table: ClassVar[str] = "subjects"
    indexes: ClassVar[tuple[str, ...]] = ("site", "person_link")
    id: str
    site: str
    participation: str
    since: str
    person_link: str
    version: str | None = None
    identity_seq: int | None = None
    snapshot_seq: int | None = None
    consent_seq: int | None = None
    judgement_seq: int | None = None
    expires_on: str | None = None
    allocation_seq: int | None = None


@dataclass(frozen=True)
class Consent(Row):
    """A consent: which version, on which day, before whom."""

    table: ClassVar[str] = "consents"
    indexes: ClassVar[tuple[str, ...]] = ("subject",)
    id: str
    subject: str
    version: str
    signed_on: str
    witness: str


@dataclass(frozen=True)
class Scheme(Row):
    """
    A frozen allocation. `status`: frozen, revealed.

    The specification is no row: block sizes would tell the next arm, and a digest without a salt can be guessed.
    """

    table: ClassVar[str] = "schemes"
    id: str
    commitment: str
    status: str
    frozen_seq: int
    n_allocated: int = 0


@dataclass(frozen=True)
class StratumHead(Row):
    """The last decision of a stream of decisions: what the next one must know of those before is in its event."""

    table: ClassVar[str] = "stratum_heads"
    id: str
    scheme: str
    stratum: str
    last_seq: int


@dataclass(frozen=True)
class Allocation(Row):
    """That a subject was allocated, when, by whom and in which stratum as used. The arm is not here."""

    table: ClassVar[str] = "allocations"
    id: str
    scheme: str
    stratum: str
    at: str
    user: str
    error: str | None = None


@dataclass(frozen=True)
class SignedTable(Row):
    """A dose table that an investigator signed; `id` is the digest of its content."""

    table: ClassVar[str] = "signed_tables"
    id: str
    name: str
    user: str
    at: str


@dataclass(frozen=True)
class Cut(Row):
    """
    A data cut: `id` is its name, `how` the words by which its day was chosen.

    What counts stands in the events up to `last_seq`, whose hash is `last_hash`, and is dated on `cut_on` or before.
    `facts` is a digest, under a key of the trial, of the facts that the analyses read.
    """

    table: ClassVar[str] = "cuts"
    id: str
    cut_on: str
    how: str
    last_seq: int
    last_hash: str
    facts: str
    user: str
    at: str


@dataclass(frozen=True)
class Request(Row):
    """An idempotency key and the event that answered it."""

    table: ClassVar[str] = "requests"
    id: str
    seq: int


ROWS: tuple[type[Row], ...] = (
    Trial,
    Version,
    Approval,
    Site,
    Person,
    Grant,
    Session,
    Subject,
    Consent,
    Scheme,
    StratumHead,
    Allocation,
    SignedTable,
    Cut,
    Request,
)

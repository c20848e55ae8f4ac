"""What is published before the first subject, and what is opened after the database is locked.

The commitment fixes specification, list and secret without telling any of them; the reveal tells all of them, and
whoever kept the commitment sees whether they are the same. Where both are kept is left to the office.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from equipoise.allocation.canonical import digest_of
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Specification
from equipoise.allocation.stream import check_secret
from equipoise.errors import Fault, UnreadableInputError

SALT_BYTES = 32
REVEAL = "equipoise-allocation-reveal-1"


@dataclass(frozen=True)
class Frozen:
    """All that decides the allocations of a trial. Everything but `specification` is secret until the reveal."""

    specification: Specification
    secret: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    imported: ImportedList | None = None

    def __post_init__(self) -> None:
        check_secret(self.secret)
        if len(self.salt) != SALT_BYTES:
            raise ValueError(f"the salt of a commitment has {SALT_BYTES} bytes, this has {len(self.salt)}")

    @property
    def list_root(self) -> str | None:
        """The Merkle root of the imported list; None without one."""
        return self.imported.root(self.secret) if self.imported else None


def compute_commitment(frozen: Frozen) -> str:
    """SHA-256, as 64 hexadecimal digits, of the canonical JSON of specification, list root, secret and salt."""
    return digest_of(_opened(frozen))


def reveal(frozen: Frozen) -> dict[str, Any]:
    """The document that opens the commitment, as JSON; with the imported list in full."""
    arms = frozen.imported.arms_by_stratum if frozen.imported else None
    return {
        "kind": REVEAL,
        "commitment": compute_commitment(frozen),
        **_opened(frozen),
        "list": {stratum: list(places) for stratum, places in arms.items()} if arms is not None else None,
    }


def check_reveal(document: Mapping[str, Any], commitment: str) -> list[Fault]:
    """
    Compare a reveal with the commitment that was published.

    Parameters
    ----------
    document
        As `reveal` wrote it, read from JSON.
    commitment
        As it was published before the first subject, kept by whoever checks.

    Returns
    -------
    Every way in which they differ; none when this is what was committed to.
    """
    return list(_reveal_faults(document, commitment))


def read_reveal(document: Mapping[str, Any], commitment: str) -> Frozen:
    """
    What a reveal opens, ready for `replay`.

    Raises
    ------
    UnreadableInputError
        With every way in which it is not what was committed to (`check_reveal`).
    ProtocolError
        What was committed to is no specification that this version can carry out.
    """
    if faults := check_reveal(document, commitment):
        raise UnreadableInputError("This reveal does not open the published commitment.", faults)
    arms = document["list"]
    return Frozen(
        Specification.from_json(document["specification"]),
        bytes.fromhex(document["secret"]),
        bytes.fromhex(document["salt"]),
        None if arms is None else _imported(arms),
    )


def _opened(frozen: Frozen) -> dict[str, Any]:
    return {
        "specification": frozen.specification.to_json(),
        "list_root": frozen.list_root,
        "secret": frozen.secret.hex(),
        "salt": frozen.salt.hex(),
    }


def _reveal_faults(document: Mapping[str, Any], commitment: str) -> Iterator[Fault]:
    parts = ("specification", "list_root", "secret", "salt")
    missing = [part for part in (*parts, "list") if part not in document]
    if document.get("kind") != REVEAL or missing:
        what = f"is no reveal: {', '.join(missing) or 'kind'} missing"
        yield Fault("reveal", what, "Ask for the whole document.")
        return
    try:
        found = digest_of({part: document[part] for part in parts})
        secret = bytes.fromhex(document["secret"])
        root = _root_of(document["list"], secret)
    except (TypeError, ValueError, AttributeError):
        yield Fault("reveal", "has a part of another kind", "Ask for the document as it was written.")
        return
    if found != commitment:
        what = "specification, list root, secret and salt do not give the published commitment"
        yield Fault("reveal", what, "At least one of them is not what was frozen before the first subject.")
    if root != document["list_root"]:
        yield Fault("reveal list", "does not give the list root", "The list is not the one that was frozen.")


def _root_of(arms: Mapping[str, list[str]] | None, secret: bytes) -> str | None:
    if arms is None:
        return None
    return _imported(arms).root(secret)


def _imported(arms: Mapping[str, list[str]]) -> ImportedList:
    return ImportedList({stratum: tuple(places) for stratum, places in arms.items()})

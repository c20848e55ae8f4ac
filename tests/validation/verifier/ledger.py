"""A second writer of exports, after Decision 14 and docs/reference/ledger-export.md; it shares no code with the store.

It can write what the store never would: a log whose owner has all the keys and lies.
"""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from equipoise.allocation.commitment import Frozen, reveal
from equipoise.allocation.decision import Decision, decide, first_tally, tally_after
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Specification

CLASSES = ("open", "identity", "clinical", "arm", "treatment", "decision", "secret", "credentials")
TRIAL = "nct05610826"
Json = dict[str, Any]


def written(value: Any) -> bytes:
    """Canonical JSON as the page on the export says Python writes it, for names of the basic plane."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass
class Ledger:
    """Events, checkpoints and hand-overs of a trial; the same seed gives the same salts and keys."""

    seed: int = 1
    lines: list[Json] = field(default_factory=list)
    documents: list[Json] = field(default_factory=list)
    signers: list[Ed25519PrivateKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.signers.append(Ed25519PrivateKey.from_private_bytes(self.random.randbytes(32)))

    @property
    def head(self) -> str:
        return self.lines[-1]["hash"] if self.lines else "0" * 64

    def append(
        self,
        act: str,
        new: Json,
        sealed: Mapping[str, Json] | None = None,
        subject: str | None = None,
        header: str = "open",
        at: str | None = None,
    ) -> int:
        """Write an event with open values `new` and values of other classes; gives its number."""
        seq, payloads = len(self.lines) + 1, {"open": {"new": new, "old": {}}} if header == "open" else {}
        payloads |= {name: {"new": values, "old": {}} for name, values in (sealed or {}).items()}
        names = ("reason", "request", "session", "signature", "site", "version")
        minute = f"2026-01-15T{9 + seq // 60:02}:{seq % 60:02}:00.000000Z"
        payloads[header]["header"] = dict.fromkeys(names) | {
            "act": act,
            "at": at or minute,
            "role": "coordinator",
            "software": "0.1.0",
            "subject": subject,
            "user": "cora",
        }
        parts, shown = [], {}
        for name in (name for name in CLASSES if name in payloads):
            salt, payload = self.random.randbytes(32), written(payloads[name])
            box = None if name == "open" else sha256(self.random.randbytes(300)).hexdigest()
            parts.append({"class": name, "commitment": sha256(salt + payload).hexdigest(), "box": box})
            shown[name] = {"salt": salt.hex(), "payload": payload.decode()}
        link = {"seq": seq, "previous": self.head, "parts": parts}
        self.lines.append({"link": link, "hash": sha256(written(link)).hexdigest(), "parts": shown})
        return seq

    def checkpoint(self, kind: str = "checkpoint", **more: Any) -> Json:
        """Sign the end of the log."""
        key = self.signers[-1]
        said = {"trial": TRIAL, "seq": len(self.lines), "hash": self.head, "at": "2026-01-16T00:00:00.000000Z"}
        said |= {"key": key.public_key().public_bytes_raw().hex(), **more}
        self.documents.append({kind: said, "signature": key.sign(written(said)).hex()})
        return self.documents[-1]

    def hand_over(self) -> None:
        """Sign that a new key follows."""
        new = Ed25519PrivateKey.from_private_bytes(self.random.randbytes(32))
        self.checkpoint("handover", next=new.public_key().public_bytes_raw().hex())
        self.signers.append(new)

    def export(self, folder: Path, *, withheld: Iterable[str] = (), destroyed: Iterable[str] = ()) -> Path:
        """Write the files, without the parts of these classes."""
        folder.mkdir(parents=True, exist_ok=True)
        hidden = dict.fromkeys(withheld, "withheld") | dict.fromkeys(destroyed, "destroyed")
        lines = []
        for line in self.lines:
            parts = {name: {"state": hidden[name]} if name in hidden else part for name, part in line["parts"].items()}
            lines.append(line | {"parts": parts})
        keys = {"trial": TRIAL, "keys": [key.public_key().public_bytes_raw().hex() for key in self.signers]}
        for name, values in (("ledger.jsonl", lines), ("checkpoints.jsonl", self.documents), ("keys.json", [keys])):
            (folder / name).write_bytes(b"".join(written(value) + b"\n" for value in values))
        return folder


@dataclass
class AllocatedTrial:
    """
    A whole trial by one method, from the first event to the reveal.

    `lie` may change the decision of a subject before it is written and before the next one is made.
    """

    specification: Specification
    n: int = 12
    imported: ImportedList | None = None
    lie: Callable[[int, Decision], Json] | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.seed)
        self.events: list[int] = []
        rng = self.ledger.random
        self.frozen = Frozen(self.specification, rng.randbytes(32), rng.randbytes(32), self.imported)
        self.reveal = reveal(self.frozen)
        self.tallies: dict[str, Any] = {}

    def begin(self) -> "AllocatedTrial":
        """Set up and freeze."""
        sealed = {"credentials": {"hash": "argon2 of something"}}
        self.ledger.append("trial.initialised", {"protocol": TRIAL, "title": "PRRT, dann Operation"})
        self.ledger.append("person.added", {"person": "cora", "name": "Cora Größe"}, sealed)
        return self.freeze()

    def freeze(self) -> "AllocatedTrial":
        content = self.specification.to_json()
        new = {name: content[name] for name in ("arms", "factors", "stratify")} | {"method": content["method"]["name"]}
        new |= {"scheme": "main", "commitment": self.reveal["commitment"], "planned_n": 60}
        sealed = {"secret": {name: self.reveal[name] for name in ("secret", "salt", "list")}}
        self.ledger.append("scheme.frozen", new, {"decision": {"specification": content}, **sealed})
        return self

    def allocate(self, number: int) -> int:
        """Identify and allocate subject `number`; gives the event of the allocation."""
        subject = f"leeds-{number:04}"
        values = {factor.name: self.ledger.random.choice(factor.levels) for factor in self.specification.factors}
        stratum = self.specification.stratum_of(values)
        tally = self.tallies.get(stratum) or first_tally(self.specification, stratum)
        decision = decide(self.specification, self.frozen.secret, values, tally, self.imported)
        told = decision.to_json() if self.lie is None else self.lie(number, decision)
        self.tallies[stratum] = tally_after(decision)
        new = {"scheme": "main", "stratum": told["stratum"], "values": told["values"], "participation": "randomised"}
        seq = self.ledger.append("subject.allocated", new, {"arm": {"arm": told["arm"]}, "decision": told}, subject)
        self.events.append(seq)
        return seq

    def end(self) -> "AllocatedTrial":
        """Lock and reveal, and sign the end."""
        self.ledger.append("trial.locked", {"status": "locked"})
        self.ledger.append("scheme.revealed", {"scheme": "main", "reveal": self.reveal})
        self.ledger.checkpoint()
        return self

    def whole(self) -> "AllocatedTrial":
        """Everything: every third subject is identified first and treated afterwards; the key changes in the middle."""
        self.begin()
        for number in range(1, self.n + 1):
            if number % 3 == 1:
                sealed = {"identity": {"name": "Zimmermannova"}, "clinical": {"platelets": "150 10*9/L, ≥ 75"}}
                self.ledger.append("subject.identified", {"participation": "identified"}, sealed, f"leeds-{number:04}")
            self.allocate(number)
            if number % 3 == 0:
                self.ledger.append("subject.moved", {}, {"treatment": {"dose": "7.4 GBq"}}, None, header="treatment")
            if number == self.n // 2:
                self.ledger.checkpoint()
                self.ledger.hand_over()
        return self.end()

"""The verifier, loaded from its file, as it is no module of the package; and what it says of an export."""

import contextlib
import importlib.util
import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PATH = ROOT / "verifier" / "verify_trial.py"
_spec = importlib.util.spec_from_file_location("verify_trial", PATH)
assert _spec is not None
assert _spec.loader is not None
verifier: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(verifier)


FILES = ("ledger.jsonl", "checkpoints.jsonl", "keys.json")


@dataclass(frozen=True)
class Said:
    """Exit code, summary and differences."""

    code: int
    text: str

    @property
    def differences(self) -> list[str]:
        return re.findall("^DIFFERS (.*)$", self.text, re.MULTILINE)

    @property
    def n_allocations(self) -> int:
        return self._number("difference of the chain: ([0-9]+)")

    @property
    def n_computed_again(self) -> int:
        return self._number("computed again: ([0-9]+)$")

    def _number(self, pattern: str) -> int:
        found = re.search(pattern, self.text, re.MULTILINE)
        assert found is not None
        return int(found[1])


def verify(export: Path, **options: Path | list[Path]) -> Said:
    """Run the verifier as its command does; a list gives an option several times."""
    told = io.StringIO()
    given = [
        (name, path) for name, paths in options.items() for path in (paths if isinstance(paths, list) else [paths])
    ]
    arguments = [part for name, path in given for part in (f"--{name}", str(path))]
    with contextlib.redirect_stdout(told):
        code = verifier.main([str(export), *arguments])
    return Said(code, told.getvalue())


def edit_bytes(export: Path, n: int, seed: int) -> Iterator[tuple[str, Said]]:
    """Change one byte of one file to any other, `n` times; gives where the first difference should be, and what was."""
    rng = random.Random(seed)
    contents = {name: (export / name).read_bytes() for name in FILES}
    places = [(name, place) for name, content in contents.items() for place in range(len(content))]
    for _ in range(n):
        name, place = rng.choice(places)
        changed = bytearray(contents[name])
        changed[place] ^= rng.randrange(1, 256)
        (export / name).write_bytes(changed)
        line = contents[name].count(b"\n", 0, place) + 1
        yield (f"event {line}:" if name == "ledger.jsonl" else f"{name} line {line}"), verify(export)
        (export / name).write_bytes(contents[name])

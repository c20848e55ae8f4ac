"""A page of commands, walked as it is written: its shell blocks, line by line, with the command run in this process."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from equipoise.cli.main import run

BLOCK = re.compile(r"^```sh( fails)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPORTED = re.compile(r'export (\w+)="?([^"]*?)"?')
WRITTEN = re.compile(r'echo "([^"]+)" > (\S+)')
HELD = re.compile(r"(\w+)=\$\((equipoise [^|]+) \| awk '/([^/]+)/ \{print \$1; exit\}'\)")
HERE = re.compile(r"cat > (\S+) <<'(\w+)'")
VARIABLE = re.compile(r"\$([A-Z][A-Z0-9]*)\b")


def blocks(page: Path) -> Iterator[tuple[list[str], bool]]:
    """The commands of each block, and whether the page says that the last one is refused."""
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield list(_commands(found[2].splitlines())), found[1] is not None


def _commands(lines: list[str]) -> Iterator[str]:
    """One command for each line; a file written from the page is one command."""
    rest = iter(lines)
    for line in rest:
        here = HERE.fullmatch(line)
        if here is None:
            yield line
            continue
        written = [line]
        for inner in rest:
            written.append(inner)
            if inner == here[2]:
                break
        yield "\n".join(written)


class Walker:
    """A shell that knows as much as the pages need: exports, files, variables, and the command."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        replaced: dict[str, str] | None = None,
    ) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self._replaced = replaced or {}
        self.held: dict[str, str] = {}
        self.told: list[tuple[str, str]] = []

    def walk(self, page: Path) -> None:
        """Walk a page; a command that does not end as the page says is an error."""
        for commands, is_refused in blocks(page):
            for number, command in enumerate(commands, 1):
                self._capsys.readouterr()
                code = self.do(command)
                written = self._capsys.readouterr()
                self.told.append((command, written.out + written.err))
                assert (code != 0) is (is_refused and number == len(commands)), f"{command}\n{written.out}{written.err}"

    def do(self, command: str) -> int:
        """Do one command; gives its exit code."""
        if exported := EXPORTED.fullmatch(command):
            self._monkeypatch.setenv(exported[1], exported[2])
            return 0
        if written := WRITTEN.fullmatch(command):
            Path(written[2]).write_text(written[1] + "\n", encoding="utf-8")
            return 0
        if here := HERE.match(command):
            Path(here[1]).write_text("\n".join(command.splitlines()[1:-1]) + "\n", encoding="utf-8")
            return 0
        if held := HELD.fullmatch(command):
            return self._hold(held[1], held[2], held[3])
        for before, after in self._replaced.items():
            command = command.replace(before, after)
        program, *arguments = shlex.split(VARIABLE.sub(lambda found: self.held[found[1]], command))
        if program == "python3":
            return subprocess.run([sys.executable, *arguments], env=os.environ, capture_output=True).returncode
        assert program == "equipoise", command
        return self._run(arguments)

    def said(self, beginning: str) -> str:
        """What was told by the last command that begins like this."""
        return [text for command, text in self.told if command.startswith(beginning)][-1]

    def _run(self, arguments: list[str]) -> int:
        with pytest.raises(SystemExit) as left:
            run(arguments)
        return int(left.value.code or 0)

    def _hold(self, name: str, command: str, pattern: str) -> int:
        """The first word of the first line that a pattern is found in."""
        code = self.do(command)
        lines = self._capsys.readouterr().out.splitlines()
        found = [line.split()[0] for line in lines if re.search(pattern, line)]
        assert found, f"no line with {pattern} after {command}"
        self.held[name] = found[0]
        return code

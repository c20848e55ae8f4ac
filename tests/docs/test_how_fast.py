"""The page of figures names the command behind each table, and the command is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/how-fast.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/python (benchmarks/\S+\.py)(.*)$", PAGE, re.MULTILINE)


def test_before_each_table_stands_a_command():
    tables = re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE)
    before = re.split(r"(?:^\|.*\n)+", PAGE, flags=re.MULTILINE)[:-1]
    assert len(tables) >= 3
    assert all(".venv/bin/python benchmarks/" in text for text in before)


@pytest.mark.parametrize(("script", "options"), COMMANDS)
def test_each_command_has_its_script_and_its_options(script, options):
    text = (ROOT / script).read_text(encoding="utf-8")
    assert all(f'"{option}"' in text for option in re.findall(r"--[a-z-]+", options))
    assert f"$(BIN)/python {script}" in (ROOT / "Makefile").read_text(encoding="utf-8")

"""The runner of mutants, on a kernel of two functions: what it tries, what it leaves alone, and when it is content."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.mutants import find_mutants
from tests.mutation.run import ROOT, read_kernels

KERNEL = '''"""Two functions; one limit is not tested on purpose."""

from dataclasses import dataclass

LOWEST: int | None = 10


@dataclass(frozen=True)
class Limits:
    low: int


def is_low(value: int) -> bool:
    return value < LOWEST


def is_high(value: int) -> bool:
    return value > 20

'''
TESTS = """from tiny.grading import is_high, is_low


def test_low_ends_at_ten():
    assert is_low(9)
    assert not is_low(10)


def test_high_far_from_its_limit():
    assert is_high(100)
    assert not is_high(0)

"""
# 20 becomes 21 and 19, and > becomes >=: nobody notices.
UNNOTICED = ("return value > 21", "return value > 19", "return value >= 20")

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants run in forks of one process")


@pytest.fixture
def tiny(tmp_path):
    for name, text in {
        "src/tiny/__init__.py": "",
        "src/tiny/grading.py": KERNEL,
        "checks/tiny/test_grading.py": TESTS,
        "tests/mutation/kernels.yaml": "tiny: {package: tiny, tests: [checks/tiny], least: 70}",
        "tests/mutation/survivors/tiny.yaml": "[]",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path):
    command = [sys.executable, "-m", "tests.mutation.run", "tiny", "--jobs", "2"]
    environment = os.environ | {"PYTHONPATH": f"{folder / 'src'}{os.pathsep}{ROOT}"}
    place = folder / "tests/mutation/kernels.yaml"
    return subprocess.run(
        [*command, "--kernels", str(place)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def explain(folder: Path, *after: str):
    before = "return value > 20"
    entries = [f"- {{module: grading, before: '{before}', after: '{each}', reason: far away}}\n" for each in after]
    (folder / "tests/mutation/survivors/tiny.yaml").write_text("".join(entries), encoding="utf-8")


def test_mutants_stand_in_the_order_of_lines_and_spare_annotations_and_decorators(tiny):
    found = list(find_mutants("tiny.grading", tiny / "src/tiny/grading.py"))
    assert [mutant.line for mutant in found] == sorted(mutant.line for mutant in found)
    assert {mutant.after for mutant in found if mutant.line == 5} == {
        "LOWEST: int | None = 11",
        "LOWEST: int | None = 9",
    }
    assert not any(mutant.before.startswith("@") for mutant in found)
    assert all(mutant.source != KERNEL for mutant in found)


@needs_fork
def test_survivors_need_a_reason_each_and_reasons_a_survivor(tiny):
    first = run(tiny)
    assert first.returncode == 1, first.stderr
    assert first.stdout.count("**no reason given**") == 3
    for after in UNNOTICED:
        assert f"→ `{after}`" in first.stdout
    explain(tiny, *UNNOTICED, "return value <= 20")
    second = run(tiny)
    assert second.returncode == 1
    assert second.stdout.count("far away") == 3
    assert "- stale, killed now: grading | return value > 20 | return value <= 20" in second.stdout
    assert (tiny / "src/tiny/grading.py").read_text(encoding="utf-8") == KERNEL


@needs_fork
def test_tests_that_fail_on_the_unchanged_source_judge_nothing(tiny):
    (tiny / "checks/tiny/test_grading.py").write_text("def test_no():\n    assert False\n", encoding="utf-8")
    found = run(tiny)
    assert found.returncode == 1
    assert "the tests do not pass on the unchanged source" in found.stderr


def test_every_kernel_has_its_source_and_a_share_to_reach():
    kernels = read_kernels()
    assert {"ctcae", "recist", "dosimetry"} <= set(kernels)
    for kernel in kernels.values():
        assert kernel.folder.is_dir()
        assert kernel.least >= 95

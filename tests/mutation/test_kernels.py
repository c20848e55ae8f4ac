"""Enough mutants of every kernel are killed, and whichever lives has a reason beside it. Takes an hour or more."""

import os
import subprocess
import sys

import pytest

from tests.mutation.run import ROOT, read_kernels


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants run in forks of one process")
@pytest.mark.parametrize("kernel", read_kernels())
def test_mutants_are_killed_or_explained(kernel):
    """The report on failure names every survivor: add a test, or a reason to `survivors/`."""
    command = [sys.executable, "-m", "tests.mutation.run", kernel]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr

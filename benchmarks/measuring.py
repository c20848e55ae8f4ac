"""Runs a piece of work in a process of its own and says how long it took and how much memory its whole tree held.

Times are measured inside the process, after its imports. Memory is the greatest sum of resident sizes over the process
and all its descendants, read from /proc some fifty times a second (shared pages count once for each process); where
there is no /proc it is the peak of the process alone.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAUSE_S = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


@dataclass(frozen=True)
class Measured:
    """What the work printed (a JSON object), and the peak memory of its process tree. [bytes]"""

    said: dict[str, Any]
    peak_bytes: int


def run_measured(script: Path, arguments: list[str]) -> Measured:
    """Run `python script arguments…`; its last line of output is a JSON object. CalledProcessError when it fails."""
    command = [sys.executable, str(script), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = 0
        while True:
            peak = max(peak, tree_bytes(process.pid))
            # WNOWAIT leaves the process to `wait4`, whose own account of the peak cannot miss a spike.
            if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                break
            time.sleep(PAUSE_S)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    own_peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Measured(json.loads(output.splitlines()[-1]), max(peak, own_peak))


def tree_bytes(pid: int) -> int:
    """Resident bytes of a process and its descendants now; 0 where /proc does not tell."""
    total, pending = 0, [pid]
    while pending:
        current = pending.pop()
        try:
            total += int((_PROC / str(current) / "statm").read_text().split()[1]) * _PAGE
            for task in (_PROC / str(current) / "task").iterdir():
                pending += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, IndexError, ValueError):
            continue
    return total

"""Runs the tests of a kernel on every mutant: `python -m tests.mutation.run ctcae --report ctcae.md`.

No file is changed: each mutant is run in a child process in which the import of one module gives the changed source.
The child is a fork of a process that has loaded the slow libraries already, so a mutant costs little more than its
tests.
Fork is not on Windows; there the tests of this folder are skipped.
"""

import argparse
import gc
import importlib.abc
import importlib.util
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType

import pytest
import yaml

from tests.mutation.mutants import Mutant, find_mutants

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
_PYTEST = ("-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", "--assert=plain", "-m", "not long")
_PYTEST += ("-p", "no:unraisableexception")  # it collects garbage several times, longer than most tests take
_LEAST_TIMEOUT_S = 20.0
_MEMORY_BYTES = 6 * 2**30


class Fate(StrEnum):
    """What the tests made of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed-out"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Kernel:
    """A package to mutate and the tests that must notice."""

    name: str
    package: str
    tests: tuple[str, ...]
    least: float
    folder: Path
    survivors: Path
    preload: tuple[str, ...]


@dataclass
class Score:
    """Fates of the mutants of a kernel, and the reasons given for those that live."""

    kernel: Kernel
    fates: dict[Mutant, Fate] = field(default_factory=dict)
    reasons: dict[tuple[str, str, str], str] = field(default_factory=dict)

    @property
    def survivors(self) -> list[Mutant]:
        return [mutant for mutant, fate in self.fates.items() if fate is Fate.SURVIVED]

    @property
    def percent(self) -> float:
        """Killed mutants, those that never end included, of all. [%]"""
        return 100 * (1 - len(self.survivors) / len(self.fates)) if self.fates else 0.0

    @property
    def unexplained(self) -> list[Mutant]:
        return [mutant for mutant in self.survivors if key_of(mutant) not in self.reasons]

    @property
    def stale(self) -> list[tuple[str, str, str]]:
        """Reasons for mutants that were tried and are killed now."""
        killed = {key_of(mutant) for mutant, fate in self.fates.items() if fate is not Fate.SURVIVED}
        alive = {key_of(mutant) for mutant in self.survivors}
        return [key for key in self.reasons if key in killed - alive]


class MutantLoader(SourceFileLoader):
    """Loads a module from changed source, and writes no byte code."""

    def __init__(self, fullname: str, path: str, source: str) -> None:
        super().__init__(fullname, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


class MutantFinder(importlib.abc.MetaPathFinder):
    """Answers for one module name."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._source = mutant.source

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        place = str(self._mutant.path)
        loader = MutantLoader(fullname, place, self._source)
        is_package = self._mutant.path.name == "__init__.py"
        locations = [str(self._mutant.path.parent)] if is_package else None
        return importlib.util.spec_from_file_location(
            fullname, place, loader=loader, submodule_search_locations=locations
        )


def read_kernels(path: Path = HERE / "kernels.yaml") -> dict[str, Kernel]:
    """The kernels of a file, by name; places are relative to the folder two above that of the file."""
    kernels = {}
    root = path.parent.parent.parent
    for name, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        folder = root / "src" / entry["package"].replace(".", "/")
        survivors = path.parent / "survivors" / f"{name}.yaml"
        tests = tuple(str(root / each) for each in entry["tests"])
        preload = tuple(entry.get("preload", ()))
        kernels[name] = Kernel(name, entry["package"], tests, float(entry["least"]), folder, survivors, preload)
    return kernels


def mutants_of(kernel: Kernel) -> Iterator[Mutant]:
    for path in sorted(kernel.folder.rglob("*.py")):
        parts = path.relative_to(kernel.folder).with_suffix("").parts
        module = ".".join((kernel.package, *(part for part in parts if part != "__init__")))
        yield from find_mutants(module, path)


def run(kernel: Kernel, *, jobs: int, sample: int | None = None, only: str | None = None) -> Score:
    """Try the mutants of a kernel, or a sample of them that is the same on every run."""
    _warm_up(kernel)
    files = _test_files(kernel.tests)
    started = time.monotonic()
    _wait({_start(None, [files]): (None, started + 600)}, block=True, fates={})
    timeout = max(_LEAST_TIMEOUT_S, 6 * (time.monotonic() - started))
    gc.freeze()  # what is loaded so far is shared by the children, and none of it is garbage
    mutants = [each for each in mutants_of(kernel) if only is None or each.path.stem == only]
    if sample is not None and sample < len(mutants):
        mutants = random.Random(kernel.name).sample(mutants, sample)
    score = Score(kernel, reasons=_read_reasons(kernel.survivors))
    running: dict[int, tuple[Mutant | None, float]] = {}
    for mutant in mutants:
        while len(running) >= jobs:
            _wait(running, block=False, fates=score.fates)
        running[_start(mutant, _near_first(files, mutant))] = (mutant, time.monotonic() + timeout)
    while running:
        _wait(running, block=False, fates=score.fates)
    return score


def _warm_up(kernel: Kernel) -> None:
    """Load what every run of the tests would load again: slow libraries, the catalogue of concepts, the unit parser."""
    for name in kernel.preload:
        importlib.import_module(name)
    if "equipoise.terminology.catalogue" in kernel.preload:
        sys.modules["equipoise.terminology.catalogue"].base_library()
        sys.modules["equipoise.terminology.units"].resolve_unit("m/h")
    if "hypothesis" in kernel.preload:
        # The first failure is enough, found on the same cases in every run: it need not be made small.
        hypothesis = sys.modules["hypothesis"]
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None, phases=phases)
        hypothesis.settings.load_profile("mutants")


def key_of(mutant: Mutant) -> tuple[str, str, str]:
    """What a list of survivors calls a mutant: module, line before, line after."""
    return mutant.module.rsplit(".", 1)[-1], mutant.before, mutant.after


def _read_reasons(path: Path) -> dict[tuple[str, str, str], str]:
    if not path.exists():
        return {}
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return {(each["module"], each["before"], each["after"]): each["reason"] for each in entries}


def _test_files(places: Sequence[str]) -> list[Path]:
    files: list[Path] = []
    for place in map(Path, places):
        files += sorted(place.rglob("test_*.py")) if place.is_dir() else [place] if place.exists() else []
    return list(dict.fromkeys(files))


def _near_first(files: Sequence[Path], mutant: Mutant) -> tuple[list[Path], list[Path]]:
    """Tests named after the module, then the others: most mutants die before the others are even collected."""
    near = [file for file in files if mutant.path.stem in file.stem]
    return near, [file for file in files if file not in near]


def _start(mutant: Mutant | None, groups: Sequence[Sequence[Path]]) -> int:
    child = os.fork()
    if child:
        return child
    code = 2
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        sys.dont_write_bytecode = True
        if mutant is not None:
            assert mutant.module not in sys.modules, "a module was loaded before its mutant"
            sys.meta_path.insert(0, MutantFinder(mutant))
        # Plugins of other tests (parallel runs, property tests) cost time here and change nothing.
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        for group in groups:
            code = int(pytest.main([*_PYTEST, *map(str, group)])) if group else 0
            if code:
                break
    except BaseException:
        code = 3
    finally:
        os._exit(code)


def _wait(running: dict[int, tuple[Mutant | None, float]], *, block: bool, fates: dict[Mutant, Fate]) -> None:
    """Take in what ended or took too long; the run without a mutant must pass."""
    while True:
        for child, (mutant, deadline) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            is_late = not done and time.monotonic() > deadline
            if not done and not is_late:
                continue
            if is_late:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
            del running[child]
            if mutant is not None:
                survived = not is_late and os.waitstatus_to_exitcode(status) == 0
                fates[mutant] = Fate.TIMED_OUT if is_late else Fate.SURVIVED if survived else Fate.KILLED
                if fates[mutant] is not Fate.KILLED or len(fates) % 50 == 0:  # a run is long: tell how it goes
                    print(f"{len(fates)}: {fates[mutant]} {mutant}", file=sys.stderr, flush=True)
            elif is_late or os.waitstatus_to_exitcode(status) != 0:
                raise SystemExit("the tests do not pass on the unchanged source, so they cannot judge mutants")
        if not block or not running:
            break
        time.sleep(0.02)
    time.sleep(0.01)


def render(score: Score) -> str:
    """The report: figures, then every survivor with its reason."""
    counts = {fate: sum(each is fate for each in score.fates.values()) for fate in Fate}
    lines = [
        f"# Mutants of {score.kernel.name}",
        "",
        f"{len(score.fates)} mutants: {counts[Fate.KILLED]} killed, {counts[Fate.TIMED_OUT]} never ended, "
        f"{counts[Fate.SURVIVED]} survived ({score.percent:.1f} % killed, {score.kernel.least:.0f} % asked for).",
        "",
    ]
    for mutant in score.survivors:
        lines.append(
            f"- `{mutant.path.name}:{mutant.line}` `{mutant.before}` → `{mutant.after}`: "
            f"{score.reasons.get(key_of(mutant), '**no reason given**')}"
        )
    lines += [f"- stale, killed now: {' | '.join(key)}" for key in score.stale]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kernel", help="a name in the file of kernels")
    parser.add_argument("--kernels", type=Path, default=HERE / "kernels.yaml", help="the file of kernels")
    parser.add_argument("--jobs", type=int, default=max(1, os.cpu_count() or 1))
    parser.add_argument("--sample", type=int, help="try so many mutants, the same on every run")
    parser.add_argument("--only", help="try mutants of one module only, for example grading")
    parser.add_argument("--report", type=Path, help="write the report here as well")
    asked = parser.parse_args()
    kernels = read_kernels(asked.kernels)
    if asked.kernel not in kernels:
        parser.error(f"no kernel {asked.kernel!r}; known: {', '.join(kernels)}")
    score = run(kernels[asked.kernel], jobs=asked.jobs, sample=asked.sample, only=asked.only)
    report = render(score)
    print(report, end="")
    if asked.report is not None:
        asked.report.write_text(report, encoding="utf-8")
    is_enough = score.percent >= score.kernel.least and not score.unexplained and not score.stale
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())

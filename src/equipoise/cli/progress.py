"""What a person sees while waiting: steps with times on a terminal, nothing in a pipe."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from equipoise.operations.progress import Progress, be_quiet


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A listener for one operation; standard output stays free for results."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield be_quiet
        return
    with console.status("starting") as status:
        done = _Steps(console)

        def tell(step: str) -> None:
            done.finish()
            done.begin(step)
            status.update(step)

        yield tell
        done.finish()


class _Steps:
    """The step that runs, and when it began (the clock here only tells a person how long a step took)."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._step: str | None = None
        self._began = 0.0

    def begin(self, step: str) -> None:
        self._step, self._began = step, time.monotonic()

    def finish(self) -> None:
        if self._step is not None:
            seconds = time.monotonic() - self._began
            self._console.print(f"  {self._step} ({seconds:.1f} s)", highlight=False, markup=False)
            self._step = None

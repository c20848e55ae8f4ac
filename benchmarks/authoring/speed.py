"""How many texts each part reads in a second, in this process, on one core. Information, not a claim."""

import time
from collections.abc import Callable, Sequence

from authoring.tables import Table


def measure_speed(parts: dict[str, tuple[Callable[[str], object], Sequence[str], str]]) -> Table:
    """Of each part the best of three runs over its texts."""
    notes = []
    for name, (function, texts, what) in parts.items():
        seconds = min(_time(function, texts) for _ in range(3))
        notes.append(f"{name}: {len(texts) / seconds:,.0f} {what} a second")
    return Table("Speed (one core, best of three)", (), tuple(notes))


def _time(function: Callable[[str], object], texts: Sequence[str]) -> float:
    start = time.perf_counter()
    for text in texts:
        function(text)
    return time.perf_counter() - start

"""What the tests of the readers share: a file to read, the cover of a text, and where samples may lie."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.authoring.model import Registration, SegmentKind
from equipoise.authoring.registries.reading import read_record

REPOSITORY = Path(__file__).parents[4]


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Registration]:
    """Write a record (text, bytes, or an object that becomes JSON) and read it."""

    def read(content: str | bytes | dict[str, Any] | list[Any], name: str = "trial.txt") -> Registration:
        data = json.dumps(content) if isinstance(content, dict | list) else content
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_record(path)

    return read


@pytest.fixture
def check_cover() -> Callable[[Registration], None]:
    """Fail unless the segments outside and the eligibility regions cover the text, each character once."""

    def check(registration: Registration) -> None:
        spans = [(segment.start, segment.end) for segment in registration.outside]
        at = 0
        for start, end in sorted([*spans, *registration.eligibility]):
            assert start == at, f"a gap or an overlap at {at}: {registration.text[at : at + 40]!r}"
            assert end > start
            at = end
        assert at == len(registration.text)
        for segment in registration.outside:
            assert segment.role
            assert segment.kind in (SegmentKind.HEADING, SegmentKind.BOILERPLATE)
            is_blank = not registration.text[segment.start : segment.end].strip()
            assert is_blank == (segment.role == "space")

    return check


@pytest.fixture(scope="session")
def reference_records() -> Path:
    return REPOSITORY / "protocols" / "nct05610826" / "records"


@pytest.fixture(scope="session")
def usdm_samples() -> Path:
    """The folder of USDM samples beside the checkout; the test is skipped when it is not there."""
    folder = REPOSITORY.parent / "shared" / "data" / "usdm"
    if not folder.is_dir():
        pytest.skip("CDISC's USDM samples are not beside this checkout")  # they are no part of this repository
    return folder

"""`spec`: holds one paragraph of the manual against both evaluators."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.spec import manual


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Called once by a test, with a rule, drawn tables and what each patient must come to."""

    def check(rule: str, **given: Any) -> None:
        name = manual.paragraph_name(request.node.module.__name__, request.node.name)
        paragraph = manual.make_paragraph(name, "", rule, **given)
        verdicts = manual.judged(paragraph.context)
        assert sorted(paragraph.gives) == paragraph.patients, "every patient that is drawn must come to something"
        for number, words in paragraph.gives.items():
            plain, compiled = verdicts[name, number]
            assert plain == compiled, f"patient {number}: the evaluators differ"
            check_verdict(manual.read_expected(words), plain, number)

    return check


def check_verdict(expected: manual.Expected, found: manual.Judged, number: int) -> None:
    said = f"patient {number}: {found}"
    assert found.truth == expected.truth, said
    if expected.basis is not None:
        assert found.basis == expected.basis, said
    if expected.causes is not None:
        assert set(found.causes) == set(expected.causes), said
    if expected.evidence is not None:
        rows = json.loads(found.evidence)
        assert {row["record_id"] or row["table"] for row in rows} == expected.evidence, said
    if expected.needs is not None:
        assert set(found.needs) == expected.needs, said

"""A ratio that a protocol gives is compared with the one to be frozen."""

from pathlib import Path

import pytest

from equipoise.errors import RefusedError
from equipoise.operations.trial.freezing import check_against_protocol, read_plan
from equipoise.protocol.loading import load_protocol


def test_a_ratio_that_is_not_that_of_the_protocol_is_frozen_only_by_who_saw_it(tmp_path: Path):
    """The public record of the reference trial speaks of the flip of a coin: 1:1."""
    protocol, file = load_protocol("nct05610826"), tmp_path / "allocation.yaml"
    text = "arms: [{name: arm-2, shares: 1}, {name: arm-1, shares: %d}]\nmethod: {name: simple}\n"
    file.write_text(text % 2, encoding="utf-8")
    plan, _ = read_plan(file, 60, None, None, is_accepted=False)
    with pytest.raises(RefusedError, match="gives arm-1, arm-2 as 2:1; the protocol says 1:1"):
        check_against_protocol(protocol, plan, is_accepted=False)
    check_against_protocol(protocol, plan, is_accepted=True)
    file.write_text(text % 1, encoding="utf-8")
    check_against_protocol(protocol, read_plan(file, 60, None, None, is_accepted=False)[0], is_accepted=False)

"""How Hypothesis draws: the same examples on every run of `make test`, new ones in `make test-long`.

A suite that gates a change must not pass and fail by luck; a search for what nobody thought of must not stand still.
Neither profile measures time: a slow machine is not a fault of the product.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fixed", settings.get_profile("search"), derandomize=True, database=None)
settings.load_profile("fixed")


def pytest_configure(config: pytest.Config) -> None:
    """Draw no constants from modules: which of ours are loaded by now depends on the tests that ran before."""
    if config.getoption("--hypothesis-profile") is None:
        assert hasattr(providers, "_get_local_constants"), "Hypothesis finds its constants in another way now"
        providers._get_local_constants = Constants

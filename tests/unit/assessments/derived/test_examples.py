"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil
from datetime import date
from decimal import Decimal

import pytest

from equipoise.assessments import derived

MODULES = sorted(each.name for each in pkgutil.iter_modules(derived.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name):
    module = importlib.import_module(f"equipoise.assessments.derived.{name}")
    found = doctest.testmod(module, extraglobs={"Decimal": Decimal, "date": date})
    assert found.failed == 0
    if name not in ("arrays", "measured"):
        assert found.attempted > 0

"""Stores of both kinds, each new for one test."""

from collections.abc import Iterator

import pytest
from tests.postgres import postgres_schema
from tests.store_world import make_store, opened

from equipoise.store.log import TrialStore


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'trial.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request, tmp_path) -> Iterator[str]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'trial.db'}"
    else:
        with postgres_schema() as url:
            yield url


@pytest.fixture
def any_store(any_url) -> Iterator[TrialStore]:
    with opened(make_store(any_url)) as store:
        yield store


@pytest.fixture
def sqlite_store(sqlite_url) -> Iterator[TrialStore]:
    with opened(make_store(sqlite_url)) as store:
        yield store


@pytest.fixture
def postgres_store() -> Iterator[TrialStore]:
    with postgres_schema() as url, opened(make_store(url)) as store:
        yield store

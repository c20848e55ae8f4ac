"""A place of its own on the PostgreSQL that EQUIPOISE_TEST_POSTGRES names: one schema for one test, dropped afterwards.

`tests/with_postgres.sh COMMAND` starts a server, sets the variable and runs the command.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

VARIABLE = "EQUIPOISE_TEST_POSTGRES"
REASON = f"no PostgreSQL: {VARIABLE} is not set (tests/with_postgres.sh starts one)"
_numbers = itertools.count(1)


@contextmanager
def postgres_schema() -> Iterator[str]:
    """The URL of an empty schema; skips the test where there is no server."""
    server = os.environ.get(VARIABLE)
    if not server:
        pytest.skip(REASON)
    import psycopg

    name = f"test_{os.getpid()}_{next(_numbers)}"
    plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        try:
            url = make_url(server).update_query_dict({"options": f"-csearch_path={name}"})
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")

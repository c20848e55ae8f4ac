"""Attrition: how many people each criterion costs, in protocol order, alone, and as the only obstacle.

Counts leave out people dead on or before `as_of`. Sequential counts follow the protocol's order: who was blocked by
an earlier criterion does not reach a later one.
"""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class AttritionRow:
    """
    One criterion's cost [people].

    `entering` reached it; `blocked_here` it blocks of those; of the remaining, `open_so_far` have something open at it
    or before it, the others pass everything so far. `alone` it blocks of all; `only_blocker` nothing else blocks.
    The last four count its verdicts over all living people; `n_assumed` are among true and false.
    """

    criterion_id: str
    entering: int
    blocked_here: int
    passing: int
    open_so_far: int
    alone: int
    only_blocker: int
    n_true: int
    n_false: int
    n_unknown: int
    n_assumed: int


_QUERY = """
WITH living AS (SELECT number FROM people WHERE NOT is_deceased),
firsts AS (
    SELECT number, coalesce(min(position) FILTER (effect = 'blocks'), 2147483647) AS first_block,
           coalesce(min(position) FILTER (effect = 'open'), 2147483647) AS first_open,
           count(*) FILTER (effect = 'blocks') AS n_blocks
    FROM living LEFT JOIN judged USING (number) GROUP BY number
),
sequence AS (
    SELECT position, count(*) FILTER (first_block >= position) AS entering,
           count(*) FILTER (first_block = position) AS blocked_here,
           count(*) FILTER (first_block > position AND first_open > position) AS passing,
           count(*) FILTER (first_block > position AND first_open <= position) AS open_so_far,
           count(*) FILTER (first_block = position AND n_blocks = 1) AS only_blocker
    FROM criteria LEFT JOIN firsts ON true GROUP BY position
),
counts AS (
    SELECT position, count(*) FILTER (effect = 'blocks') AS alone, count(*) FILTER (truth = 'true') AS n_true,
           count(*) FILTER (truth = 'false') AS n_false, count(*) FILTER (truth = 'unknown') AS n_unknown,
           count(*) FILTER (basis = 'assumed-from-absence') AS n_assumed
    FROM judged JOIN living USING (number) GROUP BY position
)
SELECT criterion_id, entering, blocked_here, passing, open_so_far, coalesce(alone, 0), only_blocker,
       coalesce(n_true, 0), coalesce(n_false, 0), coalesce(n_unknown, 0), coalesce(n_assumed, 0)
FROM criteria LEFT JOIN sequence USING (position) LEFT JOIN counts USING (position) ORDER BY position
"""


def compute_attrition(connection: duckdb.DuckDBPyConnection) -> tuple[AttritionRow, ...]:
    """A row for each criterion in protocol order, from a store whose verdicts are loaded."""
    return tuple(AttritionRow(*row) for row in connection.execute(_QUERY).fetchall())

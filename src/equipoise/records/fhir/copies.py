"""Resources that a source holds more than once: equal copies, older versions, and copies that disagree.

Only the columns that are read count: two copies that differ elsewhere are equal here. Of versions that say
which is newer the newest is kept. Of copies that disagree without saying so, one of each is kept, so that they
meet as a conflict where they matter, and the report names them.
"""

from collections.abc import Sequence

from equipoise.records.account import DUPLICATE, Account
from equipoise.records.fhir.shapes import PLACE_COLUMNS, SHAPES
from equipoise.records.fhir.staging import Staged, facts_query
from equipoise.records.report import Fate

SUPERSEDED = "superseded by a newer version"


def keep_one_of_each(account: Account, kind: str, staged: Sequence[Staged]) -> str:
    """
    The name of a view of the facts of one kind without superfluous copies; the others are counted.

    Only resources whose id stands twice are compared, and only these are read a second time, with all their parts.
    """
    connection = account.connection
    parts = " UNION ALL ".join(f"SELECT * FROM {part.relation}" for part in staged)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW staged AS {parts}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE twice AS SELECT h FROM (SELECT hash(id) AS h FROM staged WHERE id IS NOT NULL)"
        " GROUP BY h HAVING count(*) > 1"
    )
    if not connection.execute("SELECT count(*) FROM twice").fetchall()[0][0]:
        return "staged"
    sources = " UNION ALL ".join(f"SELECT * FROM {part.source}" for part in staged)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE copies AS {_ranked(kind, sources)}")
    lost = (
        "SELECT place_file, CASE WHEN nth > 1 THEN $d ELSE $s END AS why, count(*) FROM copies WHERE is_lost"
        " GROUP BY ALL"
    )
    for file, why, n in connection.execute(lost, {"d": DUPLICATE, "s": SUPERSEDED}).fetchall():
        account.add(file, kind, Fate.NOT_NEEDED, why, n)
    disagreeing = connection.execute(
        "SELECT count(*) FROM (SELECT id FROM copies WHERE NOT is_lost GROUP BY id HAVING count(*) > 1)"
    ).fetchall()[0][0]
    account.note(f"{kind}: copies with one id disagree and do not say which is newer: all kept", disagreeing)
    columns = ", ".join(f'"{name}"' for name in (*SHAPES[kind], *PLACE_COLUMNS))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW kept_copies AS SELECT {columns} FROM copies WHERE NOT is_lost")
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW kept AS SELECT * FROM staged"
        " WHERE id IS NULL OR hash(id) NOT IN (SELECT h FROM twice)"
        f" UNION ALL ({facts_query(kind, 'kept_copies')})"
    )
    return "kept"


def _ranked(kind: str, sources: str) -> str:
    content = ", ".join(f'"{name}"' for name in SHAPES[kind] if name != "meta")
    version = (
        "CASE WHEN coalesce(meta.lastUpdated, meta.versionId) IS NOT NULL THEN coalesce("
        "strftime(instant_of(meta.lastUpdated), '%Y%m%d%H%M%S%f'), '') || lpad(coalesce(meta.versionId,"
        " ''), 12, '0') END"
    )
    # `nth` > 1: a copy equal to one that stands earlier; `is_old`: all copies tell their version, another is newer.
    return (
        f"WITH c AS (SELECT *, hash({content}) AS content, {version} AS version FROM ({sources})"
        " WHERE hash(id) IN (SELECT h FROM twice)),"
        " r AS (SELECT *, row_number() OVER (PARTITION BY id, content ORDER BY version DESC NULLS LAST,"
        " place_file, place) AS nth,"
        " max(version) OVER (PARTITION BY id) AS newest, bool_and(version IS NOT NULL) OVER (PARTITION BY"
        " id) AS is_told,"
        " max(version) OVER (PARTITION BY id, content) AS own FROM c)"
        " SELECT *, nth > 1 OR (is_told AND own < newest) AS is_lost FROM r"
    )

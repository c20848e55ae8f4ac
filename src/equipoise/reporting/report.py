"""The screening report: one page that tells the result, lists in pages of 500, and a page for each listed patient.

Reads the tables a screening wrote; decides nothing about anybody. File names hold running numbers (order of
patient ids), never an id. Without scripts or anything fetched from elsewhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from math import ceil
from pathlib import Path
from typing import Any

import duckdb
import jinja2
from markupsafe import Markup

from equipoise.records.report import Fate
from equipoise.reporting import patient_pages
from equipoise.reporting.pictures import draw_attrition
from equipoise.reporting.wording import GROUP_TITLES, code_words, people, sentence_html, system_words
from equipoise.screening.outputs import Group
from equipoise.screening.screen import Screening
from equipoise.screening.store import parquet_source

ROWS_A_PAGE = 500
ROWS_IN_REPORT = 12
REASONS_A_ROW = 3
_ITEMS_IN_REPORT = 15


class Pages(StrEnum):
    """Which patients get a page: those in, near or waiting for a person, or all."""

    LISTED = "listed"
    ALL = "all"


LISTED_GROUPS = (Group.IN, Group.NEAR, Group.ASK_PEOPLE)


@dataclass(frozen=True)
class Entry:
    """A patient as a line of a list: `page` is the path from the folder `report`, None without a page."""

    patient_id: str
    page: str | None
    facts: tuple[tuple[str, str], ...]
    more: int
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """A line of the worklist; `page` lists the patients it alone would settle."""

    rank: int
    question: str
    decided_by: str
    criterion_ids: tuple[str, ...]
    n_open: int
    n_settles: int
    is_confirmation: bool


def render_report(
    screening: Screening, *, pages: Pages = Pages.LISTED, progress: Callable[[str, int, int], None] | None = None
) -> Path:
    """
    Write `report.html` and the folder `report` beside the tables.

    Parameters
    ----------
    screening
        What `screening.screen` returned; its Parquet files must still be there.
    pages
        Which patients get a page of their own.
    progress
        Called with (what, done, of) while patient pages are written.

    Returns
    -------
    The path of `report.html`.
    """
    environment = make_environment()
    folder = screening.folder / "report"
    folder.mkdir()
    (folder / "style.css").write_text(_style(), encoding="utf-8")
    lists = _read_lists(screening, pages)
    items = _read_items(screening)
    for group, entries in lists.items():
        _write_list(environment, screening, folder, group, entries)
    patient_pages.write_pages(
        environment, screening, folder, only=None if pages is Pages.ALL else LISTED_GROUPS, progress=progress
    )
    report = screening.folder / "report.html"
    text = environment.get_template("report.html").render(
        **_common(screening, ""),
        style=Markup(_style()),
        groups=[
            (group, *GROUP_TITLES[group], lists[group][:ROWS_IN_REPORT], len(lists[group])) for group in GROUP_TITLES
        ],
        items=items[:_ITEMS_IN_REPORT],
        n_items=len(items),
        attrition=screening.attrition,
        costs={row.criterion_id: row for row in screening.attrition},
        picture=draw_attrition(screening.attrition),
        not_understood=_reasons(screening, Fate.NOT_UNDERSTOOD),
        not_needed=_reasons(screening, Fate.NOT_NEEDED),
        reading=screening.reading,
    )
    report.write_text(text, encoding="utf-8")
    return report


def make_environment() -> jinja2.Environment:
    """Templates with everything escaped and every undefined name an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("equipoise.reporting", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "people": people,
        "code_words": code_words,
        "system_words": system_words,
        "sentence": sentence_html,
        "thousands": "{:,}".format,
    }
    return environment


def _style() -> str:
    return (files("equipoise.reporting") / "templates" / "style.css").read_text(encoding="utf-8")


def _common(screening: Screening, root: str) -> dict[str, Any]:
    return {"protocol": screening.protocol, "summary": screening.summary, "root": root}


def _reasons(screening: Screening, fate: Fate) -> list[tuple[str, str, int]]:
    if screening.reading is None:
        return []
    return [(kind, why, n) for (kind, why), n in screening.reading.reasons(fate).items()]


_LISTS = """
WITH numbered AS (
    SELECT row_number() OVER (ORDER BY patient_id) AS number, patient_id, "group",
           from_json(blocked_by, '["VARCHAR"]') AS blocked_by, from_json(assumed, '["VARCHAR"]') AS assumed
    FROM {patients}
),
deciding AS (
    SELECT patient_id, list({{'id': criterion_id, 'reason': reason}} ORDER BY file_row_number) AS facts
    FROM {verdicts}
    JOIN numbered USING (patient_id)
    WHERE effect = CASE "group" WHEN 'out' THEN 'blocks' ELSE 'open' END
    GROUP BY patient_id
)
SELECT number, patient_id, "group", coalesce(blocked_by[1] = 'deceased', false), coalesce(facts[1:{shown}], []),
       coalesce(len(facts), 0), assumed
FROM numbered LEFT JOIN deciding USING (patient_id) ORDER BY number
"""


def _read_lists(screening: Screening, pages: Pages) -> dict[Group, list[Entry]]:
    query = _LISTS.format(
        patients=parquet_source(screening.table("patients")),
        verdicts=parquet_source(screening.table("verdicts"), file_row_number=True),
        shown=REASONS_A_ROW,
    )
    lists: dict[Group, list[Entry]] = {group: [] for group in GROUP_TITLES}
    with duckdb.connect(":memory:") as connection:
        for number, patient_id, name, is_dead, facts, n_facts, assumed in connection.execute(query).fetchall():
            group = Group(name)
            told = [(fact["id"], fact["reason"]) for fact in facts]
            if is_dead:
                told = [("deceased", "A death on or before the day of judgement is recorded."), *told]
            has_page = pages is Pages.ALL or group in LISTED_GROUPS
            page = patient_pages.page_path(number) if has_page else None
            lists[group].append(Entry(patient_id, page, tuple(told), n_facts - len(facts), tuple(assumed)))
    return lists


def _read_items(screening: Screening) -> list[Item]:
    query = """SELECT rank, question, decided_by, from_json(criterion_ids, '["VARCHAR"]'), n_open, n_settles,
                      starts_with(item, 'confirm:') FROM {} ORDER BY rank"""
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(query.format(parquet_source(screening.table("worklist")))).fetchall()
    return [
        Item(rank, question, by, tuple(ids), n, settles, offer) for rank, question, by, ids, n, settles, offer in rows
    ]


def list_path(group: Group, page: int) -> str:
    """File name of a page of a list; pages count from 1."""
    return f"list-{group.value}-{page:04d}.html"


def _write_list(
    environment: jinja2.Environment, screening: Screening, folder: Path, group: Group, entries: list[Entry]
) -> None:
    template = environment.get_template("list.html")
    count = max(1, ceil(len(entries) / ROWS_A_PAGE))
    title, meaning = GROUP_TITLES[group]
    for page in range(1, count + 1):
        text = template.render(
            **_common(screening, "../"),
            group=group,
            title=title,
            meaning=meaning,
            entries=entries[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE],
            first=(page - 1) * ROWS_A_PAGE + 1,
            total=len(entries),
            page=page,
            links=[(each, list_path(group, each)) for each in _near_pages(page, count)],
            before=list_path(group, page - 1) if page > 1 else None,
            after=list_path(group, page + 1) if page < count else None,
        )
        (folder / list_path(group, page)).write_text(text, encoding="utf-8")


def _near_pages(page: int, count: int) -> Iterable[int]:
    """The first and last page and those around this one."""
    return sorted({1, count, *range(max(1, page - 3), min(count, page + 3) + 1)})

"""The page of RECIST 1.1: the tables as they are executed, the switches with their sources, and our readings.

Tables and switches are printed from the code; readings of doubtful wording stand in `READINGS`.
"""

import inspect
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from textwrap import dedent

from equipoise.assessments.recist import krenning, lesions, policy, series, targets, visits
from equipoise.assessments.recist.categories import TABLES, Disease, Response
from equipoise.assessments.recist.surgery import FirstSeenAfter
from equipoise.reporting.spider_plot import SpiderCourse, SpiderPoint, draw_spider_plot, tabulate_courses

PICTURE = "recist-spider.svg"
INTRODUCTION = """\
# Response (RECIST 1.1)

Response Evaluation Criteria in Solid Tumours, version 1.1: Eisenhauer EA et al., Eur J Cancer 2009;45:228-247, with the
clarifications of the RECIST committee (Schwartz LH et al., Eur J Cancer 2016;62:132-137) and the questions and answers
at recist.eortc.org. Everything is in `equipoise.assessments.recist`; diameters are exact decimals in mm, and limits are
compared without rounding.

| to | call |
|---|---|
| find what is wrong with a reading | `check_reading`, `check_targets` |
| say whether a lesion can be measured; propose targets | `judge_measurability`, `propose_targets` |
| judge every visit of one reading | `judge_visits`; for many subjects `judge_visits_of_all` |
| find the best response; progression | `judge_best_response`; `find_progression`, `find_last_evaluable` |
| separate and settle readers | `separate_readers`, `adjudicate` |
| judge around surgery | `judge_around_surgery`, `compute_cytoreduction` |
| count uptake over lesions | `count_uptake`, `judge_uptake` |

An answer is a value with its inputs and source, or *not evaluable* with a cause: NE of the tables below is always the
latter. Nothing that a record can hold raises an error.
"""
READINGS = (
    ("Progression and partial response at one visit", "4.3.1", "Progression. It is counted from the smallest sum."),
    (
        "All nodes below 10 mm, and their sum 20 % and 5 mm above the smallest",
        "4.3.2",
        "Complete: normal nodes are no disease. Complete is asked first.",
    ),
    (
        "The smallest sum",
        "4.3.1",
        "Of complete sums only, baseline included. A visit with a target missing sets none.",
    ),
    (
        "A target missing",
        "4.4.2",
        "Progression when the sizes of the others alone meet both limits against the whole smallest sum (the paper's "
        "50 and 80 mm). Never partial or stable.",
    ),
    (
        "A smallest sum of 0 mm",
        "4.3.1",
        "20 % is met by anything, so 5 mm decides. After an overall complete response it is not asked.",
    ),
    (
        "A lesion seen again after an overall complete response",
        "frequently asked questions; EORTC",
        "Progression, however small, targets and non-targets; also too small to measure. Nodes by the switch; a "
        "non-target node only when a person says unequivocal. Without an overall complete response the sum decides.",
    ),
    ("A measured diameter below 5 mm", "EORTC", "Used as measured; 5 mm stands only for too small to measure."),
    ("A split node", "frequently asked questions", "Parts are added; it is normal when every part is below 10 mm."),
    (
        "Merged lesions",
        "frequently asked questions",
        "The longest diameter of the whole stands at one target, the others add nothing and are gone with it. Merged "
        "with something that has no such diameter: not evaluable.",
    ),
    ("A thick slice and a node", "3.1", "15 mm, and twice the slice thickness when that is more."),
    (
        "An equivocal new lesion, confirmed later",
        "4.3.5; frequently asked questions",
        "Progression from the first visit of the unbroken run in which it was seen. Absent breaks the run, not "
        "assessed does not. A visit says both: `overall` as now known, `overall_then` as on the day.",
    ),
    (
        "Day of a response and of progression",
        "FDA 2018, appendix",
        "A response is of the last day of its visit. Progression: a new lesion from its first observation, a sum from "
        "the last scan of the targets, a non-target from the scan that showed it; the earliest counts.",
    ),
    (
        "PR then SD before the minimum duration",
        "table 3 and 4.4.3",
        "The general rule of 4.4.3: not evaluable, or PD when that follows. Table 3 prints SD without a condition.",
    ),
    (
        "Partial only because non-targets were not assessed, after complete",
        "table 1",
        "Counts as NE when responses are confirmed: it is no sign of disease.",
    ),
    (
        "No disease at baseline",
        "the paper is silent",
        "NED until a new lesion is unequivocal; then PD.",
    ),
    ("FDG-PET", "4.3.5", "Not carried out: a lesion that it shows is entered by the reader, equivocal or not."),
    ("Tumour markers", "4.3.3", "One that the protocol follows is a non-target entry, present while above normal."),
)
SURGERY = """\
RECIST 1.1 does not say what surgery is. These rules are ours, and the protocol must state their parameters.

- Response is read on the visits that end before the day of surgery. A scan of the day itself is not before it.
- A removed lesion is never gone: from then on it is missing from the sum, whatever a later scan shows, and so can turn
  nothing into a response. A removed non-target leaves the non-targets not evaluable.
- The new baseline is the first visit whose scans all lie in the window (`from_day` to `until_day` after surgery). The
  smallest sum starts again there. No visit in the window: no baseline, and nothing but a new lesion can be told.
- Lesions that are left keep what they were followed as, or the protocol names targets. A removed lesion, or one absent
  at the new baseline, that is seen later is a new lesion: recurrence is progression. A node is equivocal below 15 mm.
- With nothing left a visit is NED until something appears.
- A smaller sum after surgery is no response to what came before: `judge_best_response` is given the visits before.
- Cytoreduction is the part of the burden (volumes, or diameters, and the answer says which) that is gone. R0 or R1 with
  a burden left contradict each other.
"""
READERS = """\
Each reader has lesions of their own and is judged apart. The rule names two readers and an adjudicator, who takes one
of the two (`adjudicator-chooses`) or reads anew (`adjudicator-reads`). Equal conclusions need no one, also when both
are not evaluable; until a disagreement is settled the answer needs a person. A rule of masked readers refuses one who
knows the arm, and the site's reading is never looked at unless the rule names it.
"""
KRENNING = f"""\
`count_uptake` counts the lesions that score at least a threshold, `judge_uptake` says whether they are more than a part
of all. A lesion without a score leaves the answer open only where it could decide. The source says which score it is:
{krenning.SOURCE}; {krenning.MODIFIED}.
"""
EXAMPLE = (
    SpiderCourse(
        "S-001",
        (
            SpiderPoint(8, -20.0, "SD", False),
            SpiderPoint(16, -42.0, "PR", False),
            SpiderPoint(24, -51.0, "PR", False),
            SpiderPoint(36, -38.0, "PD", False),
        ),
    ),
    SpiderCourse(
        "S-002",
        (
            SpiderPoint(8, 4.0, "SD", False),
            SpiderPoint(16, None, "NE", False),
            SpiderPoint(24, 11.0, "SD", False),
            SpiderPoint(36, 14.0, "PD", True),
        ),
    ),
    SpiderCourse("S-003", (SpiderPoint(8, 16.0, "SD", False), SpiderPoint(16, 31.0, "PD", False))),
    SpiderCourse(
        "S-004",
        (
            SpiderPoint(8, -66.0, "PR", False),
            SpiderPoint(16, -100.0, "CR", False),
            SpiderPoint(24, -100.0, "CR", False),
        ),
    ),
)


def render_page() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        "## Limits\n",
        _limits(),
        "## Overall response at a visit\n",
        "The first row that fits decides. NED: there is none at baseline.\n",
        *(_table(disease) for disease in Disease),
        "## Best response where responses must be confirmed\n",
        _best(),
        "## Parameters and switches of the protocol\n",
        _parameters(),
        *(_switch(name) for name in _switch_names()),
        "## How doubtful words are read\n",
        _rows(("question", "where", "reading"), READINGS),
        "## Surgery\n",
        SURGERY,
        _enum_rows(FirstSeenAfter),
        "## Readers\n",
        READERS,
        "## States of a finding\n",
        _rows(
            ("followed as", "may be"),
            [(role.value, ", ".join(sorted(states))) for role, states in series.STATES_OF.items()],
        ),
        "## Krenning score over lesions\n",
        KRENNING,
        _rows(("score", "uptake"), [(str(score), words) for score, words in krenning.LEVELS.items()]),
        "## Spider plot\n",
        f"`draw_spider_plot` and `tabulate_courses` of `equipoise.reporting.spider_plot`; made-up subjects.\n\n"
        f"![Change of the sum of diameters of four subjects over 36 weeks]({PICTURE})\n",
        str(tabulate_courses(EXAMPLE)) + "\n",
    ]
    return "\n".join(parts)


def render_picture() -> str:
    """The spider plot of the page."""
    return f"{draw_spider_plot(EXAMPLE)}\n"


def _rows(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _limits() -> str:
    return _rows(
        ("what", "limit"),
        [
            ("lesion, CT or MRI with slices up to 5 mm, or calipers", f"longest diameter {lesions.LEAST_LESION_MM} mm"),
            (f"lesion, slices above {lesions.THIN_SLICE_MM} mm", "twice the slice thickness"),
            ("lesion, chest X-ray", f"{lesions.LEAST_LESION_XRAY_MM} mm"),
            ("node as target", f"short axis {lesions.LEAST_TARGET_NODE_MM} mm"),
            ("normal node", f"below {lesions.NORMAL_NODE_BELOW_MM} mm"),
            ("treated locally before", "only after demonstrated progression"),
            ("targets", f"{targets.MOST_TARGETS} in all, {targets.MOST_OF_ORGAN} of an organ; all nodes are one organ"),
            ("too small to measure", f"counts {lesions.TOO_SMALL_MM} mm"),
            ("partial response", "at least 30 % below baseline"),
            ("progression", f"at least 20 % and at least {visits.LEAST_RISE_MM} mm above the smallest sum"),
        ],
    )


def _table(disease: Disease) -> str:
    heads = ("targets", "non-targets", "new lesion", "overall")
    rows = [
        (_words(target), _words(non_target), {None: "yes or no", True: "yes", False: "no"}[new], overall.value)
        for target, non_target, new, overall in TABLES[disease]
    ]
    return f"Disease at baseline: {disease.value}.\n\n{_rows(heads, rows)}"


def _words(responses: frozenset[Response]) -> str:
    return (
        "any"
        if len(responses) >= 4 and Response.PD in responses
        else ", ".join(one.value for one in Response if one in responses)
    )


def _best() -> str:
    """Table 3 of the paper; `tests/validation/recist/test_published_tables.py` runs each row."""
    return _rows(
        ("first", "second, at least 4 weeks later", "best response"),
        [
            ("CR", "CR", "CR"),
            ("CR", "PR", "SD, PD or PR: `complete_then_partial`"),
            ("CR", "SD", "SD when the minimum duration is met, otherwise PD: `complete_then_stable`"),
            ("CR", "PD", "SD when the minimum duration is met, otherwise PD"),
            ("CR", "NE", "SD when the minimum duration is met, otherwise NE"),
            ("PR", "CR", "PR"),
            ("PR", "PR", "PR"),
            ("PR", "SD", "SD"),
            ("PR", "PD", "SD when the minimum duration is met, otherwise PD"),
            ("PR", "NE", "SD when the minimum duration is met, otherwise NE"),
            ("NE", "NE", "NE"),
        ],
    )


def _parameters() -> str:
    words = inspect.getdoc(policy.Policy) or ""
    rows = [(f"`{field.name}`", f"`{getattr(policy.PUBLISHED, field.name)}`") for field in fields(policy.Policy)]
    prose = words.split("----------\n", 1)[1]
    described = "\n".join(
        f"- **{line.strip()}**" if not line.startswith(" ") else f"  {line.strip()}" for line in prose.splitlines()
    )
    return (
        f"A protocol states all of them; nothing has a default.\n\n{described}\n\n"
        f"`PUBLISHED` is the paper as it stands, for a randomised trial:\n\n{_rows(('parameter', 'value'), rows)}"
    )


def _switch_names() -> list[str]:
    return [field.name for field in fields(policy.Policy) if isinstance(getattr(policy.PUBLISHED, field.name), StrEnum)]


def _switch(name: str) -> str:
    kind = type(getattr(policy.PUBLISHED, name))
    values = ", ".join(f"`{value}`" for value in kind)
    return f"### `{name}`\n\n{dedent(inspect.getdoc(kind) or '')}\n\nValues: {values}.\n"


def _enum_rows(kind: type[StrEnum]) -> str:
    return f"{inspect.getdoc(kind)} Values: {', '.join(f'`{value}`' for value in kind)}.\n"

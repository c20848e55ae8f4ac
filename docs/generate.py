"""Writes the generated pages, or with --check says which are stale.

Every page is made from the thing it describes: commands from the program's own options, tables from their declaration,
local codes from the value sets, the reference protocol from its rules. Pages are never edited by hand.
"""

import ast
import importlib
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from equipoise.cli.main import app
from equipoise.conduct.diagram import render_diagram
from equipoise.conduct.guards import Guard
from equipoise.conduct.moves import (
    COMMON_GUARDS,
    CORRECTION_GUARDS,
    CORRECTION_OWNERS,
    COUPLINGS,
    TRANSITIONS,
    Machine,
    Move,
    Transition,
)
from equipoise.conduct.roles import Role
from equipoise.conduct.states import PAIRS
from equipoise.operations.office import visibility
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.credentials import LIMITS
from equipoise.operations.office.passwords import SHORTEST
from equipoise.operations.office.permissions import AT_ALL_SITES, AT_ONE_SITE, MASKED, UNMASKED
from equipoise.operations.office.visibility import SEEN, Reach, Visibility
from equipoise.operations.protocol import show_protocol
from equipoise.records.tables import TABLES, Column
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM, Concept, ConceptKind

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = "docs/reference"
NOTICE = "<!-- Written by `make docs`; edits are lost. -->"
REFERENCE_PROTOCOL = "nct05610826"
LAYERS_BEGIN = "<!-- layers: printed by `make docs` from tests/architecture/test_layers.py -->\n"
LAYERS_END = "\n<!-- end of layers -->"

TABLES_INTRODUCTION = """\
Every source is read into these seven tables; `equipoise records read` writes them as Parquet, one file each. They may
also be given as CSV or Parquet, with these names and columns. Dates are calendar days as written in the source; a
partial date is the interval from its first to its last possible day. Decimals are DECIMAL(18,6); a value with more
places is kept as the open interval between its neighbours. A source record gives one row for each of its codings.

CSV files may use short forms: `time`, `start`, `end` and `birth_date` as FHIR dates (`2026`, `2026-01`,
`2026-01-15`), and `value` with its comparator.
"""
CODES_INTRODUCTION = f"""\
Every concept has a code of its own in the system `{LOCAL_SYSTEM}`. A fact with no standard code is written
with it: as a FHIR Observation (`valueInteger`, `valueQuantity` or `valueCodeableConcept`), as a row of a canonical
table, or as an attestation. A component `lesion` names the lesion of a score, `clearance-method` (`plasma`,
`urine-24h`, `gamma-camera`) the method of a measured clearance.
"""
STATES_INTRODUCTION = """\
A subject stands in two machines at once: *participation* says how far they take part, *treatment* how far the arm they
were given has come. Participation drives treatment where the table of couplings says so; treatment never drives
participation, so that who stops a treatment stays in follow-up. One episode is one subject: a person who is screened
again is a new subject linked to the same person.

Going back is possible only by a correction: signed, with a reason, to a state in which the subject stood before. It
never makes or undoes an allocation. A fact that no move allows (a visit after death) is still recorded; the machines
say only that it should not have been possible.

The three kinds of withdrawal: *from treatment* moves treatment alone, and follow-up continues; *from procedures* ends
tests and treatment, contact continues; *from all contact* ends everything but a look-up of survival in registries, and
that only with the subject's agreement.
"""


IDLE_MINUTES, LOCKED_MINUTES = (time // timedelta(minutes=1) for time in (LIMITS.idle, LIMITS.locked_for))
ROLES_INTRODUCTION = f"""\
A person acts in one role at a time, at the site of that role. *site*: at that site only; *yes*: in the whole trial;
nothing: not at all. What must hold of a subject as well is told in [the states of a subject](subject-states.md). What
nobody may ask for, the office writes by itself. Password and second factor are set by everybody for themselves; an
administrator gives others a password, which must be changed before anything else, and removes a lost second factor.

A password has {SHORTEST} characters or more and is kept as Argon2id. After {LIMITS.failures} failures, at the door or
at signing, nothing is accepted for {LOCKED_MINUTES} minutes; at signing the last one also closes the user's sessions. A
session ends after {IDLE_MINUTES} minutes without use, and {LIMITS.whole // timedelta(hours=1)} hours after it began.
The first signature in a session needs user name, password and, where one is set, a one-time code; later ones the
password.
"""


def render_cli() -> str:
    """Every command with its arguments and options."""
    lines = [NOTICE, "# The command", ""]
    lines += ["`equipoise VERB …`. Errors say where, what, why and what to do, on standard error.", ""]
    lines += ["| exit code | means |", "|---|---|"]
    lines += ["| 0 | done |", "| 1 | the answer is no (a protocol has faults, a log does not verify) |"]
    lines += ["| 2 | wrong use or unreadable input |", "| 130 | interrupted; nothing partial is left |", ""]
    for name, command in _commands("equipoise", typer.main.get_command(app)):
        lines += _render_command(name, command)
    return "\n".join(lines).rstrip() + "\n"


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The commands that do something, in the order in which help lists them."""
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child_name, child in children.items():
        yield from _commands(f"{name} {child_name}", child)


def _render_command(name: str, command: Any) -> list[str]:
    words, *examples = (command.help or "").split("Example:")
    lines = [f"## {name}", "", " ".join(words.split()), ""]
    if examples:
        lines += ["```sh", *(" ".join(example.split()) for example in examples), "```", ""]
    rows = [_render_parameter(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        lines += ["| | | default |", "|---|---|---|", *rows, ""]
    return lines


def _render_parameter(parameter: Any) -> str:
    is_option = parameter.opts[0].startswith("-")
    shown = f"{parameter.opts[0]} {parameter.metavar or ''}".strip() if is_option else parameter.metavar
    default = "required" if parameter.required else _default_words(parameter.default)
    return f"| `{_cell(shown)}` | {_cell(parameter.help or '')} | {default} |"


def _default_words(default: Any) -> str:
    return "" if default in (None, False) else f"`{getattr(default, 'value', default)}`"


def render_tables() -> str:
    """The canonical tables with their columns."""
    lines = [NOTICE, "# Canonical tables", ""]
    lines += [TABLES_INTRODUCTION]
    for table in TABLES.values():
        lines += [f"## {table.name}", "", f"{table.meaning[0].upper()}{table.meaning[1:]}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|", *map(_column_row, table.columns), ""]
    return "\n".join(lines).rstrip() + "\n"


def _column_row(column: Column) -> str:
    required = " (required)" if column.is_required else ""
    return f"| `{column.name}` | {column.type.value} | {_cell(column.meaning)}{required} |"


def render_local_codes() -> str:
    """Every concept with its local code, values, and who can settle it."""
    lines = [NOTICE, "# Concepts and local codes", ""]
    lines += [CODES_INTRODUCTION]
    for kind, title in (
        (ConceptKind.EVENT, "Found by a record"),
        (ConceptKind.QUANTITY, "Numbers"),
        (ConceptKind.CODED, "Answers"),
        (ConceptKind.DATE, "Dates"),
    ):
        rows = [_concept_row(concept) for concept in base_library().values() if concept.kind is kind]
        lines += [f"## {title}", ""]
        lines += ["| code | words | value | settled by | codes |", "|---|---|---|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def _concept_row(concept: Concept) -> str:
    value = ", ".join(f"`{answer}`" for answer in concept.answers)
    if concept.kind is ConceptKind.QUANTITY:
        value = f"`{concept.unit}`" + ("" if concept.is_unit_required else " (unit may be left out)")
    systems = sorted({rule.system for rule in concept.codes if rule.system != LOCAL_SYSTEM})
    codes = ", ".join(systems) or "local only"
    return f"| `{concept.id}` | {_cell(concept.label)} | {_cell(value)} | {concept.decided_by.value} | {_cell(codes)} |"


def render_reference_protocol() -> str:
    """Both versions of the reference protocol in prose."""
    lines = [NOTICE, "# The reference protocol in prose", ""]
    lines += ["What `equipoise protocol show` prints, for both versions.", ""]
    for version in ("original", "amended"):
        lines += [f"## {version}", "", "```text", show_protocol(REFERENCE_PROTOCOL, version).rstrip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def render_subject_states() -> str:
    """Both machines of a subject: diagrams, pairs, moves, couplings and guards."""
    lines = [NOTICE, "# The states of a subject", "", STATES_INTRODUCTION]
    for machine in Machine:
        lines += [f"## {machine.value.capitalize()}", "", "```mermaid", render_diagram(machine), "```", ""]
        lines += [
            "| move | from | to | must hold | by | reason | SDTM | FHIR milestone |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [_transition_row(line) for line in TRANSITIONS if line.machine is machine] + [""]
    lines += [
        "## How participation drives treatment",
        "",
        "| move | treatment from | to | because |",
        "|---|---|---|---|",
    ]
    for coupling in COUPLINGS:
        sources = ", ".join(source.words for source in coupling.sources)
        lines.append(f"| {coupling.move.words} | {sources} | {coupling.target.words} | {coupling.because} |")
    lines += ["", "## What must hold", "", *_guard_rows(), ""]
    lines += [
        "## Legal pairs",
        "",
        "A state of FHIR R5 marked (unsure) fits the published definition only roughly.",
        "",
    ]
    lines += ["| participation | treatment | in words | FHIR state |", "|---|---|---|---|"]
    for pair, words in PAIRS.items():
        fhir = f"`{words.fhir.value}`" + ("" if words.is_fhir_sure else " (unsure)")
        lines.append(f"| {pair.participation.words} | {pair.treatment.words} | {words.label} | {fhir} |")
    return "\n".join(lines).rstrip() + "\n"


def _transition_row(line: Transition) -> str:
    cells = [
        line.move.words,
        ", ".join(source.words for source in line.sources),
        line.target.words,
        ", ".join(f"`{guard.id}`" for guard in line.guards),
        ", ".join(owner.value for owner in line.owners),
        "required" if line.needs_reason else "",
        str(line.sdtm or ""),
        line.milestone.value if line.milestone else "",
    ]
    return f"| {' | '.join(cells)} |"


def _guard_rows() -> list[str]:
    rows = ["| guard | says | of |", "|---|---|---|"]
    for guard in Guard:
        users = ["every move"] if guard in COMMON_GUARDS else []
        users += dict.fromkeys(line.move.words for line in TRANSITIONS if guard in line.guards)
        if guard in CORRECTION_GUARDS:
            users.append(f"{Move.CORRECT.words} ({', '.join(owner.value for owner in CORRECTION_OWNERS)})")
        rows.append(f"| `{guard.id}` | {guard.value} | {', '.join(users)} |")
    return rows


def render_manual() -> str:
    """The manual of rules, printed from the tests in tests/spec."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    page: str = importlib.import_module("tests.spec.manual").render()
    return page


def render_assessments() -> str:
    """Every assessment that a rule can ask for; of `docs/assessments_in_rules.py`."""
    page: str = importlib.import_module("docs.assessments_in_rules").render_assessments(NOTICE)
    return page


def render_allocation_tests() -> str:
    """The fourteen tests of an allocation, each with the functions that hold it."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    page: str = importlib.import_module("docs.allocation_tests").render(ROOT)
    return f"{NOTICE}\n{page}"


def render_toxicity() -> str:
    """Toxicity grades: wording, rules and readings."""
    return f"{NOTICE}\n{_toxicity().render_page()}"


def render_toxicity_picture() -> str:
    """The picture on the page of toxicity grades."""
    picture: str = _toxicity().render_picture()
    return picture


def _toxicity() -> Any:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module("docs.ctcae_page")


def render_cdisc() -> str:
    """The datasets after CDISC, their variables and what is not there."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return f"{NOTICE}\n{importlib.import_module('docs.cdisc_page').render_page()}"


def render_response() -> str:
    """Response by RECIST 1.1: tables, switches and readings."""
    return f"{NOTICE}\n{_response().render_page()}"


def render_response_picture() -> str:
    """The picture on the page of response."""
    picture: str = _response().render_picture()
    return picture


def _response() -> Any:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module("docs.recist_page")


def render_forms() -> str:
    """What can be recorded after allocation, form by form."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return f"{NOTICE}\n{importlib.import_module('docs.forms_page').render_forms()}"


def render_dose_rules() -> str:
    """The dose tables of the reference protocol, each row with its source."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return f"{NOTICE}\n{importlib.import_module('docs.dose_rules_page').render_page(REFERENCE_PROTOCOL)}"


def render_architecture() -> str:
    """ARCHITECTURE.md with its list of layers drawn again."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    before, rest = page.split(LAYERS_BEGIN)
    _, after = rest.split(LAYERS_END)
    drawing = "\n".join("  ".join(layer) for layer in _layers())
    return f"{before}{LAYERS_BEGIN}```text\n{drawing}\n```{LAYERS_END}{after}"


def _layers() -> tuple[tuple[str, ...], ...]:
    source = (ROOT / "tests/architecture/test_layers.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LAYERS":
            layers: tuple[tuple[str, ...], ...] = ast.literal_eval(node.value)
            return layers
    raise LookupError("tests/architecture/test_layers.py has no LAYERS")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def render_roles() -> str:
    """Who may do what, what a signature says, who sees what, and which roles one person cannot have together."""
    lines = [NOTICE, "# Roles", "", ROLES_INTRODUCTION, "## Who may do what", ""]
    lines += ["| act | in the log | " + " | ".join(Role) + " | reason |", "|---" * (len(Role) + 3) + "|"]
    lines += [_act_row(act) for act in Act]
    lines += ["", "## What a signature says", "", "| act | meaning |", "|---|---|"]
    lines += [f"| {ACTS[act].words} | {_cell(ACTS[act].meaning or '')} |" for act in Act if ACTS[act].meaning]
    lines += ["", "## Who sees what", "", "| part of an event | what is in it | " + " | ".join(Role) + " |"]
    lines += ["|---" * (len(Role) + 2) + "|", *map(_visibility_row, Visibility)]
    lines += ["", "## Which roles go together", ""]
    lines += [f"- Masked: {_names(MASKED)}. Unmasked: {_names(UNMASKED)}. Nobody has one of each in a trial, and"]
    lines += ["  who had an unmasked role gets no masked one later."]
    lines += [f"- At one site, named at the grant: {_names(AT_ONE_SITE)}. A person may have the role at several."]
    lines += [f"- In the whole trial: {_names(AT_ALL_SITES)}. A {Role.MONITOR} may be either."]
    return "\n".join(lines) + "\n"


def _names(roles: Iterable[Role]) -> str:
    return ", ".join(role for role in Role if role in roles)


def _act_row(act: Act) -> str:
    rule = ACTS[act]
    may = "site" if rule.is_at_site else "yes"
    cells = [may if role in rule.roles else "" for role in Role]
    return _row(rule.words, f"`{act}`", *cells, "required" if rule.needs_reason else "")


def _visibility_row(part: Visibility) -> str:
    words = {None: "", Reach.OWN_SITE: "own site", Reach.ALL_SITES: "all"}
    is_open = part is Visibility.OPEN
    cells = ["all" if is_open else words[SEEN[role].get(part)] for role in Role]
    return _row(f"`{part}`", _words_of_parts()[part.name], *cells)


def _words_of_parts() -> dict[str, str]:
    """What stands below each member of `Visibility`, by its name: a string that Python reads past."""
    tree = ast.parse(Path(str(visibility.__file__)).read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == Visibility.__name__)
    words = {}
    for member, below in itertools.pairwise(body):
        if isinstance(member, ast.Assign) and isinstance(below, ast.Expr):
            words[ast.unparse(member.targets[0])] = str(ast.literal_eval(below.value))
    return words


def _row(*cells: str) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


PAGES: dict[str, Callable[[], str]] = {
    "ARCHITECTURE.md": render_architecture,
    f"{REFERENCE}/cli.md": render_cli,
    f"{REFERENCE}/tables.md": render_tables,
    f"{REFERENCE}/local-codes.md": render_local_codes,
    f"{REFERENCE}/manual.md": render_manual,
    f"{REFERENCE}/{REFERENCE_PROTOCOL}.md": render_reference_protocol,
    f"{REFERENCE}/subject-states.md": render_subject_states,
    f"{REFERENCE}/roles.md": render_roles,
    f"{REFERENCE}/allocation-tests.md": render_allocation_tests,
    f"{REFERENCE}/assessments.md": render_assessments,
    f"{REFERENCE}/ctcae.md": render_toxicity,
    f"{REFERENCE}/ctcae-timeline.svg": render_toxicity_picture,
    f"{REFERENCE}/recist.md": render_response,
    f"{REFERENCE}/recist-spider.svg": render_response_picture,
    f"{REFERENCE}/dose-rules.md": render_dose_rules,
    f"{REFERENCE}/cdisc-export.md": render_cdisc,
    f"{REFERENCE}/forms.md": render_forms,
}


def stale_pages() -> list[str]:
    """The generated pages that differ from what would be written now."""
    return [name for name, render in PAGES.items() if _committed(name) != render()]


def _committed(name: str) -> str | None:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: list[str]) -> int:
    stale = stale_pages()
    if "--check" in arguments:
        for name in stale:
            print(f"{name} is stale: run `make docs` and commit the page.", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

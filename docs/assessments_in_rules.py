"""The page of all assessments that a rule can ask for: from the catalogue, with an example of each in both forms."""

from collections.abc import Iterator

import yaml

from equipoise.criteria.assessed.catalogue import KINDS, derived_number
from equipoise.criteria.assessed.kind import NUMBER, WHOLE_NUMBER, AssessmentKind, Baseline, Form
from equipoise.criteria.nodes import Assessment
from equipoise.criteria.prose import describe
from equipoise.protocol.assessed_rules import EXAMPLES
from equipoise.protocol.rules import RuleContext, parse_rule
from equipoise.terminology.catalogue import base_library

INTRODUCTION = """\
A rule asks for what the assessments make of results: under `derived`, `change`, `grade`, `response` or `dose`, with
`is` for what the value must be. Which results go in, and how the answer becomes a truth, is told in
[How a verdict is made](../explanation/how-a-verdict-is-made.md); what each paragraph means is tested in
[the manual](manual.md). What each assessment computes, with its sources and readings:
[derived quantities](derived-quantities.md), [CTCAE](ctcae.md), [RECIST](recist.md), [dosimetry](dosimetry.md).

An option without "needed" may be left out: then the published reading counts, as its page says. What a publication
leaves to the protocol is needed. `within` says how recent the inputs must be; `from` where a baseline lies, which is
the latest result from the limit of that window up to its anchor.

"""


def render_assessments(notice: str) -> str:
    """The page, a section for each assessment."""
    lines = [notice, "# Assessments in rules", "", INTRODUCTION.rstrip(), ""]
    for kind in KINDS.values():
        lines += [f"## {_title(kind)}", "", *_example(kind), *_facts(kind), ""]
    return "\n".join(lines).rstrip() + "\n"


def _title(kind: AssessmentKind) -> str:
    return f"`derived: {kind.name}`" if kind.form is Form.DERIVED else f"`{kind.form}`"


def _example(kind: AssessmentKind) -> Iterator[str]:
    node = parse_rule(yaml.safe_load(EXAMPLES[kind.name]), RuleContext(base_library()))
    assert isinstance(node, Assessment)
    assert node.name == kind.name
    yield from ("```yaml", EXAMPLES[kind.name], "```", "", f"In words: {describe(node, base_library())}.", "")


def _facts(kind: AssessmentKind) -> Iterator[str]:
    yield f"- value: {_value(kind)}"
    if kind.subjects is not None:
        yield f"- of: {_of(kind)}"
    inputs = kind.inputs if isinstance(kind.inputs, tuple) else ()
    if inputs:
        yield f"- reads: {_code(inputs)}"
    for key, words in kind.options.items():
        choice = words[0] if words in (NUMBER, WHOLE_NUMBER) else _code(words)
        yield f"- `{key}`{' (needed)' if key in kind.required else ''}: {choice}"
    yield f"- `within`: {'may be given' if kind.takes_window else 'has no place: all that came before is added up'}"
    if kind.baseline is not Baseline.NEVER:
        yield f"- `from`: {'needed' if kind.baseline is Baseline.MUST else 'may be given'}"


def _value(kind: AssessmentKind) -> str:
    if kind.answers:
        return _code(kind.answers)
    if kind.form is Form.CHANGE:
        return "a number in `%` of the baseline, or in the unit of what changes"
    unit = kind.unit or base_library()[kind.like or ""].unit
    return "a whole number" if unit == "1" else f"a number in `{unit}` or a unit of its kind"


def _of(kind: AssessmentKind) -> str:
    if kind.form is Form.CHANGE:
        derived = tuple(each.name for each in KINDS.values() if derived_number(each.name))
        return f"any concept that is a number; a derived quantity, with its options: {_code(derived)}"
    return _code(kind.subjects) if kind.subjects else "a term, by the id or any name of its version of CTCAE"


def _code(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)

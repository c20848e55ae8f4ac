"""Assessments between their YAML form and the node, both ways: `{grade: platelet-count-decreased, ctcae: "5.0", …}`.

The forms, their options and the words of these come from `criteria.assessed.catalogue`; nothing is listed twice.
"""

from collections.abc import Callable, Mapping
from typing import Any

from equipoise.criteria.assessed.catalogue import PERCENT, derived_number, kind_of, kinds_of, term_of
from equipoise.criteria.assessed.kind import NUMBER, WHOLE_NUMBER, AssessmentKind, Form
from equipoise.criteria.assessed.values import changing_value, value_of
from equipoise.criteria.nodes import Answers, Assessment, Window
from equipoise.errors import ProtocolError
from equipoise.protocol.document import Where, suggestion
from equipoise.protocol.phrases import parse_test, write_limit
from equipoise.protocol.rule_forms import BASELINE_KEY, DERIVED, RuleContext
from equipoise.terminology.concepts import Concept, ConceptKind

EXAMPLES: Mapping[str, str] = {
    "bmi": "{derived: bmi, is: '>= 18.5 kg/m2', within: 90 d}",
    "body-surface": "{derived: body-surface, formula: mosteller, is: '>= 1.5 m2', within: 90 d}",
    "creatinine-clearance": "{derived: creatinine-clearance, weight: adjusted, is: '>= 50 mL/min', within: 90 d}",
    "corrected-calcium": "{derived: corrected-calcium, formula: common-0.8, is: '< 2.9 mmol/L', within: 28 d}",
    "child-pugh": "{derived: child-pugh, bilirubin_rows: ordinary, is: [A, B], within: 28 d}",
    "meld": "{derived: meld, version: '3.0', is: '< 15', within: 28 d}",
    "change": "{change: platelets, from: 28 d before cycle-1, is: '<= -40 %', within: 7 d}",
    "grade": "{grade: platelet-count-decreased, ctcae: '5.0', is: '>= 2', within: 28 d}",
    "response": """\
response: best
recist: "1.1"
confirmation: required
visit_days: 14
until: partial-hepatectomy
is: [CR, PR]""",
    "dose": ("{dose: kidney, quantity: bed, alpha_beta_gy: 2.6, repair_half_time_h: 2.8, is: '> 23 Gy'}"),
}
"""One rule of each assessment, for pages and tests."""
Noted = Callable[[Where, str, str], Exception]
"""Notes a fault and gives what is raised to leave the rule."""


def read_assessment(
    form: Form,
    rule: Mapping[str, Any],
    where: Where,
    concepts: Mapping[str, Concept],
    windows: Mapping[str, Window | None],
    noted: Noted,
) -> Assessment:
    """
    Read the rule of one assessment.

    `windows` holds what its keys `within` and `from` name. Raises what `noted` gives, or ProtocolError for what the
    node refuses.
    """
    kind, subject = _kind(form, rule, where, concepts, noted)
    options = {key: str(rule[key]) for key in rule if key not in (form, "is", "within", BASELINE_KEY)}
    _check_words(kind, options, where, noted)
    if form is Form.GRADE and "ctcae" in options:
        subject = term_of(str(subject), options["ctcae"]).id
    if form is Form.CHANGE and not str(rule["is"]).strip().endswith(PERCENT):
        value = changing_value(str(subject), concepts)
    else:
        value = kind.value(concepts.get(kind.like or ""))
    try:
        test = parse_test(rule["is"], value)
    except ProtocolError as error:
        raise noted((*where, "is"), error.message, "") from error
    return Assessment(
        kind.name, test, subject, windows["within"], windows[BASELINE_KEY], tuple(sorted(options.items()))
    )


def _kind(
    form: Form, rule: Mapping[str, Any], where: Where, concepts: Mapping[str, Concept], noted: Noted
) -> tuple[AssessmentKind, str | None]:
    word = str(rule[form])
    if form is Form.DERIVED:
        names = tuple(kind.name for kind in kinds_of(form))
        if word not in names:
            raise noted((*where, form), f"nothing is derived as {word!r}", suggestion(word, (DERIVED, *names)))
        return kind_of(word), None
    (kind,) = kinds_of(form)
    quantities = [name for name, concept in concepts.items() if concept.kind is ConceptKind.QUANTITY]
    derived = [each.name for each in kinds_of(Form.DERIVED) if derived_number(each.name)]
    known = (*quantities, *derived) if form is Form.CHANGE else kind.subjects
    if known and word not in known:
        raise noted((*where, form), f"there is no {form} of {word!r}", suggestion(word, known))
    return kind, word


def _check_words(kind: AssessmentKind, options: Mapping[str, str], where: Where, noted: Noted) -> None:
    for key, word in options.items():
        words = kind.options.get(key)
        if words and words not in (NUMBER, WHOLE_NUMBER) and word not in words:
            raise noted((*where, key), f"{key} cannot be {word!r}", suggestion(word, words))


def write_assessment(node: Assessment, context: RuleContext, window: Callable[[Window], str]) -> dict[str, Any]:
    """The YAML form that reads back as this node."""
    kind = kind_of(node.name)
    written: dict[str, Any] = {kind.form.value: kind.name if kind.form is Form.DERIVED else node.subject}
    written |= dict(node.options)
    if node.baseline is not None:
        written[BASELINE_KEY] = window(node.baseline)
    written["is"] = write_assessed_test(node, context.concepts)
    return written | ({} if node.within is None else {"within": window(node.within)})


def write_assessed_test(node: Assessment, concepts: Mapping[str, Concept]) -> Any:
    """What the value must be, as a rule says it."""
    if isinstance(node.test, Answers):
        return node.test.words[0] if len(node.test.words) == 1 else list(node.test.words)
    return write_limit(node.test.operator, node.test.limits[0], value_of(node, concepts))

"""The JSON Schema of protocol files, for editors that check and complete while one writes.

Generated from `model` and from the forms of rules; the committed copy is protocols/protocol.schema.json. A file that
fits the schema may still have faults that only `library` finds: names, units, answers.
"""

import json
from typing import Any

from equipoise.criteria.assessed.catalogue import kinds_of
from equipoise.criteria.assessed.kind import NUMBER, WHOLE_NUMBER, AssessmentKind, Form
from equipoise.protocol.model import Protocol
from equipoise.protocol.rule_forms import BASELINE_KEY, CLEARANCE_METHODS, DERIVED, FORMS, PICK_OPTIONS, REQUIRED
from equipoise.terminology.catalogue import CONCEPT_KEYS
from equipoise.terminology.concepts import USUAL_WINDOWS, ConceptKind, DecidedBy

_RULE = {"$ref": "#/$defs/Rule"}
_RULES = {"type": "array", "items": _RULE, "minItems": 1}
_TEXT = {"type": "string"}
_IS = {"type": ["string", "integer", "array", "object"]}
_ALTERNATIVE = {
    "type": "object",
    "properties": {"says": _TEXT, "rule": _RULE},
    "required": ["says", "rule"],
    "additionalProperties": False,
}


def _assessed_values(kind: AssessmentKind) -> dict[str, Any]:
    """What an assessment may be of, and the words of its options; a number may be written without quotes."""
    values: dict[str, Any] = {} if kind.form is Form.DERIVED else {kind.form.value: _TEXT}
    if kind.subjects:
        values[kind.form.value] = {"enum": list(kind.subjects)}
    for key, words in kind.options.items():
        is_number = words in (NUMBER, WHOLE_NUMBER)
        values[key] = {"type": ["string", "number"]} if is_number else {"enum": list(words)}
    return values


def _of_assessments() -> dict[str, Any]:
    """The values of all assessments; where several have an option of one name, the words of each."""
    values: dict[str, Any] = {}
    for kind in (kind for form in Form for kind in kinds_of(form)):
        for key, value in _assessed_values(kind).items():
            words = dict.fromkeys([*values.get(key, value).get("enum", ()), *value.get("enum", ())])
            values[key] = {"enum": list(words)} if words else value
    return values


_VALUES: dict[str, Any] = {
    "all": _RULES,
    "any": {"anyOf": [_RULES, _TEXT]},
    "not": _RULE,
    "rule": _RULE,
    "unless": _RULE,
    "if": _RULE,
    "then": _RULE,
    "at_least": {"type": "integer", "minimum": 1},
    "of": _RULES,
    "first_recorded": _RULES,
    "any_recorded": _RULES,
    "reading": _TEXT,
    "alternatives": {"type": "object", "minProperties": 2, "additionalProperties": _ALTERNATIVE},
    "age": {"type": "string", "description": "'>= 18', in completed years"},
    "sex": {"enum": ["female", "male"]},
    "is": _IS | {"description": "'< 8.0 g/dL', '> 3 x ULN', an answer or a list of answers"},
    BASELINE_KEY: {"type": "string", "description": "where the baseline lies: '28 d before cycle-1'"},
    "within": {"type": "string", "description": "the name of a window, or '28 d', '12 mo', '< 2 a'"},
    "before": {"type": "string", "description": "began at least so long ago: '24 mo'"},
    "methods": {"type": "array", "items": _TEXT, "minItems": 1, "examples": [list(CLEARANCE_METHODS[:2])]},
    "fasting": {"type": "boolean"},
    "derived": {"enum": [DERIVED, *(kind.name for kind in kinds_of(Form.DERIVED))]},
    **_of_assessments(),
}
_WORDS = {"type": "array", "items": _TEXT}
_CONCEPT_VALUES: dict[str, Any] = {
    "kind": {"enum": [kind.value for kind in ConceptKind]},
    "tables": _WORDS,
    "is_unit_required": {"type": "boolean"},
    "answers": {"type": "object", "additionalProperties": _WORDS},
    "decided_by": {"enum": [each.value for each in DecidedBy]},
    "terms": _WORDS,
    "window": {"enum": list(USUAL_WINDOWS)},
    "codes": {"type": "array", "items": {"type": "object", "required": ["system", "code", "mark"]}},
}
_FROM_ELSEWHERE = ("rule", "arm", "before")


def schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12)."""
    made = _with_rules(Protocol.model_json_schema())
    made["$defs"] |= {"Rule": _rule_schema(), "Concept": _concept_schema()}
    names = made["properties"]["concepts"]["patternProperties"]
    names |= {key: {"$ref": "#/$defs/Concept"} for key in names}
    for name in ("Criterion", "Gate"):
        _may_stand_elsewhere(made["$defs"][name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://equipoise.dev/protocol.schema.json",
        "title": "Equipoise protocol",
        **{key: value for key, value in made.items() if key != "title"},
    }


def schema_text() -> str:
    """The same as the text that is committed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _with_rules(part: Any) -> Any:
    """The model knows only that a rule is an object titled Rule; here it points to what a rule may be."""
    if isinstance(part, list):
        return [_with_rules(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("title") == "Rule" and part.get("type") == "object":
        return _RULE
    return {key: _with_rules(value) for key, value in part.items()}


def _may_stand_elsewhere(criterion: dict[str, Any]) -> None:
    """A criterion with `as_in` may leave its rule to the version it names."""
    needed = [key for key in criterion["required"] if key in _FROM_ELSEWHERE]
    criterion["required"] = [key for key in criterion["required"] if key not in _FROM_ELSEWHERE]
    criterion["anyOf"] = [{"required": needed}, {"required": ["as_in"]}]


def _rule_schema() -> dict[str, Any]:
    forms = [_form(head, FORMS[head], REQUIRED.get(head, ())) for head in FORMS if head != "any"]
    joined = _form("any", (), ()) | {"properties": {"any": _RULES}}
    picked = _form("any", PICK_OPTIONS, ("is",))
    picked["properties"]["any"] = _TEXT
    return {"description": "One rule; the first key says of which form it is.", "oneOf": [*forms, joined, picked]}


def _concept_schema() -> dict[str, Any]:
    return {
        "description": "A concept or question that the protocol declares itself; one without codes still needs them.",
        "type": "object",
        "properties": {key: _CONCEPT_VALUES.get(key, _TEXT) for key in CONCEPT_KEYS},
        "required": ["kind"],
        "additionalProperties": False,
    }


def _form(head: str, options: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: _VALUES.get(key, _TEXT) for key in (head, *options)},
        "required": [head, *required],
        "additionalProperties": False,
    }

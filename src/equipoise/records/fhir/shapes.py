"""Which parts of which resources are read, declared once, and what shape each of them must have.

The strict reader of DuckDB and the line-by-line reader both take their columns from here. Numbers are read as
text, so that no binary fraction comes between a laboratory and a limit.
"""

from collections.abc import Mapping
from typing import Any

TEXT, BOOLEAN, ANY = "VARCHAR", "BOOLEAN", "JSON"
Shape = str | list[Any] | dict[str, Any]

CODING: Shape = {"system": TEXT, "code": TEXT, "display": TEXT}
CONCEPT: Shape = {"coding": [CODING], "text": TEXT}
PERIOD: Shape = {"start": TEXT, "end": TEXT}
REFERENCE: Shape = {"reference": TEXT, "display": TEXT}
QUANTITY: Shape = {"value": TEXT, "comparator": TEXT, "unit": TEXT, "system": TEXT, "code": TEXT}
RANGE: Shape = {"low": QUANTITY, "high": QUANTITY}
EXTENSION: Shape = {"url": TEXT, "valueString": TEXT}

_COMMON: dict[str, Shape] = {"resourceType": TEXT, "id": TEXT, "meta": {"lastUpdated": TEXT, "versionId": TEXT}}
_VALUE: dict[str, Shape] = {
    "code": CONCEPT,
    "valueQuantity": QUANTITY,
    "valueCodeableConcept": CONCEPT,
    "valueString": TEXT,
    "valueBoolean": BOOLEAN,
    "valueInteger": TEXT,
    "valueRange": RANGE,
    "valueDateTime": TEXT,
    "valueRatio": ANY,
    "valueSampledData": ANY,
    "valueTime": ANY,
    "valuePeriod": ANY,
    "dataAbsentReason": ANY,
    "referenceRange": [
        {"low": QUANTITY, "high": QUANTITY, "type": {"coding": [{"code": TEXT}]}, "appliesTo": ANY, "age": ANY}
    ],
}
_MEDICATION: dict[str, Shape] = {
    "status": TEXT,
    "medicationCodeableConcept": CONCEPT,
    "medicationReference": REFERENCE,
    "contained": ANY,
}
_DOSAGE: Shape = [{"timing": {"repeat": {"boundsPeriod": PERIOD}}}]
_ONSET = {
    f"{word}{kind}": shape
    for word in ("onset", "abatement")
    for kind, shape in (("DateTime", TEXT), ("Period", PERIOD), ("Age", QUANTITY), ("Range", RANGE), ("String", TEXT))
}

SHAPES: Mapping[str, Mapping[str, Shape]] = {
    "Patient": {**_COMMON, "birthDate": TEXT, "gender": TEXT, "deceasedBoolean": BOOLEAN, "deceasedDateTime": TEXT},
    "Condition": {
        **_COMMON,
        "clinicalStatus": CONCEPT,
        "verificationStatus": CONCEPT,
        "code": CONCEPT,
        "bodySite": [CONCEPT],
        "subject": REFERENCE,
        **_ONSET,
        "recordedDate": TEXT,
    },
    "Observation": {
        **_COMMON,
        **_VALUE,
        "status": TEXT,
        "subject": REFERENCE,
        "effectiveDateTime": TEXT,
        "effectiveInstant": TEXT,
        "effectivePeriod": PERIOD,
        "bodySite": CONCEPT,
        "component": [_VALUE],
        "extension": [EXTENSION],
    },
    "Medication": {**_COMMON, "code": CONCEPT},
    "MedicationRequest": {
        **_COMMON,
        **_MEDICATION,
        "intent": TEXT,
        "doNotPerform": BOOLEAN,
        "subject": REFERENCE,
        "authoredOn": TEXT,
        "dosageInstruction": _DOSAGE,
    },
    "MedicationStatement": {
        **_COMMON,
        **_MEDICATION,
        "subject": REFERENCE,
        "effectiveDateTime": TEXT,
        "effectivePeriod": PERIOD,
        "dateAsserted": TEXT,
    },
    "MedicationAdministration": {
        **_COMMON,
        **_MEDICATION,
        "subject": REFERENCE,
        "effectiveDateTime": TEXT,
        "effectivePeriod": PERIOD,
    },
    "MedicationDispense": {
        **_COMMON,
        **_MEDICATION,
        "subject": REFERENCE,
        "whenPrepared": TEXT,
        "whenHandedOver": TEXT,
        "daysSupply": QUANTITY,
    },
    "Procedure": {
        **_COMMON,
        "status": TEXT,
        "code": CONCEPT,
        "subject": REFERENCE,
        "bodySite": [CONCEPT],
        "performedDateTime": TEXT,
        "performedPeriod": PERIOD,
        "performedAge": QUANTITY,
        "performedRange": RANGE,
        "performedString": TEXT,
    },
    "ServiceRequest": {
        **_COMMON,
        "status": TEXT,
        "intent": TEXT,
        "doNotPerform": BOOLEAN,
        "code": CONCEPT,
        "subject": REFERENCE,
        "bodySite": [CONCEPT],
        "occurrenceDateTime": TEXT,
        "occurrencePeriod": PERIOD,
        "authoredOn": TEXT,
    },
    "Encounter": {
        **_COMMON,
        "status": TEXT,
        "class": CODING,
        "type": [CONCEPT],
        "subject": REFERENCE,
        "period": PERIOD,
    },
}
PLACE_COLUMNS: Mapping[str, Shape] = {"place_file": TEXT, "place": TEXT}
"""Where a cleaned resource stood; written by the line-by-line reader."""


class WrongShapeError(ValueError):
    """A part of a resource has another shape than FHIR gives it; carries the path, never the value."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def duckdb_type(shape: Shape) -> str:
    """The DuckDB column type of a shape."""
    if isinstance(shape, str):
        return shape
    if isinstance(shape, list):
        return duckdb_type(shape[0]) + "[]"
    return "STRUCT(" + ", ".join(f'"{name}" {duckdb_type(part)}' for name, part in shape.items()) + ")"


def columns_argument(columns: Mapping[str, Shape]) -> str:
    """The `columns` argument of read_json for these columns."""
    return "{" + ", ".join(f"\"{name}\": '{duckdb_type(shape)}'" for name, shape in columns.items()) + "}"


def fit(shape: Shape, value: Any, path: str = "") -> tuple[Any, int]:
    """
    The value cut down to its shape, and how often a single object had to be read as a list of one.

    That repair is the one that exports need and that cannot change a meaning; any other difference raises
    WrongShapeError.
    """
    if value is None or shape == ANY:
        return value, 0
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise WrongShapeError(path)
        parts = {name: fit(part, value.get(name), f"{path}.{name}".lstrip(".")) for name, part in shape.items()}
        return {name: part for name, (part, _) in parts.items() if part is not None}, sum(n for _, n in parts.values())
    if isinstance(shape, list):
        is_single = isinstance(value, dict)
        if not is_single and not isinstance(value, list):
            raise WrongShapeError(path)
        fitted = [fit(shape[0], element, path) for element in ([value] if is_single else value)]
        return [element for element, _ in fitted], sum(n for _, n in fitted) + is_single
    if isinstance(value, bool) is (shape == BOOLEAN) and isinstance(value, (str, bool)):
        return value, 0
    if shape == BOOLEAN and value in ("true", "false"):
        return value == "true", 0
    raise WrongShapeError(path)

"""Expands the hand-made cases of `cases.yaml` into FHIR R4 NDJSON and the tables of expected verdicts.

Decides only how a line of `cases.yaml` is spelled as FHIR. What a patient must get stands in `cases.yaml` and is
worked out by hand; nothing here calls the product. Run `python tests/acceptance/limits/expand.py` after editing.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
VERSIONS = ("original", "amended")
CRITERIA = tuple(f"I{n}" for n in range(1, 7)) + tuple(f"E{n}" for n in range(1, 18))
BASES = ("recorded", "derived", "attested", "assumed-from-absence")

SYSTEMS = {
    "LOINC": "http://loinc.org",
    "SNOMED": "http://snomed.info/sct",
    "ICD10": "http://hl7.org/fhir/sid/icd-10-cm",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ATC": "http://www.whocc.no/atc",
    "CPT": "http://www.ama-assn.org/go/cpt",
    "HCPCS": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "LOCAL": "https://equipoise.dev/codes",
}
UCUM_CODES = frozenset(
    (
        *("%", "/uL", "10*3/uL", "10*9/L", "g", "g/L", "g/dL", "kg"),
        *("mL/min", "mL/min/{1.73_m2}", "mg/dL", "mmol/L", "s", "umol/L"),
    )
)
STATUS_SYSTEMS = {
    "clinicalStatus": "http://terminology.hl7.org/CodeSystem/condition-clinical",
    "verificationStatus": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
}
VALUE_KEYS = frozenset({"value", "answer", "coded", "text", "date", "between", "absent", "yes_or_no"})
"""Fields that say what a result is; giving one in a case takes the place of the template's."""

Fields = dict[str, Any]
Resource = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One patient: FHIR resources, attested answers, and what both versions must say of them."""

    id: str
    status: str | None
    resources: tuple[Resource, ...]
    attestations: tuple[dict[str, str], ...]
    expected: Mapping[str, Mapping[str, tuple[str, str, str, str, str]]]


def read_source() -> dict[str, Any]:
    """`cases.yaml` with every scalar as the text that was written (8.0 stays 8.0, no stays no)."""
    with (HERE / "cases.yaml").open(encoding="utf-8") as file:
        source: dict[str, Any] = yaml.load(file, Loader=yaml.BaseLoader)
    return source


def read_cases() -> tuple[Case, ...]:
    source = read_source()
    cases = tuple(_case(source, entry) for entry in source["cases"])
    ids = [case.id for case in cases]
    if len(set(ids)) != len(ids):
        raise ValueError(f"case ids given twice: {sorted({i for i in ids if ids.count(i) > 1})}")
    return cases


def as_of(source: Mapping[str, Any]) -> date:
    return date.fromisoformat(source["as_of"])


def _case(source: Mapping[str, Any], entry: Fields) -> Case:
    name = entry["id"]
    unknown_keys = set(entry) - {"id", "base", "patient", "with", "without", "attested", "expect", "status", *VERSIONS}
    if unknown_keys or not re.fullmatch(r"[A-Za-z0-9.\-]{1,44}", name):
        raise ValueError(f"case {name}: unknown keys {unknown_keys} or an id that is no FHIR id")
    base = source["bases"][entry["base"]]
    records = _changed(_base_records(source["bases"], entry["base"]), entry, "with")
    resources = [_patient(name, base["patient"] | entry.get("patient", {}), as_of(source))]
    for key, several in records.items():
        for number, one in enumerate(several, start=1):
            fields = _fields(source["templates"][key], one)
            fields["id"] = f"{name}.{key}" + (f".{number}" if len(several) > 1 else "")
            resources.append(_resource(name, fields, as_of(source)))
    attested = tuple(
        {"patient_id": name, "record_id": f"Attestation/{name}.{code}", "code": code, "value": answer}
        for code, answer in entry.get("attested", {}).items()
    )
    return Case(name, entry.get("status"), tuple(resources), attested, _expected(source, entry))


def _base_records(bases: Mapping[str, Any], name: str) -> dict[str, list[Any]]:
    base = bases[name]
    below = _base_records(bases, base["extends"]) if "extends" in base else {}
    return _changed(below, base, "records")


def _changed(records: dict[str, list[Any]], change: Fields, given: str) -> dict[str, list[Any]]:
    """The records without those that the change takes away, and with those it gives in place of the old."""
    missing = set(change.get("without", "").split()) - set(records)
    if missing:
        raise ValueError(f"{change.get('id')}: cannot leave out {missing}, which the base does not have")
    kept = {key: several for key, several in records.items() if key not in change.get("without", "").split()}
    return kept | {key: _several(value) for key, value in change.get(given, {}).items()}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fields(template: Fields, one: Any) -> Fields:
    given = one if isinstance(one, dict) else ({template["short"]: one} if one else {})
    kept = {key: value for key, value in template.items() if key not in VALUE_KEYS or not VALUE_KEYS & set(given)}
    fields = kept | given
    fields.pop("short", None)
    return {key: value for key, value in fields.items() if value != "none" or key == "answer"}


def _expected(source: Mapping[str, Any], entry: Fields) -> dict[str, dict[str, tuple[str, str, str, str, str]]]:
    expected: dict[str, dict[str, tuple[str, str, str, str, str]]] = {}
    for version in VERSIONS:
        rows = {**entry.get("expect", {}), **entry.get(version, {})}
        expected[version] = {}
        for criterion in sorted(rows, key=CRITERIA.index):
            truth, why, cited, sentence = rows[criterion]
            basis, causes = ("none", why) if truth == "unknown" else (why, "")
            if truth not in ("true", "false", "unknown") or (truth != "unknown" and basis not in BASES):
                raise ValueError(f"case {entry['id']} {criterion}: no such verdict {rows[criterion]}")
            expected[version][criterion] = (truth, basis, causes, source["sources"][cited], sentence)
    if not any(expected.values()):
        raise ValueError(f"case {entry['id']} expects nothing")
    return expected


def _day(text: str, today: date) -> str:
    """A FHIR date; `-90 d` is written for the day 90 days before `as_of`, a time of day may follow `T`."""
    match = re.fullmatch(r"([+-]\d+) d(T.*)?", text)
    if not match:
        return text
    return (today + timedelta(days=int(match[1]))).isoformat() + (match[2] or "")


def _coding(code: str) -> Resource:
    system, value = code.split("|")
    return {"system": SYSTEMS[system], "code": value}


def _concept(codes: str) -> Resource:
    return {"coding": [_coding(code) for code in codes.split()]}


def _patient(name: str, fields: Fields, today: date) -> Resource:
    resource: Resource = {"resourceType": "Patient", "id": name}
    if fields.get("sex", "none") != "none":
        resource["gender"] = fields["sex"]
    if fields.get("birth", "none") != "none":
        resource["birthDate"] = fields["birth"]
    if "died" in fields:
        resource["deceasedDateTime"] = _day(fields["died"], today)
    return resource


def _resource(patient: str, fields: Fields, today: date) -> Resource:
    kind = fields["resource"]
    head: Resource = {"resourceType": kind, "id": fields["id"]}
    subject = {"reference": f"Patient/{patient}"}
    return head | _WRITERS[kind](fields, subject, today)


def _observation(fields: Fields, subject: Resource, today: date) -> Resource:
    resource: Resource = {"status": fields.get("status", "final"), "code": _concept(fields["code"]), "subject": subject}
    if "day" in fields:
        resource["effectiveDateTime"] = _day(fields["day"], today)
    resource |= _value(fields, today)
    unit = {"unit": fields["unit"]} if "unit" in fields else {}
    limits = {side: _quantity({"value": fields[side], **unit}) for side in ("low", "high") if side in fields}
    if limits and "value" in fields:
        resource["referenceRange"] = [limits]
    if "site" in fields:
        resource["bodySite"] = {"text": fields["site"]}
    components = [
        {"code": _concept(f"LOCAL|{code}"), "valueString": fields[key]}
        for key, code in (("lesion", "lesion"), ("method", "clearance-method"))
        if key in fields
    ]
    if components:
        resource["component"] = components
    return resource


def _quantity(fields: Fields) -> Resource:
    """A number is written as JSON writes it; unclean units stand in `unit` alone, as in real exports."""
    text = fields["value"]
    quantity: Resource = {"value": float(text) if "." in text else int(text)}
    if "comparator" in fields:
        quantity["comparator"] = fields["comparator"]
    if "unit" in fields:
        quantity["unit"] = fields["unit"]
        if fields["unit"] in UCUM_CODES:
            quantity |= {"system": "http://unitsofmeasure.org", "code": fields["unit"]}
    return quantity


def _value(fields: Fields, today: date) -> Resource:
    if "value" in fields:
        return {"valueQuantity": _quantity(fields)}
    if "between" in fields:
        low, high = fields["between"].split("..")
        return {"valueRange": {"low": _quantity(fields | {"value": low}), "high": _quantity(fields | {"value": high})}}
    if "answer" in fields:
        return {"valueCodeableConcept": _concept(f"LOCAL|{fields['answer']}")}
    if "coded" in fields:
        return {"valueCodeableConcept": _concept(fields["coded"])}
    if "text" in fields:
        return {"valueString": fields["text"]}
    if "date" in fields:
        return {"valueDateTime": _day(fields["date"], today)}
    if "absent" in fields:
        code = {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": fields["absent"]}
        return {"dataAbsentReason": {"coding": [code]}}
    raise ValueError(f"{fields['id']} has no value")


def _condition(fields: Fields, subject: Resource, today: date) -> Resource:
    resource: Resource = {"code": _concept(fields["code"]), "subject": subject}
    for key, system in STATUS_SYSTEMS.items():
        if key in fields:
            resource[key] = {"coding": [{"system": system, "code": fields[key]}]}
    for key, element in (("onset", "onsetDateTime"), ("abated", "abatementDateTime"), ("recorded", "recordedDate")):
        if key in fields:
            resource[element] = _day(fields[key], today)
    return resource


def _period(fields: Fields, today: date) -> Resource:
    return {key: _day(fields[key], today) for key in ("start", "end") if key in fields}


def _procedure(fields: Fields, subject: Resource, today: date) -> Resource:
    return {
        "status": fields.get("status", "completed"),
        "code": _concept(fields["code"]),
        "subject": subject,
        "performedDateTime": _day(fields["day"], today),
    }


def _administration(fields: Fields, subject: Resource, today: date) -> Resource:
    return {
        "status": fields.get("status", "completed"),
        "medicationCodeableConcept": _concept(fields["code"]),
        "subject": subject,
        "effectivePeriod": _period(fields, today),
    }


def _request(fields: Fields, subject: Resource, today: date) -> Resource:
    return {
        "status": fields.get("status", "active"),
        "intent": "order",
        "medicationCodeableConcept": _concept(fields["code"]),
        "subject": subject,
        "authoredOn": _day(fields["day"], today),
    }


def _encounter(fields: Fields, subject: Resource, today: date) -> Resource:
    return {
        "status": fields.get("status", "finished"),
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": subject,
        "period": _period({"start": fields["day"], "end": fields["day"]}, today),
    }


_WRITERS = {
    "Observation": _observation,
    "Condition": _condition,
    "Procedure": _procedure,
    "MedicationAdministration": _administration,
    "MedicationStatement": _administration,
    "MedicationRequest": _request,
    "Encounter": _encounter,
}


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def expected_rows(cases: tuple[Case, ...]) -> Iterator[list[str]]:
    for case in sorted(cases, key=lambda case: case.id):
        for version in VERSIONS:
            for criterion, row in case.expected[version].items():
                yield [case.id, version, criterion, *row]


def status_of(case: Case, version: str) -> str:
    """Rule 1: a block decides, then an open criterion; everything a case does not name passes."""
    if case.status:
        return case.status
    effects = set()
    for criterion, (truth, *_) in case.expected[version].items():
        passing = "true" if criterion.startswith("I") else "false"
        effects.add("open" if truth == "unknown" else "passes" if truth == passing else "blocks")
    return "ineligible" if "blocks" in effects else "undetermined" if "open" in effects else "eligible"


def expand() -> dict[str, str]:
    """Every committed file made from `cases.yaml`: path below this folder to its text."""
    cases = read_cases()
    source = read_source()
    by_type: dict[str, list[Resource]] = {}
    for case in cases:
        for resource in case.resources:
            by_type.setdefault(resource["resourceType"], []).append(resource)
    files = {
        f"fhir/{kind}.ndjson": "".join(
            json.dumps(resource, ensure_ascii=False, separators=(",", ":")) + "\n"
            for resource in sorted(resources, key=lambda resource: resource["id"])
        )
        for kind, resources in by_type.items()
    }
    header = ["patient_id", "record_id", "code", "value", "by", "role", "at"]
    signature = ["A. Example", "investigator", source["as_of"]]
    answers = [[*answer.values(), *signature] for case in cases for answer in case.attestations]
    files["attestations.csv"] = _csv([header, *sorted(answers)])
    header = ["patient_id", "version", "criterion_id", "truth", "basis", "causes", "source", "because"]
    files["expected.csv"] = _csv([header, *expected_rows(cases)])
    statuses = [[case.id, version, status_of(case, version)] for case in cases for version in VERSIONS]
    files["expected-status.csv"] = _csv([["patient_id", "version", "status"], *sorted(statuses)])
    return files


if __name__ == "__main__":
    for path, text in expand().items():
        target = HERE / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")

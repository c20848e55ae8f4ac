"""A small made-up protocol and verdicts for it, written the way an evaluator writes them.

Loaded by path from the tests of screening and of reporting. Verdicts are invented; no rule is evaluated here.
"""

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from equipoise.criteria.nodes import (
    Answers,
    Comparison,
    Exists,
    Limit,
    Not,
    Operator,
    Reading,
    Value,
    Window,
    any_of,
)
from equipoise.criteria.truth import Cause, Kind
from equipoise.screening.report_model import (
    CriterionView,
    DamageView,
    ProtocolView,
    ReadingView,
    RepairView,
    SettingView,
)
from equipoise.terminology.concepts import LOCAL_SYSTEM, CodeRule, Concept, ConceptKind, DecidedBy

AS_OF = date(2026, 1, 15)
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
LABORATORY = Window(90)


def _concepts() -> dict[str, Concept]:
    measured, events = ("measurements",), ("conditions",)
    listed = [
        Concept("ki-67", "Ki-67", ConceptKind.QUANTITY, measured, (CodeRule(LOINC, "29593-1"),), unit="%"),
        Concept("haemoglobin", "haemoglobin", ConceptKind.QUANTITY, measured, (CodeRule(LOINC, "718-7"),), unit="g/dL"),
        Concept("platelets", "platelets", ConceptKind.QUANTITY, measured, (CodeRule(LOINC, "777-3"),), unit="10*9/L"),
        Concept("inr", "INR", ConceptKind.QUANTITY, measured, (CodeRule(LOINC, "6301-6"),), unit="1"),
        Concept("bilirubin", "bilirubin", ConceptKind.QUANTITY, measured, (CodeRule(LOINC, "1975-2"),), unit="mg/dL"),
        Concept("creatinine", "creatinine", ConceptKind.QUANTITY, measured, (CodeRule(LOINC, "2160-0"),), unit="mg/dL"),
        Concept("measured-clearance", "measured clearance", ConceptKind.QUANTITY, measured, unit="mL/min"),
        Concept("krenning", "Krenning score", ConceptKind.QUANTITY, measured, (CodeRule(LOINC, "1-1"),), unit="1"),
        Concept(
            "nyha",
            "NYHA class",
            ConceptKind.CODED,
            measured,
            (CodeRule(LOINC, "88020-3"),),
            answers={"I": (f"{SNOMED}|420300004",), "II": (f"{SNOMED}|421704003", "class ii")},
        ),
        Concept(
            "contraception",
            "contraception",
            ConceptKind.CODED,
            measured,
            answers={"iud": (), "none": ()},
            decided_by=DecidedBy.PERSON,
        ),
        Concept("sterility", "surgical sterility", ConceptKind.EVENT, ("procedures",)),
        Concept("brain-metastasis", "brain metastasis", ConceptKind.EVENT, events, (CodeRule(SNOMED, "94225005"),)),
        Concept(
            "informed-consent",
            "informed consent",
            ConceptKind.CODED,
            measured,
            answers={"signed": (), "declined": ()},
            decided_by=DecidedBy.PERSON,
            question="Has the patient signed the consent form?",
        ),
    ]
    return {concept.id: concept for concept in listed}


def _value(concept: str, operator: Operator, value: str, unit: str | None) -> Value:
    return Value(concept, Comparison(operator, (Limit(Decimal(value), unit),)), within=LABORATORY)


def made_up_protocol() -> ProtocolView:
    """Six criteria: one damaged and repaired, one with a note, one with an open reading, one that a person decides."""
    low_hb = _value("haemoglobin", Operator.LT, "8", "g/dL")
    criteria = (
        CriterionView(
            "I2",
            Kind.INCLUSION,
            "Well- or moderately differentiated (grade 1 or grade 2, Ki-",
            Value("ki-67", Comparison(Operator.LE, (Limit(Decimal(20), "%"),))),
            rule_words="the latest Ki-67 is at most 20 %",
            damages=(DamageView("text-lost", "Ki-"),),
            repair=RepairView("Ki-67 <= 20 %", "exclusion E1 begins above 20 %", "accepted", "product default"),
        ),
        CriterionView(
            "E6",
            Kind.EXCLUSION,
            "T-Bilirubin >3, INR > 1.5",
            any_of(
                Reading(
                    "bilirubin-unit",
                    (_value("bilirubin", Operator.GT, "3", "mg/dL"), _value("bilirubin", Operator.GT, "6", "mg/dL")),
                ),
                _value("inr", Operator.GT, "1.5", "1"),
            ),
            rule_words="bilirubin is above 3, or INR is above 1.5",
        ),
        CriterionView(
            "E7",
            Kind.EXCLUSION,
            "creatinine clearance calculated <50 mL/min",
            _value("creatinine", Operator.GT, "1.7", "mg/dL"),
            rule_words="the calculated clearance is below 50 mL/min",
            confirm="measured-clearance",
        ),
        CriterionView(
            "E8",
            Kind.EXCLUSION,
            "Hb concentration <5.0 mmol/L (<8.0 g/dL); platelets <75x109/L",
            any_of(low_hb, _value("platelets", Operator.LT, "75", "10*9/L")),
            rule_words="haemoglobin is below 8.0 g/dL, or platelets are below 75 10*9/L",
            notes={"E8~note1": "Between 8.00 and 8.06 g/dL the two printed limits disagree."},
        ),
        CriterionView(
            "E9",
            Kind.EXCLUSION,
            "Known brain metastases",
            any_of(
                Exists("brain-metastasis"), Value("nyha", Answers(("II",))), _value("krenning", Operator.GT, "1", None)
            ),
            rule_words="brain metastasis is recorded",
        ),
        CriterionView(
            "E17",
            Kind.EXCLUSION,
            "Unable to give informed consent",
            Not(Value("informed-consent", Answers(("signed",)))),
            rule_words="informed consent is not signed",
        ),
    )
    return ProtocolView(
        id="MADE-UP-1",
        title="A made-up trial",
        version="original",
        digest="sha256:0000",
        registry_status="withdrawn",
        registry_sentence="Withdrawn before the first participant: no one can be enrolled.",
        as_of=AS_OF,
        criteria=criteria,
        concepts=_concepts(),
        readings=(
            ReadingView(
                "bilirubin-unit",
                (("mg", "3 mg/dL"), ("uln", "3 times the upper limit of normal")),
                criterion_ids=("E6",),
            ),
            ReadingView(
                "age",
                (("older", "more than 18"), ("from", "18 or more")),
                "from",
                "product default",
                "structured field",
            ),
        ),
        windows=(SettingView("laboratory", "90 days", "assumption", "the record states none"),),
        assumptions=(SettingView("brain-metastasis", "no record means no", "protocol"),),
        site_settings=(SettingView("window laboratory", "60 days", "site file"),),
    )


def row(table, record_id, code, value=None, unit=None, time=None):
    """An evidence row as a mapping in the contract's order of keys."""
    return {"table": table, "record_id": record_id, "code": code, "value": value, "unit": unit, "time": time}


def result(record_id, code, value, unit, time):
    return row("measurements", record_id, f"{LOINC}|{code}", value, unit, time)


NO_BRAIN = [
    row("conditions", None, f"{LOCAL_SYSTEM}|brain-metastasis", "no record"),
    row("encounters", "Encounter/1", None, None, None, "2025-11-02"),
]
CONSENT = [row("attestations", "signed.csv:2", f"{LOCAL_SYSTEM}|informed-consent", "signed", None, "2026-01-10")]


def passing() -> dict:
    """Criterion id to (truth, basis, causes, evidence, needs) of a patient whom every criterion lets in."""
    return {
        "I2": ("true", "recorded", [], [result("Observation/k", "29593-1", "4", "%", "2025-06-01")], []),
        "E6": ("false", "recorded", [], [result("Observation/i", "6301-6", "1.0", "1", "2026-01-02")], []),
        "E7": ("false", "derived", [], [result("Observation/c", "2160-0", "0.9", "mg/dL", "2026-01-02")], []),
        "E8": ("false", "recorded", [], [result("Observation/h", "718-7", "12.1", "g/dL", "2026-01-02")], []),
        "E8~note1": ("false", "recorded", [], [], []),
        "E9": ("false", "assumed-from-absence", [], NO_BRAIN, []),
        "E17": ("false", "attested", [], CONSENT, []),
    }


NEVER = [Cause.NEVER_MEASURED.value]
LOW_HB = [result("Observation/h", "718-7", "7.9", "g/dL", "2026-01-02")]
CHANGES = {
    "eligible": {},
    "low-hb": {"E8": ("true", "recorded", [], LOW_HB, [])},
    "no-inr": {"E6": ("unknown", "none", NEVER, [], ["inr"])},
    "no-inr-no-hb": {
        "E6": ("unknown", "none", NEVER, [], ["inr"]),
        "E8": ("unknown", "none", NEVER, [], ["haemoglobin", "platelets"]),
    },
    "ask": {"E17": ("unknown", "none", ["needs-person"], [], ["informed-consent"])},
    "reading": {"E6": ("unknown", "none", ["reading-open"], [], ["reading:bilirubin-unit"])},
    "calculated": {
        "E7": ("true", "derived", [], [result("Observation/c", "2160-0", "2.4", "mg/dL", "2026-01-02")], [])
    },
    "noted": {
        "E8": ("false", "recorded", [], [result("Observation/h", "718-7", "8.03", "g/dL", "2026-01-02")], []),
        "E8~note1": ("true", "recorded", [], [], []),
    },
    "two-blocks": {
        "I2": ("false", "recorded", [], [result("Observation/k", "29593-1", "30", "%", "2025-06-01")], []),
        "E8": ("true", "recorded", [], LOW_HB, []),
    },
    "old-inr": {
        "E6": ("unknown", "none", ["too-old"], [result("Observation/i", "6301-6", "1.2", "1", "2024-05-01")], ["inr"])
    },
}
"""What differs from `passing` for each kind of made-up patient."""


def verdicts_of(change: str) -> dict:
    return {**passing(), **CHANGES[change]}


def write_verdicts(path: Path, patients: dict[str, dict], seed: int | None = None) -> Path:
    """Verdict Parquet of the evaluator; with a seed the rows are shuffled."""
    rows = [
        {
            "patient_id": patient_id,
            "criterion_id": criterion_id,
            "truth": truth,
            "basis": basis,
            "causes": json.dumps(causes),
            "evidence": json.dumps(evidence, separators=(",", ":")),
            "needs": json.dumps(needs),
        }
        for patient_id, verdicts in patients.items()
        for criterion_id, (truth, basis, causes, evidence, needs) in verdicts.items()
    ]
    if seed is not None:
        random.Random(seed).shuffle(rows)
    parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


def write_patients(path: Path, deaths: dict[str, date | None], alive=()) -> Path:
    """The canonical patients table, as far as screening reads it; a death of None has no date."""
    rows = [{"patient_id": each, "is_deceased": False, "death_lower": None} for each in alive]
    rows += [{"patient_id": each, "is_deceased": True, "death_lower": day} for each, day in deaths.items()]
    columns = [("patient_id", pa.string()), ("is_deceased", pa.bool_()), ("death_lower", pa.date32())]
    parquet.write_table(pa.Table.from_pylist(rows, schema=pa.schema(columns)), path)
    return path

"""What somebody has to know of a protocol to conduct it, and the numbers of the shipped one. All is made up."""

from collections.abc import Mapping
from dataclasses import dataclass

Result = tuple[str, str, str | None, str | None, str | None]
"""Concept, value, unit, lower and upper end of the normal range."""


@dataclass(frozen=True)
class Study:
    """The steps, results and answers that the plan of a protocol asks for."""

    name: str
    version: str
    arms: tuple[str, str]
    """Surgery alone, and the drug before it."""
    course: str
    doses: tuple[str, ...]
    interval: int
    """From one dose to the next. [d]"""
    amounts: Mapping[str, str]
    unit: str
    before_dose: tuple[Result, ...]
    """Results some days before each dose; platelets stand first."""
    at_dose: tuple[Result, ...]
    answers: tuple[tuple[str, str], ...]
    operation: str
    operation_after: tuple[int, int]
    """From randomisation, and from the last dose. [d]"""
    before_operation: tuple[Result, ...]
    answers_before_operation: tuple[tuple[str, str], ...]
    decision: tuple[str, str, str]
    """The question, and its two answers: go on, do not."""
    assessment: str
    low: str
    """A platelet count that the dose tables call a toxicity."""


PLATELETS: Result = ("platelets", "200", "10*9/L", None, None)
BILIRUBIN: Result = ("bilirubin", "0.6", "mg/dL", "0.2", "1.2")

REFERENCE = Study(
    name="reference",
    version="original",
    arms=("arm-1", "arm-2"),
    course="prrt",
    doses=("cycle-1", "cycle-2", "cycle-3", "cycle-4"),
    interval=56,
    amounts={"full": "7.4", "reduced": "3.7"},
    unit="GBq",
    before_dose=(
        PLATELETS,
        ("haemoglobin", "13.0", "g/dL", None, None),
        ("leukocytes", "5.0", "10*9/L", None, None),
        ("neutrophils", "4.0", "10*9/L", None, None),
        ("creatinine", "0.9", "mg/dL", None, None),
        ("body-weight", "72", "kg", None, None),
        BILIRUBIN,
        ("albumin", "40", "g/L", None, None),
        ("inr", "1.0", None, None, None),
        ("alt", "25", "U/L", None, None),
        ("ast", "25", "U/L", None, None),
    ),
    at_dose=(("potassium", "4.2", "mmol/L", "3.5", "5.1"), ("hcg-test", "negative", None, None, None)),
    answers=(("long-acting-analogue-stopped", "yes"), ("short-acting-analogue-stopped", "yes")),
    operation="surgery",
    operation_after=(28, 56),
    before_operation=(PLATELETS, ("inr", "1.0", None, None, None), BILIRUBIN),
    answers_before_operation=(("fit-for-operation", "yes"), ("ascites", "no")),
    decision=("resectability", "resectable", "not-resectable"),
    assessment="tumour-assessment",
    low="60",
)

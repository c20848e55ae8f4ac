"""The drug of a medication resource: coded in place, referenced, or contained."""

from equipoise.records.sql import quote

KINDS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")
_CODE = "STRUCT(coding STRUCT(system VARCHAR, code VARCHAR, display VARCHAR)[], text VARCHAR)"
_CONTAINED = (
    '[{"id": "VARCHAR", "code": {"text": "VARCHAR",'
    ' "coding": [{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}]}}]'
)
NO_DRUGS = f"CREATE OR REPLACE TEMP TABLE drugs AS SELECT NULL::VARCHAR AS id, NULL::{_CODE} AS code WHERE false"


def drugs_table(view: str) -> str:
    """Statement that makes the table `drugs` (id, code) from Medication resources; of several one is taken."""
    return (
        f"CREATE OR REPLACE TEMP TABLE drugs AS SELECT id, min(code) AS code FROM {view} WHERE id IS NOT NULL"
        " GROUP BY id"
    )


def with_drug(view: str) -> str:
    """A subquery of medication resources with their `drug`; without any code, the display of the reference."""
    contained = (
        f"list_filter(from_json(r.contained, {quote(_CONTAINED)}),"
        " lambda c: '#' || ltrim(c.id, '#') = r.medicationReference.reference)[1].code"
    )
    named = f"{{'coding': NULL, 'text': r.medicationReference.display}}::{_CODE}"
    return (
        f"(SELECT r.*, coalesce(r.medicationCodeableConcept, d.code,"
        f" CASE WHEN starts_with(r.medicationReference.reference, '#') THEN {contained} END, {named}) AS drug"
        f" FROM {view} r LEFT JOIN drugs d ON d.id = medication_of(r.medicationReference))"
    )

"""Resources that say that something happened: one SELECT each, to the columns of the event tables.

Each query gives, for a view of resources `r`, the patient, the words of its status, the concept, the interval
of its start and of its end, and `why`: null when the resource is used, else the reason why not.
"""

from dataclasses import dataclass

from equipoise.records.fhir.macros import EARLIEST

NO_PATIENT = "no reference to a patient"
IN_ERROR = "entered in error"
NOT_DONE = "was not done"
NOT_ORDERED = "not an order: draft, cancelled or a mere proposal"
NOT_HELD = "did not take place"
NOT_NEEDED_REASONS = frozenset({IN_ERROR, NOT_DONE, NOT_ORDERED, NOT_HELD})


@dataclass(frozen=True)
class EventMapping:
    """
    How one resource type becomes rows of an event table; every part is SQL over the resource `r`.

    Parameters
    ----------
    status
        A word of EventStatus.
    start, end_from, end_to
        Texts of the beginning and of the first and last possible end (FHIR partial dates, or null).
    is_over
        Whether it has ended even when no end is given.
    noted
        Text of a date on which it was already known: an undated event began then at the latest.
    ages
        Quantities: age at the earliest and latest beginning, at the earliest and latest end.
    is_closed_by_update
        An event that is over without an end had ended when the resource was last updated.
    supply_days
        Days that may be added to the end.
    unused
        (condition, reason) pairs of resources that are counted and not kept.
    """

    table: str
    status: str
    start: str
    end_from: str
    end_to: str
    is_over: str
    unused: tuple[tuple[str, str], ...]
    noted: str = "NULL::VARCHAR"
    ages: tuple[str, str, str, str] | None = None
    is_closed_by_update: bool = False
    supply_days: str = "0"
    concept: str = "r.code"
    body_site: str = "site_of(r.bodySite[1])"


def _state(*, past: str, possible: str, ordered: str = "''") -> str:
    """A status word nobody knows is possible at best; no status at all is not a doubt."""
    return (
        f"CASE WHEN r.status IN ({past}) THEN 'present' WHEN r.status IN ({ordered}) THEN 'ordered'"
        f" WHEN r.status IN ({possible}) OR r.status IS NOT NULL THEN 'possible' ELSE 'present' END"
    )


_VERIFICATION = "status_word(r.verificationStatus, ['entered-in-error', 'refuted', 'confirmed'])"
_ONSET = "coalesce(r.onsetDateTime, r.onsetPeriod.start)"
_OVER = "['resolved', 'inactive', 'remission']"
_IS_REFUTED = f"{_VERIFICATION} = 'refuted'"
_REFUTED_ON = f"coalesce(r.recordedDate, {_ONSET}, r.meta.lastUpdated)"

CONDITION = EventMapping(
    table="conditions",
    status=f"CASE WHEN {_VERIFICATION} IS NULL OR {_VERIFICATION} = 'confirmed' THEN 'present'"
    f" WHEN {_IS_REFUTED} THEN 'absent' ELSE 'possible' END",
    # Refuted is an absence on the day of the statement, whenever the disease was thought to have begun.
    start=f"CASE WHEN {_IS_REFUTED} THEN {_REFUTED_ON} ELSE {_ONSET} END",
    end_from=f"CASE WHEN {_IS_REFUTED} THEN {_REFUTED_ON} ELSE"
    ' coalesce(r.abatementDateTime, r.abatementPeriod.start, r.abatementPeriod."end") END',
    end_to=f"CASE WHEN {_IS_REFUTED} THEN {_REFUTED_ON} ELSE"
    ' coalesce(r.abatementDateTime, r.abatementPeriod."end") END',
    is_over=f"{_IS_REFUTED} OR status_word(r.clinicalStatus, {_OVER}) IN {_OVER}"
    " OR coalesce(r.abatementString, r.abatementDateTime) IS NOT NULL OR r.abatementPeriod IS NOT NULL"
    " OR r.abatementAge IS NOT NULL OR r.abatementRange IS NOT NULL",
    noted="r.recordedDate",
    ages=(
        "coalesce(r.onsetAge, r.onsetRange.low)",
        "coalesce(r.onsetAge, r.onsetRange.high)",
        "coalesce(r.abatementAge, r.abatementRange.low)",
        "coalesce(r.abatementAge, r.abatementRange.high)",
    ),
    is_closed_by_update=True,
    unused=((f"{_VERIFICATION} = 'entered-in-error'", IN_ERROR),),
)

_NO_SITE = "NULL::VARCHAR"
DRUG = "r.drug"
"""Concept of a medication resource: found by `drugs`, once all Medication resources are known."""
_DRUG = "r.medicationCodeableConcept, r.medicationReference, r.contained"
_ORDER_UNUSED = (
    ("r.status = 'entered-in-error'", IN_ERROR),
    ("r.doNotPerform", NOT_ORDERED),
    ("r.status IN ('draft', 'cancelled', 'revoked')", NOT_ORDERED),
    ("r.intent IN ('proposal', 'option')", NOT_ORDERED),
)
_EFFECTIVE_START = "coalesce(r.effectiveDateTime, r.effectivePeriod.start)"
_SUPPLY_END = 'list_max([d.timing."repeat".boundsPeriod."end" FOR d IN r.dosageInstruction])'

MEDICATION_REQUEST = EventMapping(
    table="medications",
    status="'ordered'",
    start="r.authoredOn",
    end_from=_SUPPLY_END,
    end_to=_SUPPLY_END,
    is_over="r.status IN ('completed', 'stopped')",
    unused=_ORDER_UNUSED,
    concept=DRUG,
    body_site=_NO_SITE,
)
MEDICATION_STATEMENT = EventMapping(
    table="medications",
    status=_state(past="'active', 'completed', 'stopped', 'on-hold'", possible="'unknown'", ordered="'intended'"),
    start=_EFFECTIVE_START,
    end_from='r.effectivePeriod."end"',
    end_to='r.effectivePeriod."end"',
    # An end that cannot be read is still an end: on a day that is not known.
    is_over="r.status IN ('completed', 'stopped') OR r.effectivePeriod.\"end\" IS NOT NULL",
    unused=(("r.status = 'entered-in-error'", IN_ERROR), ("r.status = 'not-taken'", NOT_DONE)),
    noted="r.dateAsserted",
    concept=DRUG,
    body_site=_NO_SITE,
)
_GIVEN_END = 'coalesce(r.effectiveDateTime, r.effectivePeriod."end")'
MEDICATION_ADMINISTRATION = EventMapping(
    table="medications",
    status=_state(past="'completed', 'in-progress', 'stopped', 'on-hold'", possible="'unknown'"),
    start=_EFFECTIVE_START,
    end_from=_GIVEN_END,
    end_to=_GIVEN_END,
    is_over="coalesce(r.status, '') <> 'in-progress'",
    unused=(("r.status = 'entered-in-error'", IN_ERROR), ("r.status = 'not-done'", NOT_DONE)),
    concept=DRUG,
    body_site=_NO_SITE,
)
_HANDED = "coalesce(r.whenHandedOver, r.whenPrepared)"
MEDICATION_DISPENSE = EventMapping(
    table="medications",
    status=_state(
        past="'completed', 'stopped'", possible="'unknown'", ordered="'preparation', 'in-progress', 'on-hold'"
    ),
    start=_HANDED,
    end_from=_HANDED,
    # What was handed over may be taken until the supply is used up.
    end_to=_HANDED,
    # A supply that is not told, or not in days, leaves the end open.
    supply_days="CASE WHEN coalesce(age_unit(r.daysSupply), 'd') = 'd' AND number_upper(r.daysSupply.value)"
    " BETWEEN 0 AND 60000 THEN ceil(number_upper(r.daysSupply.value))::INTEGER END",
    is_over="true",
    unused=(("r.status = 'entered-in-error'", IN_ERROR), ("r.status IN ('cancelled', 'declined')", NOT_DONE)),
    concept=DRUG,
    body_site=_NO_SITE,
)
_PERFORMED_END = 'coalesce(r.performedDateTime, r.performedPeriod."end")'
_AT_AGE = ("coalesce(r.performedAge, r.performedRange.low)", "coalesce(r.performedAge, r.performedRange.high)")
PROCEDURE = EventMapping(
    table="procedures",
    status=_state(
        past="'completed', 'in-progress'", possible="'stopped', 'on-hold', 'unknown'", ordered="'preparation'"
    ),
    start="coalesce(r.performedDateTime, r.performedPeriod.start)",
    end_from=_PERFORMED_END,
    end_to=_PERFORMED_END,
    ages=(*_AT_AGE, *_AT_AGE),
    is_over="coalesce(r.status, '') NOT IN ('in-progress', 'preparation')",
    is_closed_by_update=True,
    unused=(("r.status = 'entered-in-error'", IN_ERROR), ("r.status = 'not-done'", NOT_DONE)),
)
SERVICE_REQUEST = EventMapping(
    table="procedures",
    status="'ordered'",
    start="coalesce(r.occurrenceDateTime, r.occurrencePeriod.start, r.authoredOn)",
    end_from='r.occurrencePeriod."end"',
    end_to='r.occurrencePeriod."end"',
    is_over="r.status = 'completed'",
    unused=_ORDER_UNUSED,
)
ENCOUNTER = EventMapping(
    table="encounters",
    status=_state(past="'arrived', 'triaged', 'in-progress', 'onleave', 'finished'", possible="'unknown'"),
    start="r.period.start",
    end_from='r.period."end"',
    end_to='r.period."end"',
    is_over="r.status = 'finished'",
    unused=(
        ("r.status = 'entered-in-error'", IN_ERROR),
        ("r.status IN ('planned', 'cancelled')", NOT_HELD),
    ),
    concept="CASE WHEN len(r.type) > 0"
    " THEN {'coding': flatten([codings_of(t) FOR t IN r.type]), 'text': r.type[1].text}"
    " ELSE {'coding': [r.class], 'text': NULL::VARCHAR} END",
    body_site=_NO_SITE,
)

EVENTS = {
    "Condition": CONDITION,
    "MedicationRequest": MEDICATION_REQUEST,
    "MedicationStatement": MEDICATION_STATEMENT,
    "MedicationAdministration": MEDICATION_ADMINISTRATION,
    "MedicationDispense": MEDICATION_DISPENSE,
    "Procedure": PROCEDURE,
    "ServiceRequest": SERVICE_REQUEST,
    "Encounter": ENCOUNTER,
}


def facts_query(mapping: EventMapping, view: str) -> str:
    """Everything the tables and the report need of each resource of `view`: `why`, its concept, its days."""
    unused = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in mapping.unused)
    ages = mapping.ages or ()
    counts = "".join(f", age_count({age}) AS n{i}, age_unit({age}) AS u{i}" for i, age in enumerate(ages))
    texts = (
        "SELECT r.id, r.place_file, r.place, r.resourceType, r.meta.lastUpdated AS updated_text,"
        f" {_DRUG if mapping.concept == DRUG else mapping.concept + ' AS concept'}, {mapping.status} AS event_status,"
        f" {mapping.body_site} AS body_site_text,"
        f" patient_of(r.subject) AS patient_id, CASE {unused} END AS unused, {mapping.start} AS start_text,"
        f" {mapping.end_from} AS end_from_text, {mapping.end_to} AS end_to_text, {mapping.noted} AS noted_text,"
        f" {mapping.supply_days} AS supply_days, coalesce({mapping.is_over}, false) AS is_over{counts} FROM {view} r"
    )
    days = (
        "SELECT *, day_lower(start_text) AS start_1, day_upper(start_text) AS start_2,"
        " day_lower(end_from_text) AS end_1,"
        " day_upper(end_to_text) + supply_days AS end_2, day_upper(noted_text) AS noted_day,"
        f" day_upper(updated_text) AS updated_day FROM ({texts})"
    )
    return (
        f"SELECT *, coalesce(unused, CASE WHEN patient_id IS NULL THEN '{NO_PATIENT}' END) AS why,"
        " (start_text IS NOT NULL AND start_1 IS NULL) OR (end_from_text IS NOT NULL AND end_1 IS NULL)"
        " OR (end_to_text IS NOT NULL AND end_2 IS NULL) OR (noted_text IS NOT NULL AND noted_day IS NULL)"
        f" AS has_bad_date FROM ({days})"
    )


def rows_query(kind: str, mapping: EventMapping, judged: str) -> str:
    """Canonical rows, one for each coding, of the used resources of the relation `judged`, a drug in its column."""
    updated = "updated_day" if mapping.is_closed_by_update else "NULL::DATE"
    concepts = (
        f"SELECT r.*, '{kind}/' || coalesce(r.id, r.place) AS record_id,"
        f" {DRUG if mapping.concept == DRUG else 'r.concept'} AS named,"
        f" {_age_days(mapping)} FROM {judged} r LEFT JOIN births b ON b.patient_id = r.patient_id WHERE r.why IS NULL"
    )
    spans = (
        "SELECT *, coalesce(start_1, age_1) AS lower_start, coalesce(start_2, age_2, noted_day,"
        " updated_day) AS upper_start,"
        f" coalesce(end_1, age_3, CASE WHEN is_over THEN coalesce(start_1, age_1, {EARLIEST}) END) AS lower_end,"
        f" coalesce(end_2, age_4, CASE WHEN is_over THEN {updated} END) AS upper_end FROM ({concepts})"
    )
    return (
        "SELECT patient_id, record_id, tidy(coding.system) AS system, tidy(coding.code) AS code,"
        " coalesce(clean(coding.display), clean(named.text)) AS text, event_status AS status,"
        " lower_start AS start_lower, upper_start AS start_upper,"
        # An end before its own start is a slip of one of the two dates; then it ends when it began.
        " CASE WHEN lower_end < lower_start THEN lower_start ELSE lower_end END AS end_lower,"
        " CASE WHEN upper_end < lower_start THEN upper_start ELSE upper_end END AS end_upper,"
        " body_site_text AS body_site"
        f" FROM (SELECT *, unnest(codings_of(named)) AS coding FROM ({spans}))"
    )


def _age_days(mapping: EventMapping) -> str:
    if mapping.ages is None:
        return "NULL::DATE AS age_1, NULL::DATE AS age_2, NULL::DATE AS age_3, NULL::DATE AS age_4"
    lower = "days_after(b.birth_lower, n{i}, u{i}) AS age_{j}"
    upper = "days_after(b.birth_upper, n{i} + 1, u{i}) - 1 AS age_{j}"
    forms = (lower, upper, lower, upper)
    return ", ".join(form.format(i=i, j=i + 1) for i, form in enumerate(forms))

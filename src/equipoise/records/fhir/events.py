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
NOT_NEEDED_REASONS = frozenset({IN_ERROR, NOT_DONE, NOT_ORDERED, "did not take place", "result is not final", "no value"})

_UPDATED = "day_upper(r.meta.lastUpdated)"


@dataclass(frozen=True)
class EventMapping:
    """
    How one resource type becomes rows of an event table; all parts are SQL over `r` (and `b`, the birth days).

    `unused` are (condition, reason) pairs; `status` gives a word of EventStatus; `dates` are the texts that
    have to be dates (a bad one leaves the event undated and is told).
    """

    table: str
    status: str
    start_lower: str
    start_upper: str
    end_lower: str
    end_upper: str
    unused: tuple[tuple[str, str], ...]
    dates: tuple[str, ...]
    concept: str = "r.code"
    body_site: str = "site_of(r.bodySite[1])"


def _state(status: str, *, past: str, possible: str, ordered: str = "''") -> str:
    return (
        f"CASE WHEN {status} IN ({past}) THEN 'present' WHEN {status} IN ({ordered}) THEN 'ordered'"
        f" WHEN {status} IN ({possible}) OR {status} IS NOT NULL THEN 'possible' ELSE 'present' END"
    )


_VERIFICATION, _CLINICAL = "first_code(r.verificationStatus)", "first_code(r.clinicalStatus)"
_ONSET = "coalesce(r.onsetDateTime, r.onsetPeriod.start)"
_REFUTED_ON = f"coalesce(r.recordedDate, {_ONSET}, r.meta.lastUpdated)"
_ONSET_LOWER = (
    f"coalesce(day_lower({_ONSET}), age_lower(b.birth_lower, coalesce(r.onsetAge, r.onsetRange.low)))"
)
_ONSET_UPPER = (
    f"coalesce(day_upper({_ONSET}), age_upper(b.birth_upper, coalesce(r.onsetAge, r.onsetRange.high)),"
    f" day_upper(r.recordedDate), {_UPDATED})"
)
_ABATED_LOWER = (
    "coalesce(day_lower(coalesce(r.abatementDateTime, r.abatementPeriod.start, r.abatementPeriod.\"end\")),"
    " age_lower(b.birth_lower, coalesce(r.abatementAge, r.abatementRange.low)))"
)
_ABATED_UPPER = (
    "coalesce(day_upper(coalesce(r.abatementDateTime, r.abatementPeriod.\"end\")),"
    " age_upper(b.birth_upper, coalesce(r.abatementAge, r.abatementRange.high)))"
)
_IS_OVER = (
    f"({_CLINICAL} IN ('resolved', 'inactive', 'remission') OR r.abatementString IS NOT NULL"
    " OR r.abatementDateTime IS NOT NULL OR r.abatementPeriod IS NOT NULL OR r.abatementAge IS NOT NULL"
    " OR r.abatementRange IS NOT NULL)"
)

CONDITION = EventMapping(
    table="conditions",
    status=f"CASE WHEN {_VERIFICATION} IS NULL OR {_VERIFICATION} = 'confirmed' THEN 'present'"
    f" WHEN {_VERIFICATION} = 'refuted' THEN 'absent' ELSE 'possible' END",
    start_lower=f"CASE WHEN {_VERIFICATION} = 'refuted' THEN day_lower({_REFUTED_ON}) ELSE {_ONSET_LOWER} END",
    start_upper=f"CASE WHEN {_VERIFICATION} = 'refuted' THEN day_upper({_REFUTED_ON}) ELSE {_ONSET_UPPER} END",
    end_lower=f"CASE WHEN {_VERIFICATION} = 'refuted' THEN coalesce(day_lower({_REFUTED_ON}), {EARLIEST})"
    f" WHEN {_IS_OVER} THEN coalesce({_ABATED_LOWER}, {_ONSET_LOWER}, {EARLIEST}) END",
    end_upper=f"CASE WHEN {_VERIFICATION} = 'refuted' THEN day_upper({_REFUTED_ON})"
    f" WHEN {_IS_OVER} THEN coalesce({_ABATED_UPPER}, {_UPDATED}) END",
    unused=((f"{_VERIFICATION} = 'entered-in-error'", IN_ERROR),),
    dates=("r.onsetDateTime", "r.onsetPeriod.start", "r.recordedDate", "r.abatementDateTime", 'r.abatementPeriod."end"'),
)


def _period_event(
    table: str, *, status: str, start: str, end: str, is_over: str, unused: tuple[tuple[str, str], ...], **more: str
) -> EventMapping:
    """A start text and an end text; over without an end text: ended some day from the start on."""
    return EventMapping(
        table=table,
        status=status,
        start_lower=f"day_lower({start})",
        start_upper=f"coalesce(day_upper({start}), {_UPDATED})",
        end_lower=f"coalesce(day_lower({end}), CASE WHEN {is_over} THEN coalesce(day_lower({start}), {EARLIEST}) END)",
        end_upper=f"day_upper({end})",
        unused=unused,
        dates=(start, end),
        **more,
    )


_DRUG = {"concept": "r.drug", "body_site": "NULL::VARCHAR"}
_ORDER_UNUSED = (
    ("r.status = 'entered-in-error'", IN_ERROR),
    ("r.doNotPerform", NOT_ORDERED),
    ("r.status IN ('draft', 'cancelled', 'revoked')", NOT_ORDERED),
    ("r.intent IN ('proposal', 'option')", NOT_ORDERED),
)
_EFFECTIVE_START = "coalesce(r.effectiveDateTime, r.effectivePeriod.start)"

MEDICATION_REQUEST = _period_event(
    "medications",
    status="'ordered'",
    start="r.authoredOn",
    end='list_max([d.timing."repeat".boundsPeriod."end" FOR d IN r.dosageInstruction])',
    is_over="r.status IN ('completed', 'stopped')",
    unused=_ORDER_UNUSED,
    **_DRUG,
)
MEDICATION_STATEMENT = _period_event(
    "medications",
    status=_state("r.status", past="'active', 'completed', 'stopped', 'on-hold'", possible="'unknown'", ordered="'intended'"),
    start=_EFFECTIVE_START,
    end='r.effectivePeriod."end"',
    is_over="r.status IN ('completed', 'stopped')",
    unused=(("r.status = 'entered-in-error'", IN_ERROR), ("r.status = 'not-taken'", NOT_DONE)),
    **_DRUG,
)
MEDICATION_ADMINISTRATION = _period_event(
    "medications",
    status=_state("r.status", past="'completed', 'in-progress', 'stopped', 'on-hold'", possible="'unknown'"),
    start=_EFFECTIVE_START,
    end='coalesce(r.effectiveDateTime, r.effectivePeriod."end")',
    is_over="coalesce(r.status, '') <> 'in-progress'",
    unused=(("r.status = 'entered-in-error'", IN_ERROR), ("r.status = 'not-done'", NOT_DONE)),
    **_DRUG,
)
_HANDED = "coalesce(r.whenHandedOver, r.whenPrepared)"
MEDICATION_DISPENSE = EventMapping(
    table="medications",
    status=_state(
        "r.status", past="'completed', 'stopped'", possible="'unknown'", ordered="'preparation', 'in-progress', 'on-hold'"
    ),
    start_lower=f"day_lower({_HANDED})",
    start_upper=f"coalesce(day_upper({_HANDED}), {_UPDATED})",
    end_lower=f"coalesce(day_lower({_HANDED}), {EARLIEST})",
    # What was handed over may be taken until the supply is used up.
    end_upper=f"day_upper({_HANDED}) + coalesce(ceil(number_upper(r.daysSupply.value))::INTEGER, 0)",
    unused=(("r.status = 'entered-in-error'", IN_ERROR), ("r.status IN ('cancelled', 'declined')", NOT_DONE)),
    dates=("r.whenHandedOver", "r.whenPrepared"),
    concept="r.drug",
    body_site="NULL::VARCHAR",
)
_PERFORMED = "coalesce(r.performedDateTime, r.performedPeriod.start)"
_PERFORMED_END = 'coalesce(r.performedDateTime, r.performedPeriod."end")'
_AT_AGE_LOWER = "age_lower(b.birth_lower, coalesce(r.performedAge, r.performedRange.low))"
_AT_AGE_UPPER = "age_upper(b.birth_upper, coalesce(r.performedAge, r.performedRange.high))"
_ONGOING = "coalesce(r.status, '') IN ('in-progress', 'preparation')"
PROCEDURE = EventMapping(
    table="procedures",
    status=_state(
        "r.status", past="'completed', 'in-progress'", possible="'stopped', 'on-hold', 'unknown'", ordered="'preparation'"
    ),
    start_lower=f"coalesce(day_lower({_PERFORMED}), {_AT_AGE_LOWER})",
    start_upper=f"coalesce(day_upper({_PERFORMED}), {_AT_AGE_UPPER}, {_UPDATED})",
    end_lower=f"coalesce(day_lower({_PERFORMED_END}), CASE WHEN NOT {_ONGOING} THEN"
    f" coalesce(day_lower({_PERFORMED}), {_AT_AGE_LOWER}, {EARLIEST}) END)",
    end_upper=f"coalesce(day_upper({_PERFORMED_END}), CASE WHEN NOT {_ONGOING} THEN coalesce({_AT_AGE_UPPER}, {_UPDATED}) END)",
    unused=(("r.status = 'entered-in-error'", IN_ERROR), ("r.status = 'not-done'", NOT_DONE)),
    dates=("r.performedDateTime", "r.performedPeriod.start", 'r.performedPeriod."end"'),
)
SERVICE_REQUEST = _period_event(
    "procedures",
    status="'ordered'",
    start="coalesce(r.occurrenceDateTime, r.occurrencePeriod.start, r.authoredOn)",
    end='r.occurrencePeriod."end"',
    is_over="r.status = 'completed'",
    unused=_ORDER_UNUSED,
)
ENCOUNTER = _period_event(
    "encounters",
    status=_state(
        "r.status", past="'arrived', 'triaged', 'in-progress', 'onleave', 'finished'", possible="'unknown'"
    ),
    start="r.period.start",
    end='r.period."end"',
    is_over="r.status = 'finished'",
    unused=(
        ("r.status = 'entered-in-error'", IN_ERROR),
        ("r.status IN ('planned', 'cancelled')", "did not take place"),
    ),
    concept="CASE WHEN len(r.type) > 0 THEN {'coding': flatten([codings_of(t) FOR t IN r.type]), 'text': r.type[1].text}"
    " ELSE {'coding': [r.class], 'text': NULL::VARCHAR} END",
    body_site="NULL::VARCHAR",
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


def judged_query(mapping: EventMapping, view: str) -> str:
    """The resources of `view` with `patient_id`, `why` and whether a date in them was not understood."""
    unused = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in mapping.unused)
    bad_dates = " OR ".join(f"is_bad_date({text})" for text in mapping.dates)
    return (
        f"SELECT r.*, patient_of(r.subject) AS patient_id, CASE {unused}"
        f" WHEN patient_of(r.subject) IS NULL THEN '{NO_PATIENT}' END AS why,"
        f" coalesce({bad_dates}, false) AS has_bad_date FROM {view} r"
    )


def rows_query(kind: str, mapping: EventMapping, judged: str) -> str:
    """Canonical rows, one for each coding, of the used resources of the relation `judged`."""
    return (
        "SELECT patient_id, record_id, tidy(coding.system) AS system, tidy(coding.code) AS code,"
        " coalesce(clean(coding.display), text) AS text, status, start_lower, start_upper,"
        # An end before its own start is a slip of one of the two dates; the later reading loses nothing.
        " CASE WHEN end_lower < start_lower THEN start_lower ELSE end_lower END AS end_lower,"
        " CASE WHEN end_upper < start_lower THEN start_upper ELSE end_upper END AS end_upper, body_site FROM ("
        f"SELECT r.patient_id, '{kind}/' || coalesce(r.id, r.place) AS record_id,"
        f" unnest(codings_of({mapping.concept})) AS coding, clean(({mapping.concept}).text) AS text,"
        f" {mapping.status} AS status, {mapping.start_lower} AS start_lower, {mapping.start_upper} AS start_upper,"
        f" {mapping.end_lower} AS end_lower, {mapping.end_upper} AS end_upper, {mapping.body_site} AS body_site"
        f" FROM {judged} r LEFT JOIN births b ON b.patient_id = r.patient_id WHERE r.why IS NULL)"
    )

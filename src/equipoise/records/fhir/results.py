"""Observations to rows of `measurements`: the value of the observation itself and of each of its components.

A component that qualifies the result (lesion, method of clearance, fasting) goes into a column of the other
rows and is no row itself.
"""

from equipoise.records.fhir.events import IN_ERROR, NO_PATIENT
from equipoise.terminology.concepts import LOCAL_SYSTEM

NOT_FINAL, NO_VALUE = "result is not final", "no value"
NO_TIME, BAD_VALUE = "no time of the result", "value is of a kind that is not read"
_FINAL = "('final', 'amended', 'corrected')"
_UCUM = "'http://unitsofmeasure.org'"
_QUALIFIERS = (("lesion", LOCAL_SYSTEM, "lesion"), ("method", LOCAL_SYSTEM, "clearance-method"))
_FASTING = ("http://loinc.org", "49541-6")
_TIME = 'coalesce(r.effectiveDateTime, r.effectiveInstant, r.effectivePeriod."end", r.effectivePeriod.start)'
# Only a range that is for everybody and the one of its kind is the range of the result.
_RANGES = "list_filter({p}.referenceRange, lambda x: x.appliesTo IS NULL AND x.age IS NULL AND coalesce(x.type.coding[1].code, 'normal') = 'normal')"


def _has_value(p: str) -> str:
    return (
        f"({p}.valueQuantity.value IS NOT NULL OR {p}.valueCodeableConcept IS NOT NULL OR {p}.valueString IS NOT NULL"
        f" OR {p}.valueInteger IS NOT NULL OR {p}.valueBoolean IS NOT NULL OR {p}.valueDateTime IS NOT NULL"
        f" OR {p}.valueRange IS NOT NULL)"
    )


def _bad_value(p: str) -> str:
    number = f"coalesce({p}.valueQuantity.value, {p}.valueInteger)"
    sign = f"coalesce({p}.valueQuantity.comparator, '')"
    return (
        f"(({number} IS NOT NULL AND number_lower({number}) IS NULL) OR {sign} NOT IN ('', '<', '<=', '>', '>=')"
        f" OR ({p}.valueDateTime IS NOT NULL AND is_bad_date({p}.valueDateTime))"
        f" OR coalesce({p}.valueRange.low.code, {p}.valueRange.low.unit)"
        f" <> coalesce({p}.valueRange.high.code, {p}.valueRange.high.unit)"
        f" OR coalesce({p}.valueRatio, {p}.valueSampledData, {p}.valueTime, {p}.valuePeriod) IS NOT NULL)"
    )


def _is_qualifier(code: str) -> str:
    pairs = [(system, word) for _, system, word in _QUALIFIERS] + [_FASTING]
    tests = " OR ".join(f"(k.system = '{system}' AND k.code = '{word}')" for system, word in pairs)
    return f"len(list_filter({code}.coding, lambda k: {tests})) > 0"


def _qualifier(system: str, word: str) -> str:
    found = f"list_filter(r.component, lambda c: list_contains(list_transform(c.code.coding, lambda k: k.system || '|' || k.code), '{system}|{word}'))[1]"
    return (
        f"CASE WHEN r.component IS NOT NULL THEN coalesce(clean({found}.valueString),"
        f" tidy({found}.valueCodeableConcept.coding[1].code), clean({found}.valueCodeableConcept.text),"
        f" CASE {found}.valueBoolean WHEN true THEN 'yes' WHEN false THEN 'no' END, {found}.valueInteger) END"
    )


def judged_query(view: str) -> str:
    """Observations with `patient_id`, `why` and `bad_component`: whether a component has a value that is not read."""
    bad_components = f"len(list_filter(r.component, lambda c: {_bad_value('c')})) > 0"
    good_components = f"len(list_filter(r.component, lambda c: {_has_value('c')} AND NOT coalesce({_bad_value('c')}, false))) > 0"
    good = f"({_has_value('r')} AND NOT coalesce({_bad_value('r')}, false))"
    return (
        "SELECT r.*, patient_of(r.subject) AS patient_id, CASE"
        f" WHEN r.status = 'entered-in-error' THEN '{IN_ERROR}'"
        f" WHEN r.status NOT IN {_FINAL} THEN '{NOT_FINAL}'"
        f" WHEN patient_of(r.subject) IS NULL THEN '{NO_PATIENT}'"
        f" WHEN day_lower({_TIME}) IS NULL THEN '{NO_TIME}'"
        f" WHEN {good} OR coalesce({good_components}, false) THEN NULL"
        f" WHEN coalesce({_bad_value('r')}, false) OR coalesce({bad_components}, false) THEN '{BAD_VALUE}'"
        f" ELSE '{NO_VALUE}' END AS why,"
        f" r.component IS NOT NULL AND coalesce({bad_components}, false) AS bad_component FROM {view} r"
    )


def rows_query(judged: str) -> str:
    """Canonical rows of the used observations of the relation `judged`, one for each coding and value coding."""
    return _typed(f"{_own_values(judged)} UNION ALL {_component_values(judged)}")


def _context() -> str:
    lesion, method = (_qualifier(system, word) for _, system, word in _QUALIFIERS)
    extension = "list_filter(r.extension, lambda e: last_word(e.url) = 'lesion')[1].valueString"
    return (
        f"r.patient_id, coalesce(r.status, 'final') AS status, {_TIME} AS t, site_of(r.bodySite) AS body_site,"
        f" coalesce({lesion}, clean({extension}), clean(r.bodySite.text)) AS lesion, {method} AS method,"
        f" CASE lower({_qualifier(*_FASTING)}) WHEN 'yes' THEN true WHEN 'la33-6' THEN true"
        " WHEN 'no' THEN false WHEN 'la32-8' THEN false END AS is_fasting"
    )


def _parts(p: str) -> str:
    ranges = _RANGES.replace("{p}", p)
    return (
        f"{p}.code AS concept, {p}.valueQuantity AS q, {p}.valueCodeableConcept AS cc, clean({p}.valueString) AS s,"
        f" {p}.valueInteger AS i, {p}.valueBoolean AS b, {p}.valueDateTime AS d, {p}.valueRange AS v,"
        f" CASE WHEN len({p}.referenceRange) > 0 AND len({ranges}) = 1 THEN {ranges}[1] END AS normal"
    )


def _own_values(judged: str) -> str:
    return (
        f"SELECT {_context()}, 'Observation/' || coalesce(r.id, r.place) AS record_id, {_parts('r')}"
        f" FROM {judged} r WHERE r.why IS NULL AND {_has_value('r')} AND NOT coalesce({_bad_value('r')}, false)"
    )


def _component_values(judged: str) -> str:
    return (
        f"SELECT * EXCLUDE (part, position) REPLACE (record_id || '#component-' || position AS record_id) FROM ("
        f"SELECT {_context()}, 'Observation/' || coalesce(r.id, r.place) AS record_id, {_parts('r.part')}, r.part, r.position"
        " FROM (SELECT *, unnest(component) AS part, generate_subscripts(component, 1) AS position"
        f" FROM {judged} WHERE why IS NULL AND component IS NOT NULL) r"
        f") WHERE {_has_value('part')} AND NOT coalesce({_bad_value('part')}, false)"
        f" AND NOT coalesce({_is_qualifier('part.code')}, false)"
    )


def _typed(values: str) -> str:
    read = (
        "SELECT * EXCLUDE (m), coalesce(q.comparator, nullif(m.comparator, '')) AS sign,"
        " coalesce(q.value, i, nullif(m.number, '')) AS number,"
        f" coalesce(CASE WHEN q.system = {_UCUM} THEN tidy(q.code) END, tidy(q.unit), tidy(q.code),"
        " nullif(concat(m.percent, m.unit), ''), tidy(v.low.code), tidy(v.low.unit), tidy(v.high.code), tidy(v.high.unit))"
        " AS unit FROM (SELECT *, CASE WHEN s IS NOT NULL THEN measured(s) END AS m FROM (" + values + "))"
    )
    exploded = (
        "SELECT *, unnest(CASE WHEN len(cc.coding) > 0 THEN cc.coding ELSE [NULL] END) AS answer FROM ("
        f"SELECT *, unnest(codings_of(concept)) AS coding FROM ({read}))"
    )
    return (
        "SELECT patient_id, record_id, tidy(coding.system) AS system, tidy(coding.code) AS code,"
        " coalesce(clean(coding.display), clean(concept.text)) AS text, status,"
        " day_lower(t) AS time_lower, day_upper(t) AS time_upper, instant_of(t) AS instant,"
        f" {_value_text()} AS value_text, {_bounds()},"
        " tidy(answer.system) AS value_system, tidy(answer.code) AS value_code,"
        " day_lower(d) AS value_date_lower, day_upper(d) AS value_date_upper, clean(unit) AS unit,"
        f" {_limit('low')} AS range_low, {_limit('high')} AS range_high, body_site, lesion, method, is_fasting"
        f" FROM ({exploded})"
    )


def _value_text() -> str:
    return (
        "CASE WHEN number IS NOT NULL AND s IS NULL THEN concat(sign, number)"
        " WHEN cc IS NOT NULL THEN coalesce(clean(cc.text), clean(answer.display), tidy(answer.code))"
        " WHEN v IS NOT NULL THEN concat(v.low.value, '–', v.high.value)"
        " WHEN b IS NOT NULL THEN CASE WHEN b THEN 'yes' ELSE 'no' END ELSE coalesce(s, d) END"
    )


def _bounds() -> str:
    is_range = "v IS NOT NULL AND number IS NULL"
    return (
        f"CASE WHEN {is_range} THEN number_lower(v.low.value) ELSE bound_lower(sign, number) END AS value_lower,"
        f" CASE WHEN {is_range} THEN number_upper(v.high.value) ELSE bound_upper(sign, number) END AS value_upper,"
        f" CASE WHEN {is_range} THEN exact_number(v.low.value) IS NOT NULL ELSE closed_lower(sign, number) END"
        " AS is_lower_closed,"
        f" CASE WHEN {is_range} THEN exact_number(v.high.value) IS NOT NULL ELSE closed_upper(sign, number) END"
        " AS is_upper_closed"
    )


def _limit(side: str) -> str:
    """A limit of normal counts only in the unit of the value (or when it names none)."""
    limit = f"normal.{side}"
    own_unit = f"coalesce(CASE WHEN {limit}.system = {_UCUM} THEN tidy({limit}.code) END, tidy({limit}.unit), tidy({limit}.code))"
    return (
        f"CASE WHEN {limit}.comparator IS NULL AND ({own_unit} IS NULL OR {own_unit} = unit"
        f" OR tidy({limit}.unit) = tidy(q.unit)) THEN exact_number({limit}.value) END"
    )

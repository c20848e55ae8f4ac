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
_QUALIFIERS = (
    ("lesion", LOCAL_SYSTEM, "lesion"),
    ("method", LOCAL_SYSTEM, "clearance-method"),
    ("fasting", "http://loinc.org", "49541-6"),
)
_TIME = 'coalesce(r.effectiveDateTime, r.effectiveInstant, r.effectivePeriod."end", r.effectivePeriod.start)'
_IS_FOR_ALL = "{x}.appliesTo IS NULL AND {x}.age IS NULL AND coalesce({x}.type.coding[1].code, 'normal') = 'normal'"
_CONTEXT = "patient_id, record_id, status, time_lower, time_upper, instant, body_site, lesion, method, is_fasting"
_VALUE = (
    "codings, concept_text, reported, answer_text, answers, value_lower, value_upper, is_lower_closed,"
    " is_upper_closed, value_date_lower, value_date_upper, unit, range_low, range_high"
)
# `is_unversioned` is there so that `meta` is read, and a wrong shape of it met, in the first pass already.
_FACTS = f"id, place_file, place, resourceType, {_CONTEXT}, {_VALUE}, has_own, is_own_bad, is_unversioned"


def _has_value(p: str) -> str:
    return (
        f"({p}.valueQuantity.value IS NOT NULL OR {p}.valueCodeableConcept IS NOT NULL OR {p}.valueString IS NOT NULL"
        f" OR {p}.valueInteger IS NOT NULL OR {p}.valueBoolean IS NOT NULL OR {p}.valueDateTime IS NOT NULL"
        f" OR {p}.valueRange IS NOT NULL)"
    )


def _bad_value(p: str) -> str:
    number = f"coalesce({p}.valueQuantity.value, {p}.valueInteger)"
    return f"(({number} IS NOT NULL AND number_lower({number}) IS NULL) OR {_otherwise_bad(p)})"


def _otherwise_bad(p: str) -> str:
    """A value that is not read for another reason than its number."""
    sign = f"{p}.valueQuantity.comparator"
    units = (
        f"coalesce({p}.valueRange.low.code, {p}.valueRange.low.unit)"
        f" <> coalesce({p}.valueRange.high.code, {p}.valueRange.high.unit)"
    )
    others = (
        f"({p}.valueRatio IS NOT NULL OR {p}.valueSampledData IS NOT NULL OR {p}.valueTime IS NOT NULL"
        f" OR {p}.valuePeriod IS NOT NULL)"
    )
    return (
        f"({others} OR CASE WHEN {sign} IS NOT NULL THEN {sign} NOT IN ('', '<', '<=', '>', '>=') ELSE false END"
        f" OR CASE WHEN {p}.valueDateTime IS NOT NULL THEN is_bad_date({p}.valueDateTime) ELSE false END"
        f" OR CASE WHEN {p}.valueRange IS NOT NULL THEN coalesce({units}, false) ELSE false END)"
    )


def _is_qualifier(code: str) -> str:
    tests = " OR ".join(f"(k.system = '{system}' AND k.code = '{word}')" for _, system, word in _QUALIFIERS)
    return f"len(list_filter({code}.coding, lambda k: {tests})) > 0"


def _found(system: str, word: str) -> str:
    """The component with this code, or null."""
    return (
        "list_filter(r.component, lambda c:"
        f" len(list_filter(c.code.coding, lambda k: k.system = '{system}' AND k.code = '{word}')) > 0)[1]"
    )


def _word(part: str) -> str:
    return (
        f"coalesce(clean({part}.valueString), tidy({part}.valueCodeableConcept.coding[1].code),"
        f" clean({part}.valueCodeableConcept.text), {part}.valueInteger,"
        f" CASE {part}.valueBoolean WHEN true THEN 'yes' WHEN false THEN 'no' END)"
    )


def facts_query(view: str) -> str:
    """
    Everything the tables and the report need of each observation of `view`, one row each, in flat columns.

    Components stay nested, and what they add is left to `composed_query`. This runs while a file is parsed, over
    every result of a hospital: each text is looked at once, and what is rare is behind a CASE.
    """
    site = "r.bodySite IS NOT NULL"
    extension = "list_filter(r.extension, lambda e: last_word(e.url) = 'lesion')[1].valueString"
    parts = (
        "SELECT r.id, r.place_file, r.place, r.resourceType, r.status, patient_of(r.subject) AS patient_id,"
        " r.meta.lastUpdated IS NULL AND r.meta.versionId IS NULL AS is_unversioned,"
        f" {_TIME} AS t, is_instant({_TIME}) AS is_moment,"
        f" CASE WHEN {site} THEN site_of(r.bodySite) END AS body_site, CASE WHEN {site} OR r.extension IS NOT NULL"
        f" THEN coalesce(clean({extension}), clean(r.bodySite.text)) END AS lesion, r.component,"
        f" {_has_value('r')} AS has_own, {_otherwise_bad('r')} AS is_otherwise_bad, {_parts('r')} FROM {view} r"
    )
    times = (
        "SELECT * EXCLUDE (t), CASE WHEN is_moment THEN try_cast(substr(t, 1, 10) AS DATE) ELSE day_lower(t) END"
        " AS time_lower, CASE WHEN length(t) < 10 THEN day_upper(t) END AS last_day,"
        f" CASE WHEN is_moment THEN utc_of(t) END AS instant FROM ({parts})"
    )
    passed = (
        "id, place_file, place, resourceType, patient_id,"
        " 'Observation/' || CASE WHEN id IS NULL THEN place ELSE id END AS record_id, status, time_lower,"
        " CASE WHEN last_day IS NULL THEN time_lower ELSE last_day END AS time_upper, instant, body_site, lesion,"
        " NULL::VARCHAR AS method, NULL::BOOLEAN AS is_fasting, component, has_own, is_unversioned,"
        " is_otherwise_bad OR ((q.value IS NOT NULL OR i IS NOT NULL) AND from_lower IS NULL) AS is_own_bad"
    )
    return (
        f"SELECT {_FACTS}, component, NULL::BOOLEAN[] AS component_goods, false AS bad_component,"
        f" {_why('false', 'false')} AS why FROM ({_valued(times, passed)})"
    )


def composed_query(facts: str) -> str:
    """
    The observations of `facts` that have components, with what these add.

    `why`: null when it is used, else the reason why not. `bad_component`: a component has a value that is not
    read. Apart from the others, because the engine is slow with the nested columns of a few rows among many.
    """
    found = ", ".join(f"{_found(system, word)} AS {name}_part" for name, system, word in _QUALIFIERS)
    # One element for each component: true when its value is read, false when not, null when it has none.
    components = (
        f"list_transform(r.component, lambda c:"
        f" CASE WHEN coalesce({_bad_value('c')}, false) THEN false WHEN {_has_value('c')} THEN true END)"
    )
    good = "coalesce(list_contains(component_goods, true), false)"
    bad = "coalesce(list_contains(component_goods, false), false)"
    return (
        f"SELECT {_FACTS}, component, component_goods, {bad} AS bad_component, {_why(good, bad)} AS why FROM ("
        f"SELECT * EXCLUDE (lesion_part, method_part, fasting_part) REPLACE (coalesce({_word('lesion_part')}, lesion)"
        f" AS lesion, {_word('method_part')} AS method, {_fasting(_word('fasting_part'))} AS is_fasting)"
        f" FROM (SELECT * EXCLUDE (component_goods), {components} AS component_goods, {found} FROM {facts} r"
        " WHERE component IS NOT NULL))"
    )


def _why(good: str, bad: str) -> str:
    """Why an observation is not used, given whether a component is `good` and whether one is `bad`."""
    return (
        f"CASE WHEN status = 'entered-in-error' THEN '{IN_ERROR}'"
        f" WHEN status NOT IN {_FINAL} THEN '{NOT_FINAL}'"
        f" WHEN patient_id IS NULL THEN '{NO_PATIENT}'"
        f" WHEN time_lower IS NULL THEN '{NO_TIME}'"
        f" WHEN (has_own AND NOT is_own_bad) OR {good} THEN NULL"
        f" WHEN is_own_bad OR {bad} THEN '{BAD_VALUE}' ELSE '{NO_VALUE}' END"
    )


def rows_query(facts: str) -> str:
    """Canonical rows of the used observations of `facts`, one for each coding and value coding."""
    own = f"SELECT {_CONTEXT}, {_VALUE} FROM {facts} WHERE why IS NULL AND has_own AND NOT is_own_bad"
    values = f"({own} UNION ALL SELECT {_CONTEXT}, {_VALUE} FROM ({_component_values(facts)}))"
    # Few answers have a second coding; to unnest them all would copy every row once more.
    answered = (
        f"SELECT * EXCLUDE (answers), answers[1] AS answer FROM {values} UNION ALL"
        f" SELECT * EXCLUDE (answers), unnest(answers[2:]) AS answer FROM {values} WHERE len(answers) > 1"
    )
    exploded = (
        "SELECT * EXCLUDE (codings), unnest(CASE WHEN len(codings) > 0 THEN codings ELSE [NULL] END) AS coding"
        f" FROM ({answered})"
    )
    return (
        "SELECT patient_id, record_id, tidy(coding.system) AS system, tidy(coding.code) AS code,"
        " coalesce(clean(coding.display), concept_text) AS text, coalesce(status, 'final') AS status, time_lower,"
        " time_upper, instant, coalesce(reported, answer_text, clean(answer.display), tidy(answer.code)) AS value_text,"
        " value_lower, value_upper, is_lower_closed, is_upper_closed,"
        " tidy(answer.system) AS value_system, tidy(answer.code) AS value_code, value_date_lower, value_date_upper,"
        f" unit, range_low, range_high, body_site, lesion, method, is_fasting FROM ({exploded})"
    )


def _fasting(answer: str) -> str:
    word = f"lower({answer})"
    return f"CASE WHEN {word} IN ('yes', 'la33-6') THEN true WHEN {word} IN ('no', 'la32-8') THEN false END"


def _parts(p: str) -> str:
    # Only a range that is for everybody and the one of its kind is the range of the result.
    ranges = f"list_filter({p}.referenceRange, lambda x: {_IS_FOR_ALL.format(x='x')})"
    return (
        f"{p}.code AS concept, {p}.valueQuantity AS q, {p}.valueCodeableConcept AS cc, {p}.valueString AS raw_s,"
        f" {p}.valueInteger AS i, {p}.valueBoolean AS b, {p}.valueDateTime AS d, {p}.valueRange AS v,"
        f" {p}.referenceRange[1] AS first_range, len({p}.referenceRange) AS n_ranges,"
        f" CASE WHEN len({p}.referenceRange) > 1 THEN {ranges} END AS ranges"
    )


def _component_values(facts: str) -> str:
    exploded = (
        f"SELECT {_CONTEXT}, unnest(component) AS part, unnest(component_goods) AS is_good,"
        f" generate_subscripts(component, 1) AS position FROM {facts} WHERE why IS NULL AND component IS NOT NULL"
    )
    parts = (
        f"SELECT r.* EXCLUDE (part, is_good, position)"
        " REPLACE (r.record_id || '#component-' || r.position AS record_id),"
        f" {_parts('r.part')} FROM ({exploded}) r"
        f" WHERE r.is_good AND NOT coalesce({_is_qualifier('r.part.code')}, false)"
    )
    return _valued(parts, _CONTEXT)


def _valued(parts: str, passed: str) -> str:
    """The columns `passed` and those of `_VALUE`, for a query of the columns of `_parts`."""
    limits = "".join(
        f", CASE WHEN n_ranges = 1 AND {_IS_FOR_ALL.format(x='first_range')} THEN first_range.{side}.{name}"
        f" WHEN n_ranges > 1 AND len(ranges) = 1 THEN ranges[1].{side}.{name} END AS {side}_{name}"
        for side in ("low", "high")
        for name in ("value", "comparator", "unit", "system", "code")
    )
    texts = (
        "SELECT * EXCLUDE (raw_s, first_range, n_ranges, ranges),"
        f" CASE WHEN raw_s IS NOT NULL THEN clean(raw_s) END AS s{limits} FROM ({parts})"
    )
    measured = f"SELECT *, CASE WHEN s IS NOT NULL THEN measured(s) END AS m FROM ({texts})"
    own_unit = (
        f"CASE WHEN q.system = {_UCUM} AND tidy(q.code) IS NOT NULL THEN tidy(q.code)"
        " WHEN q.unit IS NOT NULL OR q.code IS NOT NULL THEN coalesce(tidy(q.unit), tidy(q.code))"
        " END"
    )
    other_unit = (
        "CASE WHEN m IS NOT NULL OR v IS NOT NULL THEN coalesce(nullif(concat(m.percent, m.unit), ''),"
        " tidy(v.low.code), tidy(v.low.unit), tidy(v.high.code), tidy(v.high.unit)) END"
    )
    numbers = (
        "SELECT *, CASE WHEN m IS NULL THEN q.comparator ELSE coalesce(q.comparator, nullif(m.comparator, '')) END AS"
        " sign, CASE WHEN q.value IS NOT NULL THEN q.value WHEN i IS NOT NULL THEN i WHEN m IS NOT NULL"
        f" THEN nullif(m.number, '') END AS number, coalesce({own_unit}, {other_unit}) AS own_unit FROM ({measured})"
    )
    # A range is the interval between its two quantities; any other number has one text for both bounds.
    bounds = (
        "SELECT *, short_number(number) AS n, short_number(low_value) AS low_n, short_number(high_value) AS high_n,"
        " CASE WHEN number IS NULL THEN v.low.value ELSE number END AS from_text,"
        f" CASE WHEN number IS NULL THEN v.high.value ELSE number END AS to_text FROM ({numbers})"
    )
    # CASE, not coalesce: what all rows would pay for, only those pay whose number is not short.
    wide = (
        "SELECT *, CASE WHEN n IS NULL AND from_text IS NOT NULL THEN wide_number(from_text) END AS from_wide,"
        " CASE WHEN n IS NULL AND to_text IS NOT NULL THEN wide_number(to_text) END AS to_wide,"
        " CASE WHEN low_n IS NULL AND low_value IS NOT NULL THEN exact_number(low_value) ELSE low_n END AS low_limit,"
        " CASE WHEN high_n IS NULL AND high_value IS NOT NULL THEN exact_number(high_value) ELSE high_n END AS"
        f" high_limit FROM ({bounds})"
    )
    decimals = (
        "SELECT *, CASE WHEN n IS NULL THEN below(from_wide) ELSE n END AS from_lower,"
        " CASE WHEN n IS NULL THEN above(from_wide) ELSE n END AS from_upper,"
        " CASE WHEN n IS NULL THEN below(to_wide) ELSE n END AS to_lower,"
        f" CASE WHEN n IS NULL THEN above(to_wide) ELSE n END AS to_upper FROM ({wide})"
    )
    return (
        f"SELECT {passed}, concept.coding AS codings, clean(concept.text) AS concept_text,"
        f" {_value_text()} AS reported, CASE WHEN cc IS NOT NULL THEN clean(cc.text) END AS answer_text,"
        f" cc.coding AS answers, {_bounds()},"
        " CASE WHEN d IS NOT NULL THEN day_lower(d) END AS value_date_lower,"
        " CASE WHEN d IS NOT NULL THEN day_upper(d) END AS value_date_upper, clean(own_unit) AS unit,"
        f" {_limit('low')} AS range_low, {_limit('high')} AS range_high FROM ({decimals})"
    )


def _value_text() -> str:
    return (
        "CASE WHEN number IS NOT NULL AND s IS NULL THEN concat(sign, number)"
        " WHEN cc IS NOT NULL THEN NULL"
        " WHEN v IS NOT NULL THEN concat(v.low.value, '–', v.high.value)"
        " WHEN b IS NOT NULL THEN CASE WHEN b THEN 'yes' ELSE 'no' END ELSE coalesce(s, d) END"
    )


def _bounds() -> str:
    is_upward, is_downward = "sign IN ('>', '>=', '≥')", "sign IN ('<', '<=', '≤')"
    is_number = "from_lower IS NOT NULL OR to_upper IS NOT NULL"
    is_lower = f"coalesce(from_lower = from_upper, false) AND (sign IS NULL OR (NOT {is_downward} AND sign <> '>'))"
    is_upper = f"coalesce(to_lower = to_upper, false) AND (sign IS NULL OR (NOT {is_upward} AND sign <> '<'))"
    return (
        f"CASE WHEN sign IS NULL OR NOT {is_downward} THEN from_lower END AS value_lower,"
        f" CASE WHEN sign IS NULL OR NOT {is_upward} THEN to_upper END AS value_upper,"
        f" CASE WHEN sign IS NULL AND n IS NOT NULL THEN true WHEN {is_number} THEN {is_lower} END AS is_lower_closed,"
        f" CASE WHEN sign IS NULL AND n IS NOT NULL THEN true WHEN {is_number} THEN {is_upper} END AS is_upper_closed"
    )


def _limit(side: str) -> str:
    """A limit of normal counts only in the unit of the value (or when it names none)."""
    code = f"CASE WHEN {side}_system = {_UCUM} THEN tidy({side}_code) END"
    unit = f"coalesce({code}, tidy({side}_unit), tidy({side}_code))"
    # Most limits repeat the unit of the value as it is; only others are tidied before they are compared.
    is_same = f"{side}_unit = q.unit AND {side}_code = q.code AND {side}_system = q.system"
    return (
        f"CASE WHEN {side}_limit IS NULL OR {side}_comparator IS NOT NULL THEN NULL WHEN {is_same} THEN {side}_limit"
        f" ELSE CASE WHEN {unit} IS NULL OR {unit} = own_unit OR tidy({side}_unit) = tidy(q.unit)"
        f" THEN {side}_limit END END"
    )

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
# Only a range that is for everybody and the one of its kind is the range of the result.
_RANGES = (
    "list_filter({p}.referenceRange, lambda x: x.appliesTo IS NULL AND x.age IS NULL AND"
    " coalesce(x.type.coding[1].code, 'normal') = 'normal')"
)


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
    tests = " OR ".join(f"(k.system = '{system}' AND k.code = '{word}')" for _, system, word in _QUALIFIERS)
    return f"len(list_filter({code}.coding, lambda k: {tests})) > 0"


def _found(system: str, word: str) -> str:
    """The component with this code, or null."""
    return (
        "CASE WHEN r.component IS NOT NULL THEN list_filter(r.component, lambda c:"
        f" len(list_filter(c.code.coding, lambda k: k.system = '{system}' AND k.code = '{word}')) > 0)[1] END"
    )


def _word(part: str) -> str:
    return (
        f"coalesce(clean({part}.valueString), tidy({part}.valueCodeableConcept.coding[1].code),"
        f" clean({part}.valueCodeableConcept.text), {part}.valueInteger,"
        f" CASE {part}.valueBoolean WHEN true THEN 'yes' WHEN false THEN 'no' END)"
    )


def judged_query(view: str) -> str:
    """
    Observations with `patient_id`, `why`, and what else the rows need in columns of their own.

    `bad_component`: a component has a value that is not read; `is_own_good`: the observation's own value is read.
    """
    found = "".join(f", {_found(system, word)} AS {name}_part" for name, system, word in _QUALIFIERS)
    # One element for each component: true when its value is read, false when not, null when it has none.
    components = (
        f"CASE WHEN r.component IS NOT NULL THEN list_transform(r.component, lambda c:"
        f" CASE WHEN coalesce({_bad_value('c')}, false) THEN false WHEN {_has_value('c')} THEN true END) END"
    )
    facts = (
        f"SELECT r.*, patient_of(r.subject) AS patient_id, {_TIME} AS t, coalesce({_bad_value('r')},"
        " false) AS is_own_bad,"
        f" {_has_value('r')} AS has_own, {components} AS component_goods{found} FROM {view} r"
    )
    good = "coalesce(list_contains(component_goods, true), false)"
    bad = "coalesce(list_contains(component_goods, false), false)"
    return (
        "SELECT *, has_own AND NOT is_own_bad AS is_own_good, CASE"
        f" WHEN status = 'entered-in-error' THEN '{IN_ERROR}'"
        f" WHEN status NOT IN {_FINAL} THEN '{NOT_FINAL}'"
        f" WHEN patient_id IS NULL THEN '{NO_PATIENT}'"
        f" WHEN day_lower(t) IS NULL THEN '{NO_TIME}'"
        f" WHEN (has_own AND NOT is_own_bad) OR {good} THEN NULL"
        f" WHEN is_own_bad OR {bad} THEN '{BAD_VALUE}' ELSE '{NO_VALUE}' END AS why, {bad} AS bad_component"
        f" FROM ({facts})"
    )


def rows_query(judged: str) -> str:
    """Canonical rows of the used observations of the relation `judged`, one for each coding and value coding."""
    return _typed(f"{_own_values(judged)} UNION ALL {_component_values(judged)}")


def _context() -> str:
    extension = "list_filter(r.extension, lambda e: last_word(e.url) = 'lesion')[1].valueString"
    return (
        "r.patient_id, 'Observation/' || coalesce(r.id, r.place) AS record_id, coalesce(r.status,"
        " 'final') AS status, r.t,"
        f" site_of(r.bodySite) AS body_site, coalesce({_word('r.lesion_part')}, clean({extension}),"
        f" clean(r.bodySite.text)) AS lesion, {_word('r.method_part')} AS method,"
        f" lower({_word('r.fasting_part')}) AS fasting"
    )


def _parts(p: str) -> str:
    ranges = _RANGES.replace("{p}", p)
    return (
        f"{p}.code AS concept, {p}.valueQuantity AS q, {p}.valueCodeableConcept AS cc, clean({p}.valueString) AS s,"
        f" {p}.valueInteger AS i, {p}.valueBoolean AS b, {p}.valueDateTime AS d, {p}.valueRange AS v,"
        f" CASE WHEN len({p}.referenceRange) > 0 AND len({ranges}) = 1 THEN {ranges}[1] END AS normal"
    )


def _own_values(judged: str) -> str:
    return f"SELECT {_context()}, {_parts('r')} FROM {judged} r WHERE r.why IS NULL AND r.is_own_good"


def _component_values(judged: str) -> str:
    exploded = (
        "SELECT *, unnest(component) AS part, unnest(component_goods) AS is_good,"
        f" generate_subscripts(component, 1) AS position FROM {judged} WHERE why IS NULL AND component IS NOT NULL"
    )
    return (
        f"SELECT * EXCLUDE (position) REPLACE (record_id || '#component-' || position AS record_id) FROM ("
        f"SELECT {_context()}, {_parts('r.part')}, r.position FROM ({exploded}) r"
        f" WHERE r.is_good AND NOT coalesce({_is_qualifier('r.part.code')}, false))"
    )


def _typed(values: str) -> str:
    texts = (
        "SELECT *, CASE WHEN s IS NOT NULL THEN measured(s) END AS m, normal.low AS low, normal.high AS high FROM ("
        + values
        + ")"
    )
    numbers = (
        "SELECT *, coalesce(q.comparator, nullif(m.comparator, '')) AS sign, coalesce(q.value, i,"
        " nullif(m.number, '')) AS number,"
        f" coalesce(CASE WHEN q.system = {_UCUM} THEN tidy(q.code) END, tidy(q.unit), tidy(q.code),"
        " nullif(concat(m.percent, m.unit), ''), tidy(v.low.code), tidy(v.low.unit), tidy(v.high.code),"
        " tidy(v.high.unit))"
        f" AS own_unit FROM ({texts})"
    )
    # A range is the interval between its two quantities; any other number has one text for both bounds.
    bounds = (
        "SELECT *, coalesce(number, v.low.value) AS from_text, coalesce(number, v.high.value) AS to_text,"
        f" number IS NULL AND v IS NOT NULL AS is_range FROM ({numbers})"
    )
    decimals = (
        "SELECT *, number_lower(from_text) AS from_lower, number_upper(from_text) AS from_upper,"
        f" number_lower(to_text) AS to_lower, number_upper(to_text) AS to_upper FROM ({bounds})"
    )
    # Scalars first: to unnest the nested columns themselves would copy them for every coding.
    scalars = (
        "SELECT patient_id, record_id, codings_of(concept) AS codings, clean(concept.text) AS concept_text, status,"
        " day_lower(t) AS time_lower, day_upper(t) AS time_upper, instant_of(t) AS instant,"
        f" {_value_text()} AS reported, clean(cc.text) AS answer_text, codings_of(cc) AS answers, {_bounds()},"
        " day_lower(d) AS value_date_lower, day_upper(d) AS value_date_upper, clean(own_unit) AS unit,"
        f" {_limit('low')} AS range_low, {_limit('high')} AS range_high, body_site, lesion, method,"
        " CASE WHEN fasting IN ('yes', 'la33-6') THEN true WHEN fasting IN ('no', 'la32-8') THEN false"
        " END AS is_fasting"
        f" FROM ({decimals})"
    )
    exploded = (
        "SELECT * EXCLUDE (answers), unnest(answers) AS answer FROM ("
        f"SELECT * EXCLUDE (codings), unnest(codings) AS coding FROM ({scalars}))"
    )
    return (
        "SELECT patient_id, record_id, tidy(coding.system) AS system, tidy(coding.code) AS code,"
        " coalesce(clean(coding.display), concept_text) AS text, status, time_lower, time_upper, instant,"
        " coalesce(reported, answer_text, clean(answer.display), tidy(answer.code)) AS value_text,"
        " value_lower, value_upper, is_lower_closed, is_upper_closed,"
        " tidy(answer.system) AS value_system, tidy(answer.code) AS value_code, value_date_lower, value_date_upper,"
        f" unit, range_low, range_high, body_site, lesion, method, is_fasting FROM ({exploded})"
    )


def _value_text() -> str:
    return (
        "CASE WHEN number IS NOT NULL AND s IS NULL THEN concat(sign, number)"
        " WHEN cc IS NOT NULL THEN NULL"
        " WHEN v IS NOT NULL THEN concat(v.low.value, '–', v.high.value)"
        " WHEN b IS NOT NULL THEN CASE WHEN b THEN 'yes' ELSE 'no' END ELSE coalesce(s, d) END"
    )


def _bounds() -> str:
    is_upward, is_downward = "coalesce(sign, '') IN ('>', '>=', '≥')", "coalesce(sign, '') IN ('<', '<=', '≤')"
    return (
        f"CASE WHEN NOT {is_downward} THEN from_lower END AS value_lower,"
        f" CASE WHEN NOT {is_upward} THEN to_upper END AS value_upper,"
        " CASE WHEN coalesce(from_lower, to_upper) IS NOT NULL THEN coalesce(from_lower = from_upper, false)"
        f" AND NOT {is_downward} AND coalesce(sign, '') <> '>' END AS is_lower_closed,"
        " CASE WHEN coalesce(from_lower, to_upper) IS NOT NULL THEN coalesce(to_lower = to_upper, false)"
        f" AND NOT {is_upward} AND coalesce(sign, '') <> '<' END AS is_upper_closed"
    )


def _limit(side: str) -> str:
    """A limit of normal counts only in the unit of the value (or when it names none)."""
    code = f"CASE WHEN {side}.system = {_UCUM} THEN tidy({side}.code) END"
    unit = f"coalesce({code}, tidy({side}.unit), tidy({side}.code))"
    return (
        f"CASE WHEN {side}.comparator IS NULL AND ({unit} IS NULL OR {unit} = own_unit"
        f" OR tidy({side}.unit) = tidy(q.unit)) THEN exact_number({side}.value) END"
    )

"""SQL macros for what FHIR resources share: references, concepts, ages, and when a state has ended."""

REFERENCE_PATTERN = r"^(?:urn:uuid:|urn:oid:|(?:.*/)?$TYPE/)([^/#?|]+)(?:/_history/[^/]+)?$"
_PATIENT = REFERENCE_PATTERN.replace("$TYPE", "Patient")
_MEDICATION = REFERENCE_PATTERN.replace("$TYPE", "Medication")
EARLIEST = "DATE '0001-01-01'"
"""End of a state that is over but whose beginning is not known: a null would say that it goes on."""

MACROS = (
    # A text that begins and ends with a visible ASCII character is tidy as it is.
    r"tidy(t) AS CASE WHEN left(t, 1) BETWEEN '!' AND '~' AND right(t, 1) BETWEEN '!' AND '~' THEN t"
    r" WHEN regexp_matches(t, '[^\p{Zs}]') THEN trim(t) END",
    # Nearly all references are plain; to take the general pattern apart costs ten times as much as this test.
    "patient_of(s) AS CASE WHEN starts_with(s.reference, 'Patient/') AND length(s.reference) > 8"
    " AND strpos(substr(s.reference, 9), '/') = 0 AND strpos(s.reference, '#') = 0 AND strpos(s.reference, '?') = 0"
    " AND strpos(s.reference, '|') = 0 THEN substr(s.reference, 9)"
    f" ELSE nullif(regexp_extract(s.reference, '{_PATIENT}', 1), '') END",
    f"medication_of(r) AS nullif(regexp_extract(r.reference, '{_MEDICATION}', 1), '')",
    # A status is a word of FHIR in any coding, or said in text; what is said in no word we know stands as it is.
    "said(c) AS list_transform(list_concat([x.code FOR x IN coalesce(c.coding, [])],"
    " [x.display FOR x IN coalesce(c.coding, [])], [c.text]), lambda w: replace(lower(trim(w)), ' ', '-'))",
    "status_word(c, words) AS CASE WHEN c IS NULL THEN NULL"
    " WHEN list_contains(words, lower(c.coding[1].code)) THEN lower(c.coding[1].code)"
    " ELSE coalesce(list_filter(words, lambda w: list_contains(said(c), w))[1],"
    " list_filter(said(c), lambda w: w IS NOT NULL)[1]) END",
    "codings_of(c) AS CASE WHEN len(c.coding) > 0 THEN c.coding ELSE [NULL] END",
    "site_of(c) AS coalesce(tidy(c.coding[1].system) || '|' || tidy(c.coding[1].code),"
    " clean(c.text), clean(c.coding[1].display), tidy(c.coding[1].code))",
    "last_word(u) AS regexp_extract(u, '([^/]*)$', 1)",
    # Ages: "52 a" is the year from the 52nd birthday to the day before the 53rd.
    "age_count(q) AS CASE WHEN q.comparator IS NULL AND number_lower(q.value) BETWEEN 0 AND 60000"
    " THEN floor(number_lower(q.value))::INTEGER END",
    "age_unit(q) AS CASE WHEN lower(coalesce(q.code, q.unit)) IN ('a', 'y', 'yr', 'yrs', 'year', 'years') THEN 'a'"
    " WHEN lower(coalesce(q.code, q.unit)) IN ('mo', 'month', 'months') THEN 'mo'"
    " WHEN lower(coalesce(q.code, q.unit)) IN ('wk', 'week', 'weeks') THEN 'wk'"
    " WHEN lower(coalesce(q.code, q.unit)) IN ('d', 'day', 'days') THEN 'd' END",
    "days_after(d, n, u) AS CASE u WHEN 'a' THEN (d + to_years(n))::DATE WHEN 'mo' THEN (d + to_months(n))::DATE"
    " WHEN 'wk' THEN d + 7 * n WHEN 'd' THEN d + n END",
)

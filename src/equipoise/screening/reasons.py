"""The reason of each verdict: one sentence made of its evidence, in SQL over the tables of `store.py`.

Facts of one name and day are told together ("Krenning score 0, 3 and 3 on 2023-08-19"), nothing is told twice, and
a partial date is written as short as it was given. The words of open verdicts come from `open_words.py`.
"""

from equipoise.screening.store import EVIDENCE_SHAPE, MENTIONED

_VALUES_AT_MOST = 6

_SPOKEN = f"""
CREATE MACRO spoken(words) AS CASE
    WHEN len(words) > {_VALUES_AT_MOST}
    THEN array_to_string(words[1:{_VALUES_AT_MOST}], ', ') || ' and ' || (len(words) - {_VALUES_AT_MOST}) || ' more'
    WHEN len(words) > 1 THEN array_to_string(words[1:len(words) - 1], ', ') || ' and ' || words[len(words)]
    ELSE words[1] END
"""

# `2026` for its first to its last day, `2026-01` likewise; any other interval as it is.
_SHORT = """
CREATE MACRO short_interval(days) AS CASE
    WHEN days[5:11] = '-01-01/' AND days[1:4] = days[12:15] AND days[16:] = '-12-31' THEN days[1:4]
    WHEN days[8:11] = '-01/' AND days[1:7] = days[12:18]
         AND TRY_CAST(days[12:] AS DATE) = last_day(TRY_CAST(days[1:10] AS DATE)) THEN days[1:7]
    ELSE days END
"""

_WHEN = """
CREATE MACRO when_words(days, before_day) AS CASE
    WHEN NOT contains(days, '/') OR contains(days, ' to ') THEN before_day || days
    WHEN NOT contains(short_interval(days), '/') THEN ' in ' || short_interval(days)
    WHEN starts_with(days, '..') THEN ' on or before ' || days[4:]
    WHEN ends_with(days, '..') THEN ' on or after ' || days[1:10]
    ELSE ' between ' || replace(days, '/', ' and ') END
"""

PREPARE = (_SPOKEN, _SHORT, _WHEN)
"""Statements to run once, before `FACTS`."""

# Rows that a reason may name, of the people whose turn it is. `told` is what differs between facts told together:
# the value of a result, the time of an event; `about` is what they share.
FACTS = f"""
CREATE OR REPLACE TEMP TABLE facts AS
WITH mentioned AS (
    SELECT number, position, unnest(from_json(evidence, '{EVIDENCE_SHAPE}')[1:{MENTIONED}]) AS piece,
           unnest(range(1, 1 + CAST(least({MENTIONED}, json_array_length(evidence)) AS BIGINT))) AS rank
    FROM part
),
named AS (
    SELECT number, mentioned.position, rank, piece."table" AS source, piece.record_id AS record_id,
           coalesce(word, piece.value) AS value, piece.unit AS unit, piece.time AS time,
           CASE WHEN source = 'assessments' THEN replace(split_part(piece.code, '|', -1), '-', ' ')
                ELSE coalesce(label, piece.code, 'a record without a code') END AS label,
           CASE WHEN source = 'encounters' THEN 'visit'
                WHEN source = 'assessments' THEN 'result'
                WHEN record_id IS NULL THEN CASE WHEN piece.value = 'no record' THEN 'missing' END
                WHEN source IN ('measurements', 'attestations', 'patients') THEN 'result'
                ELSE 'event' END AS kind
    FROM mentioned
    LEFT JOIN code_labels ON code_labels.position = mentioned.position AND code_labels.code = piece.code
    LEFT JOIN value_words ON value_words.position = mentioned.position AND value_words.code = piece.code
         AND value_words.value = piece.value
),
worded AS (
    SELECT number, position, rank, kind, label,
           CASE kind
               WHEN 'result' THEN CASE WHEN source = 'patients' THEN short_interval(value)
                                       ELSE coalesce(value, 'without a value') END
               WHEN 'event' THEN CASE WHEN time IS NULL THEN 'without a date' ELSE ltrim(when_words(time, ' ')) END
           END AS told,
           CASE kind
               WHEN 'result' THEN CASE WHEN coalesce(unit, '1') = '1' OR starts_with(unit, '{{')
                                            OR ends_with(value, ' ' || unit) THEN ''
                                       ELSE ' ' || unit END
                   || CASE WHEN source = 'attestations' THEN ', attested' ELSE '' END
                   || CASE WHEN time IS NULL THEN '' ELSE when_words(time, ' on ') END
               WHEN 'visit' THEN time
               ELSE '' END AS about,
           CASE kind WHEN 'result' THEN record_id ELSE '' END AS record,
           CASE kind WHEN 'event' THEN coalesce(doubts.said_as, 'recorded') ELSE '' END AS said_as
    FROM named LEFT JOIN doubts USING (number, source, record_id) WHERE kind IS NOT NULL
),
together AS (
    SELECT number, position, kind, label, said_as, about, min(rank) AS rank,
           list_transform(
               list_sort(list_distinct(list({{'record': record, 'told': told}}))), lambda each: each.told) AS pieces
    FROM worded GROUP BY number, position, kind, label, said_as, about
),
said AS (
    SELECT number, position, rank, kind, label, about,
           CASE kind
               WHEN 'result' THEN label || ' ' || spoken(pieces) || about
               WHEN 'event' THEN label || ' ' || said_as || ' ' || spoken(pieces)
           END AS fact
    FROM together
)
SELECT number, position, max(about) FILTER (kind = 'visit') AS visit,
       array_to_string(list_sort(list(label) FILTER (kind = 'missing')), ' or ') AS missing,
       array_to_string(
           list_transform(
               list_sort(list({{'rank': rank, 'fact': fact}}) FILTER (fact IS NOT NULL)), lambda each: each.fact),
           '; ') AS recorded
FROM said GROUP BY number, position
"""

_REASON = f"""
CASE
    WHEN effect = 'open' THEN coalesce(lead, 'Open')
        || CASE WHEN coalesce(recorded, '') = '' THEN '' ELSE ' (' || recorded || ')' END || coalesce(tail, '') || '.'
    WHEN part.basis = 'assumed-from-absence' AND missing <> '' THEN
        CASE effect WHEN 'passes' THEN 'Passes' ELSE 'Blocks' END
        || ' on the assumption that no record of ' || missing || ' means none'
        || CASE WHEN visit IS NULL THEN '' ELSE ' (encounter ' || visit || ')' END
        || CASE WHEN coalesce(recorded, '') = '' THEN '' ELSE '; ' || recorded END || '.'
    ELSE CASE effect WHEN 'passes' THEN 'Passes' ELSE 'Blocks' END
        || CASE WHEN coalesce(recorded, '') = '' THEN '' ELSE ': ' || recorded END
        || CASE WHEN json_array_length(part.evidence) > {MENTIONED} THEN '; and further records' ELSE '' END || '.'
END || CASE WHEN says IS NULL THEN '' ELSE ' ' || says END
"""

VERDICTS = f"""
WITH keyed AS (
    SELECT *, CAST(to_json(from_json(needs, '["VARCHAR"]')) AS VARCHAR) AS needs_key,
           CAST(to_json(from_json(causes, '["VARCHAR"]')) AS VARCHAR) AS causes_key
    FROM part
)
SELECT patient_id, part.criterion_id, criteria.kind, part.truth, effect, part.basis, part.causes,
       {_REASON} AS reason, part.evidence
FROM keyed AS part
JOIN people USING (number)
JOIN criteria USING (position)
JOIN effects ON effects.kind = criteria.kind AND effects.truth = part.truth
LEFT JOIN facts USING (number, position)
LEFT JOIN open_words ON open_words.position = part.position AND open_words.needs = needs_key
     AND open_words.causes = causes_key AND effect = 'open'
LEFT JOIN note_texts ON note_texts.number = part.number AND note_texts.position = part.position
ORDER BY part.number, part.position
"""

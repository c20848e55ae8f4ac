"""FHIR R4 to canonical tables: NDJSON, Bundles and single resources, plain or gzip, under any file names.

`files` finds out what a file holds; `staging` reads well-formed NDJSON at full speed; `lines` reads everything
else, item by item, and counts what it cannot understand. Both end in the same columns (`shapes`), so there is
one mapping to the canonical tables (`mapping`, `events`, `results`), in SQL.
"""

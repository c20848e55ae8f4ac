"""Subjects written as a clinician would tell them: lines of `day: what happened`, counted from randomisation.

`baseline T1=50 B1=present` is the scan before treatment, `scan T1=40` the next one, `also T2=30` another day of the
scan before; `T` lesions are targets [mm], `B` non-targets, `N` new ones. Further words: `dose`, `operation` (with
`removes T1` and fields such as `resection=R0`), `new therapy`, `died`, `known alive`, `left` with how. Assessments are
planned every 84 days, on time 7 days before and after.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from equipoise.analysis.facts import Given, SubjectFacts
from equipoise.assessments.recist import Finding, Lesion, Reading, Role, Scan, State

START = date(2030, 1, 1)
EVERY, TOLERANCE = 84, 7
ROLES = {"T": Role.TARGET, "B": Role.NON_TARGET, "N": Role.NEW}


def day_of(number):
    return START + timedelta(days=number)


def plan_scans(until, *, every=EVERY, tolerance=TOLERANCE):
    return tuple((day_of(day), day_of(day + tolerance)) for day in range(every, until + 1, every))


def _see(token, visit, day):
    lesion, seen = token.split("=")
    is_size = seen[0].isdigit()
    return Finding(
        lesion, visit, day_of(day), State.MEASURED if is_size else State(seen), Decimal(seen) if is_size else None
    )


def tell(timeline, *, cut, subject="S-001", arm="arm-1", reader="masked", stratum="all"):
    """The facts of a subject from the lines of a timeline; `cut` decides only which assessments were due."""
    facts = SubjectFacts(
        subject, "site-1", arm, stratum, START, (1,), planned_scans=plan_scans(cut), reading_entries={reader: (2, 3)}
    )
    findings, scans, given, visit = [], [], [], -1
    lines = [line if isinstance(line, tuple) else line.split(": ", 1) for line in timeline]
    for number, words in ((int(day), words) for day, words in lines):
        what, *tokens = words.split()
        if what in ("baseline", "scan", "also"):
            visit = 0 if what == "baseline" else max(visit, 0) + (what == "scan")
            findings += [_see(token, visit, number) for token in tokens]
            scans.append(Scan(visit, day_of(number)))
        elif what in ("dose", "operation"):
            fields = dict(token.split("=") for token in tokens if "=" in token)
            removed = tuple(tokens[tokens.index("removes") + 1 :]) if "removes" in tokens else ()
            step = Given(
                what, what, day_of(number), what == "dose", removed=removed, fields=fields, entries=(100 + number,)
            )
            given.append(step)
        elif words == "new therapy":
            facts = replace(facts, new_therapy_on=day_of(number))
        elif words == "died":
            facts = replace(facts, died_on=day_of(number))
        elif words == "known alive":
            facts = replace(facts, last_alive_on=day_of(number))
        elif what == "left":
            facts = replace(facts, left_on=day_of(number), left_how=" ".join(tokens))
        else:
            raise ValueError(f"no such line: {words}")
    lesions = tuple(Lesion(name, "liver", ROLES[name[0]]) for name in sorted({one.lesion for one in findings}))
    readings = {reader: Reading(reader, lesions, tuple(findings), scans=tuple(scans))} if scans else {}
    return replace(facts, given=tuple(given), readings=readings)

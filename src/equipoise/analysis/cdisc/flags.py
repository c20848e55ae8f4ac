"""The flag of the last observation before treatment (--LOBXFL), for datasets of findings."""

from collections.abc import Iterable

from equipoise.analysis.cdisc.catalogue import Row
from equipoise.analysis.cdisc.inputs import Source, iso
from equipoise.analysis.cdisc.subjects import given_of


def flag_before_treatment(source: Source, rows: Iterable[Row], domain: str, *same: str) -> list[Row]:
    """
    The rows with `--LOBXFL`: Y for the last one on or before the day of the first step of treatment.

    Days have no hours: a value of that day is taken for one from before the dose, as a plan asks for it. Whoever was
    not treated has no flag; nobody has while the arms are pooled, for no treatment is told then.

    Parameters
    ----------
    same
        The variables that, with the subject, say what was observed.
    """
    made = list(rows)
    firsts = {
        source.usubjid(subject.subject): iso(given[0].on)
        for subject in source.facts.subjects
        if (given := given_of(source, subject))
    }
    lasts: dict[tuple[object, ...], tuple[str, int]] = {}
    for place, row in enumerate(made):
        day, first = str(row[f"{domain}DTC"]), firsts.get(str(row["USUBJID"]))
        if first is not None and day <= first:
            observed = (row["USUBJID"], *(row.get(name) for name in same))
            lasts[observed] = max(lasts.get(observed, (day, place)), (day, place))
    flagged = {place for _, place in lasts.values()}
    return [row | {f"{domain}LOBXFL": "Y"} if place in flagged else row for place, row in enumerate(made)]

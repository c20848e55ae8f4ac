"""
Rules of SDTMIG 3.4 and ADaMIG 1.3 across datasets, each with its section; what breaks one is named.

They are what programs of conformance ask first. A rule sees the rows of all datasets by name, and says what is wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

Row = Mapping[str, str | int | None]
Datasets = Mapping[str, Sequence[Row]]
Rule = Callable[[Datasets], Iterator[str]]
OF_SUBJECTS = (
    "DS",
    "IE",
    "SV",
    "SE",
    "EX",
    "PR",
    "LB",
    "AE",
    "TU",
    "TR",
    "RS",
    "ADSL",
    "ADTTE",
    "ADRS",
    "ADAE",
    "ADLB",
)
SERIOUS = ("AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE")


def rows_of(datasets: Datasets, *names: str) -> Iterator[tuple[str, Row]]:
    yield from ((name, row) for name in names or datasets for row in datasets.get(name, ()))


def subjects_are_in_dm(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 4.1.3: USUBJID of every domain stands in DM, once."""
    known = Counter(row["USUBJID"] for row in datasets["DM"])
    yield from (f"DM: {subject} {count} times" for subject, count in known.items() if count > 1)
    for name, row in rows_of(datasets, *OF_SUBJECTS):
        if row["USUBJID"] not in known:
            yield f"{name}: {row['USUBJID']} is not in DM"


def numbers_are_unique(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 4.1.5: --SEQ is unique within the subject."""
    for name in datasets:
        if any(f"{name}SEQ" in row for row in datasets[name]) and name != "TS":
            found = Counter((row["USUBJID"], row[f"{name}SEQ"]) for row in datasets[name])
            yield from (f"{name}: {key}" for key, count in found.items() if count > 1)


def there_is_no_day_0(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 4.4.4: a study day is the date less RFSTDTC, plus 1 from then on; there is no day 0."""
    starts = {row["USUBJID"]: row["RFSTDTC"] for row in datasets["DM"]}
    for name, row in rows_of(datasets, *(each for each in OF_SUBJECTS if not each.startswith("AD"))):
        for variable in (key for key in row if key.endswith("DY") and key != "VISITDY"):
            on, start = row.get(f"{variable[:-2]}DTC"), starts[row["USUBJID"]]
            if (row[variable] is None) != (on is None or start is None):
                yield f"{name}.{variable}: told without its date, or not told with it"
            elif row[variable] is not None:
                days = (date.fromisoformat(str(on)) - date.fromisoformat(str(start))).days
                if row[variable] != (days + 1 if days >= 0 else days):
                    yield f"{name}.{variable}: {row[variable]} for {on}"


def nothing_ends_before_it_begins(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 4.4.7: --STDTC is not after --ENDTC."""
    for name, row in rows_of(datasets):
        for variable in (key for key in row if key.endswith("STDTC") and key != "RFXSTDTC"):
            first, last = row[variable], row.get(variable.replace("STDTC", "ENDTC"))
            if first is not None and last is not None and str(last) < str(first):
                yield f"{name}.{variable}: {first} and {last}"


def arms_are_planned(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 5.2, DM: ARMCD and ACTARMCD are in TA; ARMNRS is told where one of them is missing, and only there."""
    planned = {row["ARMCD"] for row in datasets["TA"]}
    is_pooled = all(row["ARMCD"] is None for row in datasets["DM"])
    for row in datasets["DM"]:
        if not {row["ARMCD"], row["ACTARMCD"]} - {None} <= planned:
            yield f"DM: {row['ARMCD']} or {row['ACTARMCD']} is not in TA"
        is_missing = row["ARMCD"] is None or row["ACTARMCD"] is None
        if not (is_pooled and row["RFSTDTC"] is not None) and is_missing != (row["ARMNRS"] is not None):
            yield f"DM: {row['SUBJID']} has {row['ARMNRS']}"
        if (row["ACTARMUD"] is not None) != (row["ARMNRS"] == "UNPLANNED TREATMENT"):
            yield f"DM: {row['SUBJID']} has ACTARMUD {row['ACTARMUD']}"


def deaths_agree(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 5.2, DM, and 6.2.3, DS: DTHFL goes with DTHDTC, and a death is one row of DS on that day."""
    for row in datasets["DM"]:
        if (row["DTHFL"] == "Y") != (row["DTHDTC"] is not None):
            yield f"DM: {row['SUBJID']}"
        told = [
            one["DSSTDTC"] for one in datasets["DS"] if one["USUBJID"] == row["USUBJID"] and one["DSDECOD"] == "DEATH"
        ]
        if told != ([row["DTHDTC"]] if row["DTHFL"] == "Y" else []):
            yield f"DS: {row['SUBJID']} died on {told}"


def elements_are_defined(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 5.3 and 7.2: ETCD of SE and of TA is in TE, but for UNPLAN, which is told in words; at most 8 letters."""
    known = {row["ETCD"] for row in datasets["TE"]}
    for name, row in rows_of(datasets, "TA", "SE"):
        is_planned = row["ETCD"] in known
        if not is_planned and (name != "SE" or row["ETCD"] != "UNPLAN" or row["SEUPDES"] is None):
            yield f"{name}: {row['ETCD']} is not in TE"
    yield from (f"TE: {code} is too long" for code in known if len(str(code)) > 8)


def criteria_are_planned(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 6.3.4 and 7.4: IETESTCD, IETEST and IECAT of IE are in TI; an inclusion was N, an exclusion Y."""
    known = {(row["IETESTCD"], row["IETEST"], row["IECAT"]) for row in datasets["TI"]}
    for row in datasets["IE"]:
        if (row["IETESTCD"], row["IETEST"], row["IECAT"]) not in known:
            yield f"IE: {row['IETESTCD']} is not in TI"
        if (row["IECAT"], row["IEORRES"]) not in {("INCLUSION", "N"), ("EXCLUSION", "Y")}:
            yield f"IE: {row['IETESTCD']} was met"


def visits_are_planned(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 5.5 and 7.3: planned visits are those of TV, each once, not occurred without a day; others have words."""
    known = {(row["VISITNUM"], row["VISIT"]) for row in datasets["TV"]}
    for row in datasets["SV"]:
        is_planned = (row["VISITNUM"], row["VISIT"]) in known
        if is_planned != (row["SVPRESP"] == "Y") or (row["SVPRESP"] is None) != (row["SVOCCUR"] is None):
            yield f"SV: {row['VISIT']} has {row['SVPRESP']} and {row['SVOCCUR']}"
        if (row["SVSTDTC"] is None) != (row["SVOCCUR"] == "N"):
            yield f"SV: {row['VISIT']} on {row['SVSTDTC']}"
        if (row["VISIT"] == "Unplanned") != (row["SVUPDES"] is not None):
            yield f"SV: {row['VISIT']} is {row['SVUPDES']}"
    done = Counter((row["USUBJID"], row["VISITNUM"]) for row in datasets["SV"] if row["SVPRESP"] == "Y")
    yield from (f"SV: {subject} has {number} {n} times" for (subject, number), n in done.items() if n > 1)
    names = {(row["VISITNUM"], row["VISIT"]) for _, row in rows_of(datasets, "TV", "SV", "EX", "PR", "LB")}
    names = {pair for pair in names if pair[0] is not None}
    if len({number for number, _ in names}) != len(names) or len({name for _, name in names}) != len(names):
        yield "VISITNUM and VISIT are not one to one"


def a_serious_event_says_why(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 6.2.1, AE: what makes an event serious is told of serious events alone."""
    for row in datasets["AE"]:
        if row["AESER"] != "Y" and any(row[name] == "Y" for name in SERIOUS):
            yield f"AE: {row['AETERM']} is not serious"
        if row["AEOUT"] == "FATAL" and row["AESDTH"] != "Y":
            yield f"AE: {row['AETERM']} was fatal"


def lesions_are_identified(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 6.3.12: TR measures lesions of TU; an overall response of RS belongs to results of TR; by one reader."""
    lesions = {(row["USUBJID"], row["TULNKID"], row["TUEVAL"], row["TUEVALID"]) for row in datasets["TU"]}
    groups = {(row["USUBJID"], row["TRLNKGRP"], row["TREVAL"], row["TREVALID"]) for row in datasets["TR"]}
    for row in datasets["TR"]:
        if (row["USUBJID"], row["TRLNKID"], row["TREVAL"], row["TREVALID"]) not in lesions:
            yield f"TR: {row['TRLNKID']} is not in TU"
    for row in (one for one in datasets["RS"] if one["RSLNKGRP"] is not None):
        if (row["USUBJID"], row["RSLNKGRP"], row["RSEVAL"], row["RSEVALID"]) not in groups:
            yield f"RS: {row['RSLNKGRP']} is not in TR"
    for name, row in rows_of(datasets, "TU", "TR", "RS"):
        if row[f"{name}EVALID"] is not None and row[f"{name}EVAL"] is None:
            yield f"{name}: an evaluator without a role"


def the_last_before_treatment_is_one(datasets: Datasets) -> Iterator[str]:
    """SDTMIG 4.5.9: --LOBXFL stands at most once for each thing observed, and not after the first treatment."""
    firsts = {row["USUBJID"]: row["RFXSTDTC"] for row in datasets["DM"]}
    for name, same in (("LB", ["LBTESTCD"]), ("TU", ["TULNKID"]), ("TR", ["TRLNKID", "TRTESTCD"])):
        flagged = [row for row in datasets[name] if row[f"{name}LOBXFL"] == "Y"]
        found = Counter((row["USUBJID"], *(row[key] for key in same)) for row in flagged)
        yield from (f"{name}: {key}" for key, count in found.items() if count > 1)
        for row in flagged:
            if firsts[row["USUBJID"]] is None or str(row[f"{name}DTC"]) > str(firsts[row["USUBJID"]]):
                yield f"{name}: {row[f'{name}DTC']} is after the first treatment"


def analysis_follows_tabulation(datasets: Datasets) -> Iterator[str]:
    """ADaMIG 2.1, 3.2, 3.3: ADSL has the randomised of DM; a row of ADAE or ADLB is one of AE or LB; times add up."""
    randomised = {row["USUBJID"] for row in datasets["DM"] if row["RFSTDTC"] is not None}
    if {row["USUBJID"] for row in datasets["ADSL"]} != randomised:
        yield "ADSL: others than the randomised of DM"
    for name, parent in (("ADAE", "AE"), ("ADLB", "LB")):
        told, known = ([(row["USUBJID"], row[f"{parent}SEQ"]) for row in datasets[each]] for each in (name, parent))
        if sorted(told) != sorted(known):
            yield f"{name}: other rows than {parent}"
    for row in datasets.get("ADTTE", ()):
        days = (date.fromisoformat(str(row["ADT"])) - date.fromisoformat(str(row["STARTDT"]))).days + 1
        if row["AVAL"] != days or row["CNSR"] not in (0, 1):
            yield f"ADTTE: {row['AVAL']} for {days} days"
    found = Counter((row["USUBJID"], row["PARAMCD"]) for row in datasets["ADLB"] if row["ABLFL"] == "Y")
    yield from (f"ADLB: two baselines of {key}" for key, count in found.items() if count > 1)


RULES: tuple[Rule, ...] = (
    subjects_are_in_dm,
    numbers_are_unique,
    there_is_no_day_0,
    nothing_ends_before_it_begins,
    arms_are_planned,
    deaths_agree,
    elements_are_defined,
    criteria_are_planned,
    visits_are_planned,
    a_serious_event_says_why,
    lesions_are_identified,
    the_last_before_treatment_is_one,
    analysis_follows_tabulation,
)


def broken(datasets: Datasets) -> list[str]:
    """What breaks a rule, with the rule."""
    return [f"{rule.__name__}: {what}" for rule in RULES for what in rule(datasets)]

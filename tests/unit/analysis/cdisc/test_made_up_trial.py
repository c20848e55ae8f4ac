"""The datasets of a small made-up trial, row by row; days and values by hand from `conftest`."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from equipoise.analysis.cdisc.catalogue import read_catalogue
from equipoise.analysis.cdisc.design import VisitNames
from equipoise.analysis.cdisc.export import make_analysis, make_tabulation
from equipoise.analysis.cdisc.inputs import Further, Milestone, Results, Term, Visit
from equipoise.analysis.facts import OTHER_READER, UNPROVEN_READER, AdverseEvent, Given, LabValue
from equipoise.conduct.calendar import make_calendar
from equipoise.conduct.history import History
from equipoise.errors import EquipoiseError
from equipoise.protocol.model import Phase

DESIGN = ["TA", "TE", "TI", "TV", "TS"]
COURSE = ["DM", "DS", "IE", "SV", "SE", "EX", "PR", "LB", "AE", "TU", "TR", "RS"]
TABULATION = [*DESIGN, *COURSE, "RELREC"]
ANALYSIS = ["ADSL", "ADTTE", "ADRS", "ADAE", "ADLB"]
OF_SUBJECTS = [*COURSE, *ANALYSIS]


def pick(dataset, *names, **where):
    rows = [one for one in dataset.records() if all(one[name] == value for name, value in where.items())]
    return [tuple(row[name] for name in names) for row in rows]


def with_subject(source, number, **changes):
    subjects = list(source.facts.subjects)
    subjects[number] = replace(subjects[number], **changes)
    return replace(source, facts=replace(source.facts, subjects=tuple(subjects)))


def tabulate(source):
    return {one.name: one for one in make_tabulation(source)}


def test_all_datasets_are_there(datasets):
    assert list(datasets) == [*TABULATION, *ANALYSIS]


def test_the_arms_of_the_plan(datasets):
    assert pick(datasets["TA"], "ARMCD", "TAETORD", "ETCD", "EPOCH") == [
        ("arm-1", 1, "SCREEN", "SCREENING"),
        ("arm-1", 2, "OPERATIO", "TREATMENT"),
        ("arm-1", 3, "FOLLOWUP", "FOLLOW-UP"),
        ("arm-2", 1, "SCREEN", "SCREENING"),
        ("arm-2", 2, "PRRT", "TREATMENT"),
        ("arm-2", 3, "OPERATIO", "TREATMENT"),
        ("arm-2", 4, "FOLLOWUP", "FOLLOW-UP"),
    ]


def test_every_element_of_an_arm_is_defined(datasets):
    assert {one["ETCD"] for one in datasets["TA"].records()} == {one["ETCD"] for one in datasets["TE"].records()}


def test_criteria_stand_in_the_words_of_the_protocol(datasets, source):
    for version in source.protocol.versions:
        told = dict(pick(datasets["TI"], "IETESTCD", "IETEST", TIVERS=version.name))
        assert told == {one.id: one.text for _, one in version.criteria}


def test_planned_visits_say_their_rule(datasets, source):
    assert pick(datasets["TV"], "VISITNUM", "TVSTRL", ARMCD="arm-2", VISIT="cycle-2") == [
        (3, "56 days after the step before, up to 7 days earlier and 7 later")
    ]
    assert pick(datasets["TV"], "VISIT", ARMCD="arm-1", VISIT="cycle-2") == []
    label = next(one.label for one in source.plan.activities if one.id == "laboratory-before-cycle")
    assert pick(datasets["TV"], "TVSTRL", ARMCD="arm-2", VISIT=f"{label} 4") == [
        ("21 days before cycle-4, up to 7 days earlier and 7 later",)
    ]


def test_each_line_of_a_calendar_is_a_planned_visit(datasets, source):
    for arm, n_lines, n_others in (("arm-1", 21, 1), ("arm-2", 54, 3)):  # screening, and retreatment in two steps
        calendar = make_calendar(source.plan, History(arm=arm, randomised_on=date(2030, 1, 10)), date(2030, 1, 10))
        names = VisitNames(source.plan)
        lines = {names.of(one.item, 1 if one.is_step else one.number) for one in calendar}
        told = set(pick(datasets["TV"], "VISITNUM", "VISIT", ARMCD=arm))
        assert len(lines) == len(calendar) == n_lines
        assert (len(told - lines), lines - told) == (n_others, set())
    rules = pick(datasets["TV"], "TVSTRL", ARMCD="arm-1")
    assert ("168 days after randomisation, up to 7 days earlier and 7 later",) in rules


def test_the_trial_is_told_in_short(datasets):
    codes = ("TSVALCD", "TSVCDREF")
    assert pick(datasets["TS"], "TSSEQ", "TSVAL", *codes, TSPARMCD="REGID")[0] == (
        1,
        "NCT05610826",
        "NCT05610826",
        "CLINICALTRIALS.GOV",
    )
    assert pick(datasets["TS"], "TSVAL", *codes, TSPARMCD="TPHASE") == [("PHASE I/II TRIAL", "C15693", "CDISC CT")]
    assert pick(datasets["TS"], "TSVAL", TSPARMCD="NARMS") == [("2",)]
    assert pick(datasets["TS"], "TSVAL", TSPARMCD="DCUTDTC") == [("2030-12-31",)]


@pytest.mark.parametrize(
    ("registered", "told"),
    [
        ("Phase III", ("PHASE III TRIAL", "C15602", "CDISC CT")),
        ("Early Phase 1", ("PHASE 0 TRIAL", "C54721", "CDISC CT")),
        ("Phase 2a", ("Phase 2a", None, None)),
        ("N/A", ("N/A", None, None)),
    ],
)
def test_a_phase_has_its_term_where_the_terminology_has_one_that_we_know(source, registered, told):
    """C66737, Trial Phase Response, of the NCI thesaurus."""
    protocol = source.protocol.model_copy(update={"phase": Phase(registered=registered)})
    made = tabulate(replace(source, protocol=protocol))
    assert pick(made["TS"], "TSVAL", "TSVALCD", "TSVCDREF", TSPARMCD="TPHASE") == [told]


def test_demographics(datasets):
    names = ("SUBJID", "RFSTDTC", "RFXSTDTC", "RFXENDTC", "AGE", "SEX", "ARMCD", "ACTARMCD", "ARMNRS", "SRCEVNT")
    assert pick(datasets["DM"], *names) == [
        ("S-001", "2030-01-10", "2030-02-07", "2030-04-09", 61, "F", "arm-2", "arm-2", None, "1 7 12 20"),
        ("S-002", "2030-01-10", "2030-02-10", "2030-02-10", None, "U", "arm-1", "arm-1", None, "8 15 25"),
        ("S-003", None, None, None, None, "U", None, None, "SCREEN FAILURE", "10"),
        ("S-004", None, None, None, None, "U", None, None, "NOT ASSIGNED", "18"),
    ]
    assert pick(datasets["DM"], "DTHFL", "DTHDTC") == [(None, None), ("Y", "2030-06-01"), (None, None), (None, None)]


def test_whoever_was_given_what_is_not_of_the_arm_has_no_actual_arm(source):
    given = (Given("cycle-1", "prrt", date(2030, 2, 7), True, entries=(30,)),)
    dm = tabulate(with_subject(source, 1, given=given))["DM"]
    assert pick(dm, "ARMCD", "ACTARMCD", "ARMNRS", SUBJID="S-002") == [("arm-1", None, "UNPLANNED TREATMENT")]


def test_whoever_was_given_nothing_has_no_actual_arm(source):
    dm = tabulate(with_subject(source, 1, given=()))["DM"]
    assert pick(dm, "ARMCD", "ACTARMCD", "ARMNRS", SUBJID="S-002") == [("arm-1", None, "ASSIGNED, NOT TREATED")]


def test_a_row_leads_to_all_that_it_tells(source):
    """Consent 1, records 2, allocation 7, first and last step 12 and 20; the last step was the last sign of life."""
    made = replace(source, further=replace(source.further, baseline={"S-001": (2,)}))
    tabulation = make_tabulation(made)
    adsl = make_analysis(made, tabulation, Results())[0]
    assert pick(adsl, "LSTALVDT", "SRCEVNT", SUBJID="S-001") == [("2030-04-09", "1 2 7 12 20")]
    later = with_subject(
        made, 0, last_alive_on=date(2030, 4, 4)
    )  # the day of the scans, events 16 and 17 in `conftest`
    adsl = make_analysis(later, make_tabulation(later), Results())[0]
    (entries,) = pick(adsl, "SRCEVNT", SUBJID="S-001")[0]
    assert {"16", "17"} <= set(entries.split())
    se = {one.name: one for one in tabulation}["SE"]
    assert pick(se, "ETCD", "SRCEVNT", USUBJID="nct05610826-S-001") == [("SCREEN", "1 7"), ("PRRT", "12")]


def test_who_left_by_dying_has_died_and_not_left_in_another_way_too(source):
    made = tabulate(with_subject(source, 1, left_on=date(2030, 6, 1), left_how="died"))
    told = pick(made["DS"], "DSTERM", "DSDECOD", USUBJID="nct05610826-S-002", DSSTDTC="2030-06-01")
    assert told == [("DEATH", "DEATH")]


def test_taking_part_ends_with_the_last_step_for_treatment_and_with_leaving_for_the_trial(source, datasets):
    assert pick(datasets["DM"], "RFENDTC", "RFPENDTC") == [
        ("2030-04-09", None),  # still takes part
        ("2030-02-10", "2030-06-01"),  # died
        (None, None),
        (None, None),
    ]
    left = tabulate(with_subject(source, 1, left_on=date(2030, 3, 1), left_how="lost", given=()))["DM"]
    assert pick(left, "RFENDTC", "RFPENDTC", SUBJID="S-002") == [("2030-01-10", "2030-03-01")]
    failed = Milestone("S-003", Term.SCREEN_FAILURE, date(2030, 1, 8), (10,))
    told = tabulate(replace(source, further=Further(milestones=(failed,))))["DM"]
    assert pick(told, "RFPENDTC", SUBJID="S-003") == [("2030-01-08",)]


def test_courses_of_another_arm_are_named(source):
    given = (
        Given("surgery", "operation", date(2030, 2, 1), False, entries=(29,)),
        Given("cycle-1", "prrt", date(2030, 2, 7), True, entries=(30,)),
        Given("cycle-2", "prrt", date(2030, 4, 7), True, entries=(31,)),
    )
    made = tabulate(with_subject(source, 1, given=given))
    labels = {one.id: one.label for one in source.plan.courses}
    told = f"{labels['operation']}; {labels['prrt']}"
    assert pick(made["DM"], "ACTARMUD", SUBJID="S-002") == [(told,)]
    assert pick(made["SE"], "ETCD", "SEUPDES", USUBJID="nct05610826-S-002") == [
        ("OPERATIO", None),
        ("UNPLAN", labels["prrt"]),
    ]


def test_disposition(datasets):
    # 10 January to 1 June 2030: 21 + 28 + 31 + 30 + 31 + 1 = 142 days later, so day 143
    assert pick(datasets["DS"], "USUBJID", "DSSEQ", "DSDECOD", "DSSTDTC", "DSSTDY") == [
        ("nct05610826-S-001", 1, "INFORMED CONSENT OBTAINED", "2030-01-02", -8),
        ("nct05610826-S-001", 2, "ELIGIBILITY CRITERIA MET", "2030-01-09", -1),
        ("nct05610826-S-001", 3, "RANDOMIZED", "2030-01-10", 1),
        ("nct05610826-S-002", 1, "RANDOMIZED", "2030-01-10", 1),
        ("nct05610826-S-002", 2, "DEATH", "2030-06-01", 143),
        ("nct05610826-S-003", 1, "SCREEN FAILURE", None, None),
    ]


@pytest.mark.parametrize(
    ("how", "term"),
    [
        ("lost", "LOST TO FOLLOW-UP"),
        ("withdrawn from all contact", "WITHDRAWAL BY SUBJECT"),
        ("completed", "COMPLETED"),
        ("off study", "OTHER"),
    ],
)
def test_leaving_keeps_its_words_beside_the_term(source, how, term):
    ds = tabulate(with_subject(source, 0, left_on=date(2030, 7, 1), left_how=how))["DS"]
    assert pick(ds, "DSTERM", "DSDECOD", DSSTDTC="2030-07-01") == [(how, term)]


def test_criteria_not_met(source, datasets, not_met):
    assert pick(datasets["IE"], "USUBJID", "IETESTCD", "IECAT", "IEORRES") == [
        ("nct05610826-S-003", "I1", "INCLUSION", "N")
    ]
    ie = tabulate(replace(source, further=Further(not_met=(not_met("E2"),))))["IE"]
    told = pick(ie, "IETESTCD", "IECAT", "IEORRES", "IEDTC", "IEDY", "SRCEVNT", USUBJID="nct05610826-S-001")
    assert told == [("E2", "EXCLUSION", "Y", "2030-01-11", 2, "22")]


def test_a_criterion_that_no_version_has_is_named(source, not_met):
    with pytest.raises(EquipoiseError, match="no version of the protocol has a criterion 'Z9'"):
        make_tabulation(replace(source, further=Further(not_met=(not_met("Z9"),))))


def test_visits(datasets):
    # 28 days after 10 January is 7 February, so day 29; 84 days after is 4 April, day 85
    names = ("VISITNUM", "VISIT", "SVPRESP", "SVOCCUR", "SVSTDTC", "SVSTDY", "SVUPDES")
    assert pick(datasets["SV"], *names, USUBJID="nct05610826-S-001") == [
        (2, "cycle-1", "Y", "Y", "2030-02-07", 29, None),
        (3, "cycle-2", "Y", "Y", "2030-04-09", 90, None),
        (1000, "Tumour assessment, baseline", None, None, "2030-01-05", -5, None),
        (1001, "Tumour assessment 1", None, None, "2030-04-04", 85, None),
        (2000, "Unplanned", None, None, "2030-03-01", 51, "Telephone"),
    ]


def test_a_step_that_no_plan_has_is_unplanned_wherever_it_stands(source):
    given = (Given("cycle-9", "", date(2030, 2, 7), True, entries=(30,)),)
    made = tabulate(with_subject(source, 1, given=given))
    assert pick(made["EX"], "VISITNUM", "VISIT", USUBJID="nct05610826-S-002") == [(2000, "Unplanned")]
    assert pick(made["SV"], "VISITNUM", "VISIT", "SVUPDES", USUBJID="nct05610826-S-002") == [
        (2000, "Unplanned", "cycle-9")
    ]


def test_a_visit_has_one_name_and_a_name_one_number(datasets):
    for name in ("TV", "SV", "EX", "PR"):
        told = set(pick(datasets[name], "VISITNUM", "VISIT"))
        assert len({number for number, _ in told}) == len({words for _, words in told}) == len(told)


def test_an_element_ends_when_the_next_begins(source, datasets):
    assert pick(datasets["SE"], "ETCD", "SESTDTC", "SEENDTC", USUBJID="nct05610826-S-001") == [
        ("SCREEN", "2030-01-02", "2030-01-10"),
        ("PRRT", "2030-02-07", None),
    ]
    given = (*source.facts.subjects[0].given, Given("surgery", "operation", date(2030, 8, 1), False, entries=(40,)))
    se = tabulate(with_subject(source, 0, given=given))["SE"]
    assert pick(se, "ETCD", "SESTDTC", "SEENDTC", USUBJID="nct05610826-S-001")[1:] == [
        ("PRRT", "2030-02-07", "2030-08-01"),
        ("OPERATIO", "2030-08-01", None),
    ]


def test_doses_and_operations(datasets):
    assert pick(datasets["EX"], "EXSEQ", "EXDOSE", "EXDOSU", "EXLOT", "VISIT", "EPOCH", "EXSTDY", "SRCEVNT") == [
        (1, "7.4", "GBq", "L-17", "cycle-1", "TREATMENT", 29, "12"),
        (2, "3.70", "GBq", None, "cycle-2", "TREATMENT", 90, "20"),
    ]
    assert pick(datasets["PR"], "USUBJID", "PRTRT", "PRSTDTC", "PRSTDY") == [
        ("nct05610826-S-002", "Cytoreductive surgery of the liver", "2030-02-10", 32)
    ]


def test_laboratory_values_are_as_entered(datasets):
    names = ("LBTESTCD", "LBTEST", "LBORRES", "LBORRESU", "LBSTRESN", "LBDY", "LBLOBXFL")
    # The first dose was given on 7 February: the values of the day before are the last ones.
    assert pick(datasets["LB"], *names) == [
        ("CHROMOGR", "chromogranin-a", "<5", None, None, 28, "Y"),
        ("CREAT", "Creatinine", "0.90", "mg/dL", "0.90", -7, None),
        ("CREAT", "Creatinine", "1.10", "mg/dL", "1.10", -1, None),
        ("CREAT", "Creatinine", "1.00", "mg/dL", "1.00", 28, "Y"),
    ]


@pytest.mark.parametrize(
    ("value", "low", "high", "indicator"),
    [
        ("0.49", "0.50", "0.95", "LOW"),
        ("0.50", "0.50", "0.95", "NORMAL"),
        ("0.95", "0.50", "0.95", "NORMAL"),
        ("0.96", "0.50", "0.95", "HIGH"),
        ("0.96", None, "0.95", "HIGH"),
        ("0.94", None, "0.95", None),
        ("0.94", None, None, None),
        ("<0.94", "0.50", "0.95", None),
    ],
)
def test_a_range_is_that_of_the_laboratory_and_decides_only_what_it_can(source, value, low, high, indicator):
    limits = [None if one is None else Decimal(one) for one in (low, high)]
    made = tabulate(with_subject(source, 0, labs=(LabValue("ast", date(2030, 3, 1), value, "U/L", (4,), *limits),)))
    assert pick(made["LB"], "LBORNRLO", "LBORNRHI", "LBSTNRLO", "LBSTNRHI", "LBNRIND") == [
        (low, high, low, high, indicator)
    ]


def test_a_result_has_the_visit_that_leads_to_the_same_event(source):
    blood = source.plan.activities[0].id
    first = f"{source.plan.activities[0].label} 1"
    visits = (
        Visit("S-001", "second", date(2030, 2, 6), (11,), "", until=date(2030, 2, 6)),
        Visit("S-001", "first", date(2030, 2, 6), (11,), blood, until=date(2030, 2, 6)),
        Visit("S-002", "of somebody else", date(2030, 1, 3), (3,), blood, until=date(2030, 1, 3)),
    )
    made = tabulate(replace(source, further=Further(visits=visits)))
    number = pick(made["TV"], "VISITNUM", VISIT=first)[0][0]
    told = set(pick(made["LB"], "LBDTC", "VISITNUM", "VISIT"))
    assert told == {
        ("2030-01-03", None, None),
        ("2030-01-09", None, None),
        ("2030-02-06", number, first),
    }


def test_adverse_events(datasets):
    names = ("AETERM", "AECAT", "AESER", "AEREL", "AETOXGR", "AESTDY", "AEENDY", "SRCEVNT")
    assert pick(datasets["AE"], *names) == [
        ("Headache", None, "Y", "N", None, -1, None, "9 14"),
        ("Nausea", "acute", "N", "Y", "2", 30, 32, "13"),
    ]
    assert pick(datasets["AE"], "AEACN", "AEOUT", "AESHOSP", "AESDTH") == [
        ("DELAYED", None, "Y", None),
        ("DOSE REDUCED", "RECOVERED/RESOLVED", None, None),
    ]


def test_what_nobody_judged_is_no_cause_and_a_fatal_grade_is_a_death(source):
    """NOT APPLICABLE is a term of C66767; grade 5 of CTCAE is a death related to the event."""
    died = AdverseEvent("Sepsis", "", date(2030, 2, 9), None, 5, True, True, (13,), "not-applicable", is_judged=False)
    made = tabulate(with_subject(source, 0, adverse_events=(died,)))
    assert pick(made["AE"], "AEREL", "AEACN", "AESER", "AESDTH") == [(None, "NOT APPLICABLE", "Y", "Y")]


def test_lesions_and_what_was_measured(datasets):
    site = {"TUEVAL": "INVESTIGATOR"}
    assert pick(datasets["TU"], "TULNKID", "TUORRES", "TULOC", "TUMETHOD", "TUACPTFL", **site) == [
        ("INV-B1", "NON-TARGET", "BONE", "CT SCAN", None),
        ("INV-T1", "TARGET", "LIVER", "CT SCAN", None),
        ("INV-T2", "TARGET", "LYMPH NODE", "MRI", None),
    ]
    assert set(pick(datasets["TU"], "TUEVALID", "TUACPTFL", TUEVAL="INDEPENDENT ASSESSOR")) == {("reader-2", "Y")}
    names = ("TRLNKID", "TRLNKGRP", "TRTESTCD", "TRORRES", "TRORRESU", "TRDY", "TRLOBXFL")
    assert pick(datasets["TR"], *names, TREVAL="INVESTIGATOR") == [
        ("INV-B1", "INV-A0", "TUMSTATE", "PRESENT", None, -5, "Y"),
        ("INV-B1", "INV-A1", "TUMSTATE", "PRESENT", None, 85, None),
        ("INV-T1", "INV-A0", "LDIAM", "50", "mm", -5, "Y"),
        ("INV-T1", "INV-A1", "LDIAM", "30", "mm", 85, None),
        ("INV-T2", "INV-A0", "LPERP", "20", "mm", -5, "Y"),
        ("INV-T2", "INV-A1", "LPERP", "12", "mm", 85, None),
    ]
    assert set(pick(datasets["TU"], "TULOBXFL")) == {("Y",)}


def test_responses_by_reader(datasets):
    """Site: 70 mm became 42, which is -40 %: partial. Reader: 68 became 66: stable. Non-targets are still there."""
    assert pick(datasets["RS"], "RSEVAL", "RSTESTCD", "RSSTRESC", "RSDRVFL") == [
        ("INDEPENDENT ASSESSOR", "NTRGRESP", "NON-CR/NON-PD", "Y"),
        ("INDEPENDENT ASSESSOR", "OVRLRESP", "SD", "Y"),
        ("INDEPENDENT ASSESSOR", "TRGRESP", "SD", "Y"),
        ("INVESTIGATOR", "NTRGRESP", "NON-CR/NON-PD", "Y"),
        ("INVESTIGATOR", "OVRLRESP", "PR", "Y"),
        ("INVESTIGATOR", "TRGRESP", "PR", "Y"),
    ]


def test_further_readers_have_links_of_their_own_and_are_not_accepted(source):
    first = source.facts.subjects[0]
    further = replace(first.readings["masked"], reader="reader-3")
    made = tabulate(with_subject(source, 0, readings=first.readings | {f"{OTHER_READER}reader-3": further}))
    told = pick(made["RS"], "RSLNKGRP", "RSEVALID", "RSACPTFL", RSTESTCD="OVRLRESP", RSEVAL="INDEPENDENT ASSESSOR")
    assert told == [("IND-A1", "reader-2", "Y"), ("IND2-A1", "reader-3", None)]
    lesions = pick(made["TU"], "USUBJID", "TULNKID")
    assert len(set(lesions)) == len(lesions) == 9
    assert set(pick(made["TR"], "USUBJID", "TRLNKID")) == set(lesions)


def test_what_a_site_entered_as_masked_is_nobodys_accepted_reading(source):
    first = source.facts.subjects[0]
    further = replace(first.readings["masked"], reader="reader-3")
    made = tabulate(with_subject(source, 0, readings=first.readings | {f"{UNPROVEN_READER}reader-3": further}))
    told = pick(made["RS"], "RSLNKGRP", "RSEVALID", "RSACPTFL", RSTESTCD="OVRLRESP", RSEVAL="INVESTIGATOR")
    assert told == [("INV-A1", None, None), ("INV2-A1", "reader-3", None)]
    lesions = pick(made["TU"], "USUBJID", "TULNKID")
    assert len(set(lesions)) == len(lesions) == 9


def test_every_link_of_relrec_resolves(datasets):
    relations = {}
    for one in datasets["RELREC"].records():
        relations.setdefault(one["RELID"], {})[one["RELTYPE"]] = (one["RDOMAIN"], one["IDVAR"])
    assert relations == {
        "TUTR": {"ONE": ("TU", "TULNKID"), "MANY": ("TR", "TRLNKID")},
        "TRRS": {"ONE": ("RS", "RSLNKGRP"), "MANY": ("TR", "TRLNKGRP")},
    }
    lesions = pick(datasets["TU"], "USUBJID", "TULNKID")
    assert len(set(lesions)) == len(lesions)
    assert set(pick(datasets["TR"], "USUBJID", "TRLNKID")) == set(lesions)
    linked = [one for one in pick(datasets["RS"], "USUBJID", "RSLNKGRP") if one[1] is not None]
    assert len(set(linked)) == len(linked) == 2
    assert set(linked) < set(pick(datasets["TR"], "USUBJID", "TRLNKGRP"))


def test_the_subjects_of_the_analysis(datasets):
    names = ("SUBJID", "RANDDT", "TRTSDT", "DTHDT", "ITTFL", "SAFFL", "OPERFL", "RESPFL", "EXCLREAS")
    assert pick(datasets["ADSL"], *names) == [
        ("S-001", "2030-01-10", "2030-02-07", None, "Y", "Y", "N", "Y", "operated: no operation took place"),
        (
            "S-002",
            "2030-01-10",
            "2030-02-10",
            "2030-06-01",
            "Y",
            "Y",
            "Y",
            "N",
            "evaluable: no assessment was read by the masked reader",
        ),
    ]


def test_a_time_of_the_dataset_is_one_day_longer_than_ours(datasets):
    """142 days from randomisation to death are AVAL 143; a subject without an event is censored with CNSR 1."""
    names = ("USUBJID", "AVAL", "ADT", "CNSR", "EVNTDESC")
    assert pick(datasets["ADTTE"], *names, PARAMCD="OS") == [
        ("nct05610826-S-001", 90, "2030-04-09", 1, "censored: last-known-alive"),
        ("nct05610826-S-002", 143, "2030-06-01", 0, "death"),
    ]
    assert pick(datasets["ADTTE"], *names, PARAMCD="PFS")[0][1:] == (
        85,
        "2030-04-04",
        1,
        "censored: last-evaluable-assessment",
    )


def test_best_responses(datasets):
    assert pick(datasets["ADRS"], "AVALC", "ADT", "ADY", "AREASN") == [
        ("SD", "2030-04-04", 85, None),
        ("NE", None, None, "no assessment was read by the masked reader"),
    ]


def test_an_event_is_emergent_from_the_first_treatment_on(datasets):
    assert pick(datasets["ADAE"], "AETERM", "AETOXGRN", "ASTDY", "TRTEMFL") == [
        ("Headache", None, -1, None),
        ("Nausea", 2, 30, "Y"),
    ]


def test_the_baseline_is_the_last_value_before_randomisation(datasets):
    assert pick(datasets["ADLB"], "PARAM", "AVAL", "ABLFL", "BASE", "CHG") == [
        ("chromogranin-a", None, None, None, None),
        ("Creatinine (mg/dL)", "0.90", None, "1.10", None),
        ("Creatinine (mg/dL)", "1.10", "Y", "1.10", None),
        ("Creatinine (mg/dL)", "1.00", None, "1.10", "-0.10"),
    ]


def test_a_test_in_two_units_is_two_parameters_and_nothing_is_subtracted_across(source):
    labs = source.facts.subjects[0].labs
    other = (replace(labs[2], value="88", unit="umol/L"), replace(labs[2], on=date(2030, 3, 1), value="1.3"))
    made = with_subject(source, 0, labs=(*labs[:2], *other))
    adlb = make_analysis(made, make_tabulation(made), Results())[-1]
    assert pick(adlb, "PARAMCD", "PARAM", "AVAL", "BASE", "CHG")[1:] == [
        ("CREAT", "Creatinine (mg/dL)", "1.10", "1.10", None),
        ("CREAT", "Creatinine (mg/dL)", "1.3", "1.10", "0.20"),
        ("CREATINI", "Creatinine (umol/L)", "88", None, None),
    ]


def test_nothing_after_the_cut_is_told(source):
    early = replace(source, facts=replace(source.facts, cut_on=date(2030, 2, 9)))
    made = tabulate(early)
    assert pick(made["EX"], "VISIT") == [("cycle-1",)]
    assert made["PR"].rows == made["RS"].rows == ()
    assert pick(made["AE"], "AETERM", "AEENDTC") == [("Headache", None), ("Nausea", None)]
    assert pick(made["DM"], "DTHDTC", SUBJID="S-002") == [(None,)]
    assert "DEATH" not in {one["DSDECOD"] for one in made["DS"].records()}


@pytest.mark.parametrize("name", [*TABULATION, *ANALYSIS])
def test_keys_are_unique(datasets, name):
    keys = pick(datasets[name], *datasets[name].keys)
    assert keys
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys, key=lambda key: [(one is not None, one) for one in key])


@pytest.mark.parametrize("name", OF_SUBJECTS)
def test_every_row_of_a_subject_leads_back_to_the_log(datasets, name):
    assert all(re.fullmatch(r"\d+( \d+)*", one) for (one,) in pick(datasets[name], "SRCEVNT"))


@pytest.mark.parametrize("name", [*TABULATION, *ANALYSIS])
def test_dates_are_iso_8601_and_numbers_are_numbers(datasets, name):
    for column in datasets[name].columns:
        values = [value for (value,) in pick(datasets[name], column.name) if value is not None]
        if column.data_type == "date":
            assert [date.fromisoformat(value).isoformat() for value in values] == values
        elif column.data_type == "decimal":
            assert all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in values)
        else:
            kind = int if column.data_type == "integer" else str
            assert all(type(value) is kind and value != "" for value in values)


@pytest.mark.parametrize("name", [*TABULATION, *ANALYSIS])
def test_values_of_a_code_list_stand_in_it(datasets, name):
    codelists = read_catalogue().codelists
    for column in datasets[name].columns:
        if column.codelist is not None:
            values = {str(value) for (value,) in pick(datasets[name], column.name) if value is not None}
            assert values <= set(codelists[column.codelist].terms)


def test_names_and_labels_are_as_short_as_transport_asks():
    for declared in read_catalogue().datasets.values():
        assert len(declared.label) <= 40
        for column in declared.columns:
            assert re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", column.name)
            assert len(column.label) <= 40, column


# While the arms are pooled


def test_no_arm_is_told_of_a_subject_while_arms_are_pooled(masked, source):
    words = [word for arm in source.protocol.arms for word in (arm.id, arm.label)]
    words += [step for course in source.plan.courses for step in course.steps]
    words += [course.label for course in source.plan.courses]
    words += [one.label for one in source.protocol.interventions]
    words += ["no operation took place", "nothing was given"]
    for name in [*OF_SUBJECTS, "RELREC"]:
        values = {value for row in masked[name].rows for value in row if isinstance(value, str)}
        assert not [(name, value, word) for value in values for word in words if word in value]


def test_no_column_of_arms_is_filled_while_arms_are_pooled(masked):
    columns = ("ARM", "ARMCD", "ACTARM", "ACTARMCD", "TRTP", "TRT01P", "TRTSDT", "TRTEDT", "RFXSTDTC", "RFXENDTC")
    columns += ("RFENDTC", "ACTARMUD", "SEUPDES", "TRT01A", "LBLOBXFL", "TRLOBXFL", "TULOBXFL", "SVREASOC", "VISITDY")
    columns += ("SAFFL", "OPERFL", "RESPFL", "PPROTFL", "EXCLREAS", "CNSDTDSC")
    for name in OF_SUBJECTS:
        for column in columns:
            if column in {one.name for one in masked[name].columns}:
                assert set(pick(masked[name], column)) == {(None,)} or not masked[name].rows


def test_the_course_from_randomisation_on_is_not_told_while_arms_are_pooled(masked):
    assert {name for name in OF_SUBJECTS if not masked[name].rows} == {"EX", "PR", "AE", "RS", "ADRS", "ADAE"}
    told = {"SV": "SVSTDTC", "LB": "LBDTC", "TU": "TUDTC", "TR": "TRDTC", "ADLB": "ADT"}
    for name, column in told.items():
        assert all(day < "2030-01-10" for (day,) in pick(masked[name], column))
    assert pick(masked["SE"], "ETCD") == [("SCREEN",)]
    entries = {
        int(one) for name in OF_SUBJECTS for (some,) in pick(masked[name], "SRCEVNT") if some for one in some.split()
    }
    assert entries.isdisjoint({11, 12, 13, 14, 15, 16, 17, 19, 20})


def test_times_to_an_event_are_the_same_while_arms_are_pooled(masked, datasets):
    names = ("USUBJID", "PARAMCD", "AVAL", "CNSR", "EVNTDESC")
    assert pick(masked["ADTTE"], *names) == pick(datasets["ADTTE"], *names)

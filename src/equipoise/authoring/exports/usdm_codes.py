"""Codes of CDISC controlled terminology that the USDM export writes, each under the word that we have for it.

Only codes seen in CDISC's own USDM samples or in published lists of the USDM code lists and of NCI arm types and trial
phases. A word without one here is written with our own code system, and that is a loss.
"""

from dataclasses import dataclass

from equipoise.protocol.phases import phase_numbers

CDISC = "http://www.cdisc.org"
CDISC_VERSION = "2024-09-27"


@dataclass(frozen=True)
class Term:
    """A code of CDISC controlled terminology and its preferred words."""

    code: str
    decode: str


BRIEF_TITLE = Term("C207615", "Brief Study Title")
OFFICIAL_TITLE = Term("C207616", "Official Study Title")
SPONSOR_ORGANIZATION = Term("C70793", "Clinical Study Sponsor")
REGISTRY_ORGANIZATION = Term("C93453", "Study Registry")
SPONSOR_ROLE = Term("C70793", "Sponsor")
INTERVENTIONAL = Term("C98388", "Interventional Study")
SINGLE_GROUP = Term("C82640", "Single Group Study")
DATA_WITHIN_STUDY = Term("C188866", "Data Generated Within Study")
SCREENING_EPOCH = Term("C202487", "Screening Epoch")
TREATMENT_EPOCH = Term("C101526", "Treatment Epoch")
FOLLOW_UP_EPOCH = Term("C202578", "Follow-Up Epoch")
START_TO_START = Term("C201355", "Start to Start")
AFTER = Term("C201356", "After")
BEFORE = Term("C201357", "Before")
FIXED_REFERENCE = Term("C201358", "Fixed Reference")

CATEGORIES = {
    "inclusion": Term("C25532", "Inclusion Criteria"),
    "exclusion": Term("C25370", "Exclusion Criteria"),
}
ARM_TYPES = {
    "experimental": Term("C174266", "Investigational Arm"),
    "active-comparator": Term("C174267", "Active Comparator Arm"),
    "placebo-comparator": Term("C174268", "Placebo Control Arm"),
    "sham-comparator": Term("C174269", "Sham Comparator Arm"),
    "no-intervention": Term("C174270", "No Intervention Arm"),
    "other": Term("C17649", "Other"),
}
INTERVENTION_TYPES = {"drug": Term("C1909", "Pharmacologic Substance")}
INTERVENTION_ROLES = {
    "experimental": Term("C41161", "Experimental Intervention"),
    "active-comparator": Term("C68609", "Active Comparator"),
    "placebo-comparator": Term("C753", "Placebo"),
}
OBJECTIVE_LEVELS = {"primary": Term("C85826", "Primary Objective"), "secondary": Term("C85827", "Secondary Objective")}
ENDPOINT_LEVELS = {"primary": Term("C94496", "Primary Endpoint"), "secondary": Term("C139173", "Secondary Endpoint")}
_PHASES = {
    "0": Term("C54721", "Phase 0 Trial"),
    "1": Term("C15600", "Phase I Trial"),
    "1/2": Term("C15693", "Phase I/II Trial"),
    "2": Term("C15601", "Phase II Trial"),
    "2/3": Term("C15694", "Phase II/III Trial"),
    "3": Term("C15602", "Phase III Trial"),
    "4": Term("C15603", "Phase IV Trial"),
}


def phase_term(words: str) -> Term | None:
    """The term of a phase, None when it has none."""
    return _PHASES.get(phase_numbers(words))

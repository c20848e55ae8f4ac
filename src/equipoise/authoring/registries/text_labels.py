"""The headings and field names of registries' plain-text pages, and which fact each one names.

A line is looked up by its words alone. Some names ("Age", "Status") are also words for a heading inside a list of
criteria: those end the list only where the value after them proves that they are fields.
"""

import re
from dataclasses import dataclass

from equipoise.authoring.registries.ages import read_ages
from equipoise.authoring.registries.vocabulary import plain, read_sex, read_status, read_yes_no

_NAMES = {
    "title": "title; brief title; study title; public title; trial title",
    "official-title": "official title; scientific title; full title",
    "id": "nct id; nct number; nct no; clinicaltrials gov id; clinicaltrials gov identifier; registry identifier; "
    "trial id; identifier; clinicaltrials gov number; trial number; registration number; study identifier",
    "other-ids": "other study id numbers; other ids; secondary ids; other identifiers; unique protocol id; "
    "organization s unique protocol id; eudract number; protocol number",
    "conditions": "condition; conditions; condition or disease; condition disease; disease; "
    "conditions or focus of study; health condition; health conditions; indication; medical condition",
    "keywords": "keywords; keyword; key words",
    "study-type": "study type; type of study; trial type",
    "phase": "phase; study phase; trial phase; phases",
    "sponsor": "sponsor; lead sponsor; study sponsor; primary sponsor; sponsored by",
    "collaborators": "collaborators; collaborator; sponsors and collaborators; sponsor collaborators",
    "status": "status; recruitment status; recruiting status; overall status; overall recruitment status; "
    "study status; trial status; current status",
    "sex": "sex; sexes; gender; genders; sexes eligible for study; genders eligible for study; sex eligible for study; "
    "eligible sex; sex gender; eligible sexes",
    "age": "age; ages; age group; age range; ages eligible for study; ages eligible; eligible ages; eligible age; "
    "age eligible for study; age limits",
    "minimum-age": "minimum age; age minimum; min age; minimum age eligible",
    "maximum-age": "maximum age; age maximum; max age; maximum age eligible",
    "healthy": "accepting healthy volunteers; accepts healthy volunteers; healthy volunteers; "
    "healthy volunteers accepted; healthy volunteers allowed",
    "date:start": "study start; start date; study start date; actual study start date; estimated study start date; "
    "study start actual; study start estimated; trial start date; anticipated start date",
    "date:first-posted": "first posted; study first posted; first posted date; date first posted; first registered",
    "date:primary-completion": "primary completion; primary completion date; estimated primary completion date; "
    "actual primary completion date; primary completion actual; primary completion estimated",
    "date:completion": "study completion; completion date; study completion date; estimated study completion date; "
    "actual study completion date; study completion actual; study completion estimated",
    "date:last-update-posted": "last update posted; last updated; last update; last update posted date; last verified",
    "design:enrolment": "enrollment; enrolment; estimated enrollment; actual enrollment; target sample size; "
    "target enrollment; enrollment estimated; enrollment actual; number of participants",
    "design:allocation": "allocation",
    "design:intervention-model": "intervention model; interventional model; intervention assignment",
    "design:masking": "masking; blinding",
    "design:primary-purpose": "primary purpose",
    "sites": "sites locations; locations; location; study locations; sites; contacts and locations; trial sites; "
    "study sites; trial locations; recruiting locations; where is this trial taking place",
    "contacts": "contacts; contact; study contact; study contacts; contact information; central contacts; "
    "central contact; study officials; investigators; principal investigator; overall officials; contact person",
    "arms": "arms of the study; arms; study arms; arms and interventions; arm groups; arms groups and interventions; "
    "arms interventions; treatment arms; participant group arm; participant groups",
    "interventions": "interventions; intervention; intervention treatment; interventions treatments",
    "outcomes:primary": "primary outcome measures; primary outcome measure; primary outcomes; primary outcome; "
    "primary endpoint; primary endpoints",
    "outcomes:secondary": "secondary outcome measures; secondary outcome measure; secondary outcomes; "
    "secondary outcome; secondary endpoint; secondary endpoints",
    "outcomes:other": "other outcome measures; other outcomes; other pre specified outcome measures; "
    "exploratory outcomes; exploratory endpoints; tertiary outcomes",
    "outcomes": "outcome measures; study outcomes; outcomes; what is the study measuring",
    "about": "about this trial; about this study",
    "summary": "brief summary; summary; study overview; study description; detailed description; description; "
    "overview; purpose; background; study details; trial summary; trial description; purpose of the study",
    "eligibility": "eligibility criteria; eligibility; participation criteria; criteria; who can participate; "
    "eligibility and criteria; who can take part; who can join",
    "other": "study design; study plan; design details; study record dates; publications; references; "
    "more information; more info; additional information; study documents; responsible party; history of changes; "
    "how is the study designed; tracking information; terms related to this study; resource links; trial design; "
    "plan for individual participant data ipd; plan for individual participant data; ipd sharing statement; "
    "administrative information; results; links; funding; ethics; timeline; study data documents; layout",
}
KEYS = {name.strip(): key for key, names in _NAMES.items() for name in names.split(";")}

# Names that a list of criteria may hold as a heading of its own.
_AMBIGUOUS_NAMES = (
    "title; identifier; condition; conditions; disease; health condition; health conditions; medical condition; "
    "indication; phase; phases; status; current status; sex; sexes; gender; genders; age; ages; age range; age limits; "
    "healthy volunteers; location; sites; summary; description; overview; purpose; background; participant groups; "
    "criteria; eligibility; eligibility criteria; participation criteria; funding; ethics; blinding; allocation; "
    "masking; layout; timeline; primary endpoint; secondary endpoint; enrollment; enrolment; investigators"
)
# Names that may be a heading among criteria when a colon follows, and end them when they stand alone.
_COLON_NAMES = "interventions; intervention; arms; outcomes; results; references; links"
_AMBIGUOUS = frozenset(name.strip() for name in _AMBIGUOUS_NAMES.split(";"))
_WITH_COLON = frozenset(name.strip() for name in _COLON_NAMES.split(";"))
_FIRST_WORDS = frozenset(name.split()[0] for name in KEYS)
_FIRST_WORD = re.compile(r"[\W_]*([^\W_]+)")
_LONGEST = 90
_INLINE = re.compile(r"\s*(?P<name>[A-Za-z][\w /().&'-]{1,60}?)\s*(?::|\t|\||\s[-–]\s)\s*(?P<value>\S.*)?")
_PARENS = re.compile(r"\(.*?\)")
_ADORNMENT = " \t#*_-•=>:"


@dataclass(frozen=True)
class Label:
    """
    A line that names a fact: its key, the end of its name in the line, and the value that stands in the same line.

    `is_field_name`: the name can be nothing but a registry's, even among criteria.
    """

    key: str
    name_end: int
    value: str
    is_field_name: bool


def read_label(line: str) -> Label | None:
    """The label that a line is, or begins with (`Sex: All`); None for any other line."""
    first = _FIRST_WORD.match(line[:_LONGEST])
    if first is None or first.group(1).lower() not in _FIRST_WORDS:
        return None  # most lines: no name begins so
    if len(line) <= _LONGEST:
        name = plain(_PARENS.sub(" ", line.strip(_ADORNMENT)))
        if name in KEYS:
            is_alone = name not in _WITH_COLON or line.strip().isalpha()
            return Label(KEYS[name], len(line.rstrip()), "", name not in _AMBIGUOUS and is_alone)
    found = _INLINE.match(line)
    name = plain(_PARENS.sub(" ", found.group("name"))) if found else ""
    if found is None or name not in KEYS:
        return None
    value = (found.group("value") or "").strip()
    return Label(KEYS[name], found.end("name"), value, name not in _AMBIGUOUS and name not in _WITH_COLON)


def proves_field(key: str, value: str) -> bool:
    """Whether a value can only be that of the registry's field of this key."""
    if key == "sex":
        return read_sex(value) is not None
    if key == "age":
        ages = read_ages(value)
        return ages.is_understood and bool(ages.minimum or ages.maximum or ages.groups)
    if key == "healthy":
        return read_yes_no(value) is not None
    if key == "status":
        return read_status(value) is not None
    return key == "phase" and re.fullmatch(r"(early )?phase [1-4]( phase [1-4])?|n a", plain(value)) is not None

"""One generated patient's chart: writes FHIR R4 resources as JSON lines and keeps the intended truths.

This module knows the shape of resources and nothing of medicine: which record says what is decided by the modules
by theme. JSON is built from text fragments, several times faster than from dictionaries; every text that goes in is
a constant of this package, an ISO date or a number, so nothing needs escaping. `unit/synthetic` parses every line.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import TypeVar

from equipoise.synthetic.truth import AMENDED, CRITERIA, ORIGINAL, Known

RESOURCES = (
    "Patient",
    "Condition",
    "Observation",
    "MedicationRequest",
    "MedicationAdministration",
    "Procedure",
    "Encounter",
)
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
UCUM = "http://unitsofmeasure.org"
LOCAL = "https://equipoise.dev/codes"
_STATUS = "http://terminology.hl7.org/CodeSystem/condition-"
_CONDITION_STATUS = {
    (clinical, verification): (
        f'"clinicalStatus":{{"coding":[{{"system":"{_STATUS}clinical","code":"{clinical}"}}]}},' if clinical else ""
    )
    + (
        f'"verificationStatus":{{"coding":[{{"system":"{_STATUS}ver-status","code":"{verification}"}}]}},'
        if verification
        else ""
    )
    for clinical in ("active", "resolved", "")
    for verification in ("confirmed", "refuted", "entered-in-error", "provisional", "differential", "unconfirmed", "")
}
T = TypeVar("T")
_CLOCK = ("", "T07:45:00+01:00", "T08:30:00Z", "T16:05:12-05:00", "T11:20:00.000+01:00")


@lru_cache(maxsize=4096)
def coding(*pairs: tuple[str, str], text: str = "") -> str:
    """A CodeableConcept as JSON from (system, code) pairs."""
    codings = ",".join(f'{{"system":"{system}","code":"{code}"}}' for system, code in pairs)
    parts = ([f'"coding":[{codings}]'] if pairs else []) + ([f'"text":"{text}"'] if text else [])
    return "{" + ",".join(parts) + "}"


def _time(name: str, when: str, until: str) -> str:
    """A time member with the comma before it; none for an empty `when`."""
    if until:
        return f',"{name}Period":{{"start":"{when}","end":"{until}"}}'
    return f',"{name}DateTime":"{when}"' if when else ""


@lru_cache(maxsize=4096)
def local(code: str) -> str:
    return coding((LOCAL, code))


@lru_cache(maxsize=8)
class Calendar:
    """ISO texts of the days around `as_of`, made once for all patients."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self._texts: dict[int, str] = {}

    def iso(self, days_ago: int) -> str:
        """The day so many days before `as_of` (negative: after it)."""
        text = self._texts.get(days_ago)
        if text is None:
            text = self._texts[days_ago] = (self.as_of - timedelta(days=days_ago)).isoformat()
        return text


class Chart:
    """The records of patient `k` and what they must come to."""

    __slots__ = (
        "as_of",
        "attested",
        "birth",
        "is_covered",
        "is_female",
        "iso",
        "lines",
        "number",
        "pid",
        "rng",
        "truths",
        "years",
    )

    def __init__(self, k: int, seed: int, as_of: date) -> None:
        self.rng = Random(f"{seed}:{k}")
        self.pid = f"p{k:07d}"
        self.as_of = as_of
        self.iso = Calendar(as_of).iso
        self.lines: dict[str, list[str]] = {name: [] for name in RESOURCES}
        self.truths: dict[tuple[str, str], Known] = {}
        self.attested: list[tuple[str, ...]] = []
        self.number = 0
        self.is_covered = True
        self.is_female: bool | None = None
        self.years: int | None = None
        self.birth: date | None = None

    # --- intended truths

    def say(self, criterion_id: str, known: Known, amended: Known | None = None) -> None:
        """Fix what a criterion must come to, the same in both versions unless `amended` says otherwise."""
        self.truths[ORIGINAL, criterion_id] = known
        self.truths[AMENDED, criterion_id] = amended or known

    def truth_rows(self) -> Iterable[tuple[str, ...]]:
        for version, criteria in CRITERIA.items():
            for criterion_id in criteria:
                known = self.truths[version, criterion_id]
                yield (self.pid, version, criterion_id, known.truth.value, known.cause, known.why)

    # --- drawing

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.rng.random() * len(options))]

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both inside; the ends are drawn often, because limits are there."""
        draw = self.rng.random()
        if draw < 0.1:
            return low
        if draw > 0.9:
            return high
        return low + int(self.rng.random() * (high - low + 1))

    def moment(self, days_ago: int) -> str:
        """That day as a FHIR dateTime: half of them without a clock time."""
        draw = self.rng.random()
        return self.iso(days_ago) + ("" if draw < 0.5 else _CLOCK[int(draw * 10) - 5])

    # --- resources

    def _head(self, resource: str) -> str:
        self.number += 1
        return f'{{"resourceType":"{resource}","id":"{self.pid}-{self.number}",'

    def _subject(self) -> str:
        """A reference to the patient in one of the forms that exports use."""
        draw = self.rng.random()
        if draw < 0.8:
            form = f"Patient/{self.pid}"
        elif draw < 0.93:
            form = f"https://fhir.hospital.example/r4/Patient/{self.pid}"
        else:
            form = f"Patient/{self.pid}/_history/2"
        return f'"subject":{{"reference":"{form}"}}'

    def observation(
        self, code: str, value: str, when: str, *, status: str = "final", extra: str = "", is_period: bool = False
    ) -> None:
        """
        Write an Observation.

        `code` and `value` are JSON (a CodeableConcept; `"valueX":...` with its key, or empty), `when` is an ISO
        text or empty, `extra` more JSON members, each with a comma in front.
        """
        time = f',"effectiveDateTime":"{when}"' if when else ""
        if is_period:
            time = f',"effectivePeriod":{{"start":"{when}","end":"{when}"}}'
        self.lines["Observation"].append(
            f'{self._head("Observation")}"status":"{status}","code":{code},{self._subject()}{time}'
            f"{',' if value else ''}{value}{extra}}}\n"
        )

    def answer(self, code: str, word: str, days_ago: int) -> None:
        """An answer in the local code system, as coded value or as text."""
        value = f'"valueCodeableConcept":{local(word)}' if self.chance(0.6) else f'"valueString":"{word}"'
        self.observation(local(code), value, self.moment(days_ago))

    def attest(self, code: str, word: str, days_ago: int, *, role: str = "investigator") -> None:
        """An answer given by a person, for the attestation file."""
        number = len(self.attested) + 1
        self.attested.append((self.pid, f"{self.pid}-a{number}", code, word, f"{role}-1", role, self.iso(days_ago), ""))

    def condition(
        self,
        code: str,
        *,
        onset: str = "",
        abated: str = "",
        clinical: str = "active",
        verification: str = "confirmed",
        recorded: str = "",
    ) -> None:
        """Write a Condition; `onset` and `abated` are JSON members without their comma, `recorded` an ISO text."""
        members = "".join("," + member for member in (onset, abated) if member)
        if recorded:
            members += f',"recordedDate":"{recorded}"'
        self.lines["Condition"].append(
            f'{self._head("Condition")}{_CONDITION_STATUS[clinical, verification]}"code":{code},'
            f"{self._subject()}{members}}}\n"
        )

    def procedure(self, code: str, when: str, *, status: str = "completed", until: str = "") -> None:
        """Write a Procedure on one day, over a period when `until` is given, or undated when `when` is empty."""
        time = _time("performed", when, until)
        self.lines["Procedure"].append(
            f'{self._head("Procedure")}"status":"{status}","code":{code},{self._subject()}{time}}}\n'
        )

    def order(self, code: str, authored: str, *, status: str = "active") -> None:
        """Write a MedicationRequest: an order that nothing shows to have been given."""
        self.lines["MedicationRequest"].append(
            f'{self._head("MedicationRequest")}"status":"{status}","intent":"order","medicationCodeableConcept":{code},'
            f'{self._subject()},"authoredOn":"{authored}"}}\n'
        )

    def administration(self, code: str, when: str, *, status: str = "completed", until: str = "") -> None:
        """Write a MedicationAdministration; one in eight names its drug by a contained Medication."""
        time = _time("effective", when, until)
        if self.chance(0.125):
            drug = f'"contained":[{{"resourceType":"Medication","id":"drug","code":{code}}}],'
            drug += '"medicationReference":{"reference":"#drug"}'
        else:
            drug = f'"medicationCodeableConcept":{code}'
        self.lines["MedicationAdministration"].append(
            f'{self._head("MedicationAdministration")}"status":"{status}",{drug},{self._subject()}{time}}}\n'
        )

    def encounter(self, days_ago: int, nights: int = 0) -> None:
        """Write a finished Encounter."""
        start, end = self.moment(days_ago), self.iso(days_ago - nights)
        kind = "IMP" if nights else "AMB"
        self.lines["Encounter"].append(
            f'{self._head("Encounter")}"status":"finished","class":{{"system":'
            f'"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{kind}"}},{self._subject()},'
            f'"period":{{"start":"{start if not nights else self.iso(days_ago)}","end":"{end}"}}}}\n'
        )

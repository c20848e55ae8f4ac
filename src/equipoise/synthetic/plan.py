"""Who a generated patient is and what each criterion is to do to the enrolment, drawn before any record exists.

Shares of profiles are ours, chosen so that every list of a screening report has people in it; they are no
epidemiology (PanNET is rare: about 1.5 per 100,000 and year by 2018, Oncologist 2022;27:573).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from equipoise.synthetic.truth import CRITERIA, ORIGINAL, Want

DEFAULT_PANNET_SHARE = 0.2
DEFAULT_CANDIDATE_SHARE = 0.0
_FACTS_OF_ONCOLOGY_CARE = ("E2", "E3", "E6", "E7", "E8", "E9", "E10", "E11", "I5", "I6")


_OPEN_TO_THE_RECORD = ("I2", "I4", "E5", "E6", "E7", "E8", "E12")
"""Criteria that one or two missing facts of the record leave open."""
_OPEN_TO_PEOPLE = ("I3", "E13", "E17")
_CHANGED_BY_AMENDMENT = ("E2", "E3")


class Profile(StrEnum):
    """
    CLEAN passes everything, NEAR all but one to three criteria; MIXED draws each; OTHER has another cancer.

    CANDIDATE is for showing: nothing blocks but what the amendment may lift, and a few facts are open or none.
    """

    CLEAN = "clean"
    NEAR = "near"
    MIXED = "mixed"
    OTHER = "other"
    CANDIDATE = "candidate"


@dataclass(frozen=True)
class Plan:
    """The profile and the wanted effect of each criterion (identifiers of the original version)."""

    profile: Profile
    wants: Mapping[str, Want]

    def __getitem__(self, criterion_id: str) -> Want:
        return self.wants[criterion_id]


def draw_plan(rng: Random, pannet_share: float, candidate_share: float = DEFAULT_CANDIDATE_SHARE) -> Plan:
    """The plan of one patient; `candidate_share` is the part of the PanNET patients that are candidates."""
    profile = _profile(rng, pannet_share, candidate_share)
    criteria = CRITERIA[ORIGINAL]
    if profile is Profile.CLEAN:
        return Plan(profile, dict.fromkeys(criteria, Want.PASS))
    if profile is Profile.CANDIDATE:
        return Plan(profile, dict.fromkeys(criteria, Want.PASS) | _candidate_wants(rng))
    if profile is Profile.NEAR:
        wants = dict.fromkeys(criteria, Want.PASS)
        for criterion_id in rng.sample(criteria, rng.randint(1, 3)):
            wants[criterion_id] = Want.OPEN if rng.random() < 0.8 else Want.BLOCK
        return Plan(profile, wants)
    if profile is Profile.MIXED:
        return Plan(profile, {name: _want(rng, 0.70, 0.14) for name in criteria})
    wants = {
        name: _want(rng, 0.70, 0.12) if name in _FACTS_OF_ONCOLOGY_CARE else _want(rng, 0.2, 0.1) for name in criteria
    }
    wants["I1"] = Want.BLOCK if rng.random() < 0.95 else Want.OPEN
    return Plan(profile, wants)


def _profile(rng: Random, pannet_share: float, candidate_share: float) -> Profile:
    if rng.random() >= pannet_share:
        return Profile.OTHER
    draw = rng.random()
    others = 1 - candidate_share
    if draw >= others:
        return Profile.CANDIDATE
    # Without candidates this is a division by one: populations of earlier seeds stay as they were.
    draw /= others
    return Profile.CLEAN if draw < 0.08 else Profile.NEAR if draw < 0.4 else Profile.MIXED


def _candidate_wants(rng: Random) -> dict[str, Want]:
    """What a candidate does not pass: nothing, facts of the record, questions for people, or the old washouts."""
    draw = rng.random()
    if draw < 0.10:
        return {}
    if draw < 0.28:
        return dict.fromkeys(rng.sample(_OPEN_TO_THE_RECORD, 1), Want.OPEN)
    if draw < 0.63:
        return dict.fromkeys(rng.sample(_OPEN_TO_PEOPLE, rng.randint(1, 2)), Want.OPEN)
    if draw < 0.84:
        return dict.fromkeys(rng.sample(_OPEN_TO_THE_RECORD, rng.randint(3, 4)), Want.OPEN)
    return {rng.choice(_CHANGED_BY_AMENDMENT): Want.BLOCK}


def _want(rng: Random, passes: float, blocks: float) -> Want:
    draw = rng.random()
    return Want.PASS if draw < passes else Want.BLOCK if draw < passes + blocks else Want.OPEN

"""The place for an outside proposer: something that a site runs itself and that offers rules for criteria.

Decides how a proposal is taken in: it must name a criterion, say who proposes it and why, and be executable. It then
stands in the draft with `status: proposed` and changes nothing until a person accepts it. No proposer ships.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise.authoring.compiling.criterion import NAMED_WINDOWS
from equipoise.authoring.drafting.draft import Draft, DraftCriterion
from equipoise.criteria.truth import Kind
from equipoise.errors import Fault, UnreadableInputError
from equipoise.protocol.rule_forms import RuleContext
from equipoise.protocol.rules import collect_rule
from equipoise.terminology.concepts import Concept

KEYS = ("criterion", "by", "because", "rule")


@dataclass(frozen=True)
class OutsideProposal:
    """A rule that someone or something outside offers for one criterion."""

    criterion: str
    by: str
    because: str
    rule: Mapping[str, Any]


def read_proposals(path: Path) -> tuple[OutsideProposal, ...]:
    """
    Proposals of a file with one JSON object on each line: criterion, by, because, rule.

    Raises
    ------
    UnreadableInputError
        With every line that is no proposal.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # other marks that end lines may stand in the words
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(str(path), "cannot be read as UTF-8 text", "Give a file with one JSON object on each line.")
        raise UnreadableInputError("No proposals were read.", [fault]) from error
    found: list[OutsideProposal] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            _read_line(line, f"{path.name} line {number}", found, faults)
    if faults:
        raise UnreadableInputError(f"{path}: not every line is a proposal.", faults)
    return tuple(found)


def _read_line(line: str, where: str, found: list[OutsideProposal], faults: list[Fault]) -> None:
    try:
        entry = json.loads(line)
    except ValueError:
        faults.append(Fault(where, "this is no JSON", "Write one object on each line."))
        return
    missing = [key for key in KEYS if not isinstance(entry, dict) or not entry.get(key)]
    if missing or not isinstance(entry["rule"], dict):
        what = f"lacks {', '.join(missing)}" if missing else "its rule is no mapping"
        faults.append(Fault(where, what, f"Each proposal has {', '.join(KEYS)}."))
        return
    criterion, by, because = (str(entry[key]) for key in KEYS[:3])
    found.append(OutsideProposal(criterion, by, because, entry["rule"]))


def check_proposals(proposals: Sequence[OutsideProposal], draft: Draft, library: Mapping[str, Concept]) -> None:
    """
    Refuse proposals that could never be accepted.

    Raises
    ------
    UnreadableInputError
        With every proposal that names no criterion of the draft, or whose rule cannot be executed.
    """
    known: dict[str, DraftCriterion] = {criterion.id: criterion for criterion in draft.criteria}
    faults = []
    for proposal in proposals:
        criterion = known.get(proposal.criterion)
        if criterion is None:
            what = f"there is no criterion {proposal.criterion!r}"
            faults.append(Fault(f"proposal by {proposal.by}", what, f"Criteria: {', '.join(known)}."))
            continue
        context = RuleContext(library, NAMED_WINDOWS, criterion.kind or Kind.INCLUSION)
        collect_rule(dict(proposal.rule), context, ())
        faults += [
            Fault(f"{proposal.criterion}, proposal by {proposal.by}", what, do) for _, what, do in context.faults
        ]
    if faults:
        raise UnreadableInputError("Proposals cannot be taken into the draft.", faults)


def with_proposals(data: dict[str, Any], proposals: Sequence[OutsideProposal]) -> dict[str, Any]:
    """The content of a protocol file with proposals at their criteria, each waiting for a person."""
    version = data["versions"][0]
    for side in ("inclusion", "exclusion", "gates"):
        for criterion in version.get(side, []):
            offered = [each for each in proposals if each.criterion == criterion["id"]]
            if offered:
                criterion["proposals"] = [
                    {"by": each.by, "because": each.because, "rule": dict(each.rule), "status": "proposed"}
                    for each in offered
                ]
    return data

"""What differs between the analysis plans of two versions, a sentence for each part: added, removed, or what changed.

Decides which parts there are; how a change is worded is `plan_changes`. Sets, endpoints, estimands and analyses are
told apart by their ids.
"""

from collections.abc import Mapping
from typing import Any

from equipoise.protocol.analysis_plan import AnalysisPlan
from equipoise.protocol.plan_changes import say_changes

_PARTS: Mapping[str, str] = {
    "sets": "set",
    "endpoints": "endpoint",
    "estimands": "estimand",
    "analyses": "analysis",
}


def compare_analyses(before: AnalysisPlan | None, now: AnalysisPlan | None) -> tuple[str, ...]:
    """
    Every part of the analysis plan that differs, in the order of the earlier one; added ones last.

    Returns
    -------
    tuple of str
        `endpoint pfs: missed visits 2 -> 3`; empty when the plans are the same.
    """
    if before is None or now is None:
        added = "the analysis plan is added" if before is None else "the analysis plan is removed"
        return () if before is now else (added,)
    return say_changes(_parts(before), _parts(now))


def _parts(plan: AnalysisPlan) -> dict[str, dict[str, Any]]:
    written = plan.model_dump(mode="json")
    # A rule of a set is a word, and not one of criteria, which are only said to be another.
    written["sets"] = [{"id": each.id, "label": each.label, "members": each.rule.value} for each in plan.sets]
    whole = {"the plan": {"label": written["label"], "control": written["control"]}}
    therapy = {"new anticancer therapy": {"concepts": sorted(plan.new_therapies)}}
    return whole | therapy | {f"{word} {part['id']}": part for key, word in _PARTS.items() for part in written[key]}

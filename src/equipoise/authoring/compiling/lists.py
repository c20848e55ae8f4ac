"""A criterion that is a list: a lead-in with entries under it.

Decides how the entries are joined by what leads them in ("any of the following", "all of the following"), and what of
the lead-in each of them inherits: its words, its time, its denial. Each entry is compiled as the sentence it stands
for.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from equipoise.authoring.compiling.criterion import Setup, compile_text
from equipoise.authoring.model import Item, Outcome, RuleDraft
from equipoise.criteria.truth import Kind

_FOLLOWING = re.compile(
    r"[,:;]?\s*\(?\s*(?:(?:with|including|include|includes|such\s+as|defined\s+(?:as|by)|as\s+defined\s+by|meeting|meet|as|by|of|has|have)\s+)*"
    r"(?P<how>any(?:\s+one)?(?:\s+or\s+more)?|one(?:\s+or\s+more)?|at\s+least\s+(?P<n>\w+)|either|all|each|both)?"
    r"(?:\s+of)?\s*(?:the\s+)?(?:following|these|below)?(?:\s+(?:criteria|conditions|findings|parameters|features|requirements|tests|values|limits|"
    r"situations|circumstances|events|diseases|disorders))*\s*\)?\s*[:\-–]?\s*$",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"(?:\bfollowing\b|\bincluding\b|\bbelow\b|\bdefined\s+(?:as|by)\b|:\s*$|\bof\s+these\b)", re.IGNORECASE
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_INHERITED = re.compile(
    r"\b(?:history|within|in\s+the\s+(?:past|last)|no|not|without|absence|current|active|prior|previous)\b",
    re.IGNORECASE,
)


def compile_list(items: Sequence[Item], kind: Kind, *, prefix: str, setup: Setup) -> RuleDraft:
    """
    The rule of a lead-in (the first item) with everything that stands under it.

    Entries of deeper levels are read as entries of their own list.
    """
    head, children = items[0], items[1:]
    lead = _lead_of(head.text)
    if lead is None:
        return _beside(head, children, kind, prefix, setup)
    words, how, number = lead
    tops = _tops(head, children)
    drafts = [
        _entry(words, [top, *_below(top, children)], kind, f"{prefix}-{number_}", setup)
        for number_, top in enumerate(tops, start=1)
    ]
    rules = [dict(draft.rule) for draft in drafts]
    if number is not None and 1 < number < len(rules):
        rule: dict[str, Any] = {"at_least": number, "of": rules}
    else:
        rule = _joined(rules, is_any=how == "any" or (how == "" and kind is Kind.EXCLUSION))
    checks = (
        ()
        if how
        else (f"the list under “{head.text}” is read as {'any' if kind is Kind.EXCLUSION else 'all'} of its entries",)
    )
    return _merged(drafts, rule, checks)


def _lead_of(text: str) -> tuple[str, str, int | None] | None:
    """The words that a lead-in gives to each entry, how it joins them, and of how many; None when it leads nothing in."""
    if not _LEADS.search(text):
        return None
    found = _FOLLOWING.search(text)
    words = text[: found.start()] if found else text.rstrip(" :")
    how, number = "", None
    if found and found["how"]:
        said = " ".join(found["how"].casefold().split())
        number = _NUMBERS.get((found["n"] or "").casefold())
        how = "all" if said in ("all", "each", "both") else "any"
        number = number if said.startswith("at least") else None
    return words.strip(" ,;:-–("), how, number


def _tops(head: Item, children: Sequence[Item]) -> list[Item]:
    return [item for item in children if item.parent == head.index] or list(children)


def _below(top: Item, children: Sequence[Item]) -> list[Item]:
    known, found = {top.index}, []
    for item in children:
        if item.parent in known:
            known.add(item.index)
            found.append(item)
    return found


def _entry(words: str, group: Sequence[Item], kind: Kind, prefix: str, setup: Setup) -> RuleDraft:
    """One entry, with the words of the lead-in that bind it (a time, a history, a denial)."""
    top = group[0]
    text = f"{words} {top.text}" if words and _INHERITED.search(words) else top.text
    if len(group) > 1 and _lead_of(top.text) is not None:
        return compile_list(group, kind, prefix=prefix, setup=setup)
    draft = compile_text(text, kind, prefix=prefix, setup=setup)
    if len(group) == 1:
        return draft
    rest = [
        compile_text(item.text, kind, prefix=f"{prefix}-{n}", setup=setup) for n, item in enumerate(group[1:], start=1)
    ]
    drafts = [draft, *rest]
    return _merged(drafts, _joined([dict(each.rule) for each in drafts], is_any=kind is Kind.EXCLUSION), ())


def _beside(head: Item, children: Sequence[Item], kind: Kind, prefix: str, setup: Setup) -> RuleDraft:
    """Entries under a sentence that does not lead them in: they may explain, narrow or widen it; a person says which."""
    words = " ".join(item.text for item in (head, *children))
    draft = compile_text(words, kind, prefix=prefix, setup=setup)
    if draft.outcome is Outcome.REFUSED:
        return draft
    name = f"ask-{prefix}-list"
    question = {
        "label": head.text[:80],
        "kind": "coded",
        "decided_by": "person",
        "answers": {"yes": ["true"], "no": ["false"]},
        "question": f"Does this hold for the patient: “{words}”?",
        "source": "the entries under the sentence explain, narrow or widen it: the text does not say",
    }
    check = "no rule is certain: entries stand under a sentence that does not lead them in"
    return RuleDraft(Outcome.REFUSED, {"latest": name, "is": "yes"}, {name: question}, {}, (check,), draft.arm)


def _joined(rules: list[dict[str, Any]], *, is_any: bool) -> dict[str, Any]:
    return rules[0] if len(rules) == 1 else {"any" if is_any else "all": rules}


def _merged(drafts: Sequence[RuleDraft], rule: Mapping[str, Any], checks: tuple[str, ...]) -> RuleDraft:
    outcomes = {draft.outcome for draft in drafts}
    if len(outcomes) == 1:
        outcome = outcomes.pop()
    else:
        outcome = Outcome.PARTLY if outcomes - {Outcome.ASKED, Outcome.REFUSED} else Outcome.REFUSED
    concepts = {name: entry for draft in drafts for name, entry in draft.concepts.items()}
    readings = {name: because for draft in drafts for name, because in draft.readings.items()}
    said = tuple(dict.fromkeys([*checks, *(check for draft in drafts for check in draft.checks)]))
    arm = next((draft.arm for draft in drafts if draft.arm), "")
    return RuleDraft(outcome, rule, concepts, readings, said, arm)

"""A criterion that is a list: a lead-in with entries under it.

Decides how the entries are joined by what leads them in ("any of the following", "all of the following"), and what of
the lead-in each inherits: whom it is asked of, its time, its denial. A lead-in that says more than that may be
explained, narrowed or widened by its entries, and is not certain; only a class "including" its members is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from equipoise.authoring.compiling.criterion import Setup, compile_text
from equipoise.authoring.compiling.cues import strip_cues
from equipoise.authoring.compiling.naming import Declarations
from equipoise.authoring.freetext.windows.windows import find_windows
from equipoise.authoring.model import Item, Outcome, RuleDraft
from equipoise.criteria.truth import Kind

_FOLLOWING = re.compile(
    r"[,:;]?\s*\(?\s*(?:(?:with|such\s+as|as\s+defined\s+by|defined\s+(?:as|by)|meeting|meets?|as|by|of|has|have)\s+)*"
    r"(?P<including>(?:including|includes?|such\s+as)(?:\s+but\s+not\s+limited\s+to)?\s*)?"
    r"(?P<how>some\s+or\s+all|any(?:\s+one)?(?:\s+or\s+more)?|one(?:\s+or\s+more)?|at\s+least\s+(?P<n>\w+)|either|all"
    r"|each|both)?(?:\s+of)?\s*(?:the\s+)?(?:following|these|below)?"
    r"(?:\s+(?:criteria|conditions|findings|parameters|features|requirements|tests|values|limits|situations"
    r"|circumstances|events|diseases|disorders))*\s*\)?\s*[:\-–]?\s*$",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"\bfollowing\b|\binclud(?:ing|es?)\b|\bbelow\b|\bdefined\s+(?:as|by)\b|:\s*$|\bof\s+these\b", re.IGNORECASE
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_IDLE = re.compile(
    r"[\s,.:;]*(?:\b(?:of|an?|any|the|or|and|have|has|had|with|by|in|meets?|must|should|be|is|are|patients?|subjects?"
    r"|participants?|history|evidence|presence|diagnosis|known|documented|conditions?|will|excluded|eligible|if|who"
    r"|they|one|prior|previous)\b[\s,.:;]*)*",
    re.IGNORECASE,
)


_EXCEPTS = re.compile(r"(?:excluding|except|but\s+not|unless|other\s+than)\b", re.IGNORECASE)
_JOINS = re.compile(r"^(?:or|and)\s+|[,;]?\s+(?:or|and)[,;.]?\s*$", re.IGNORECASE)
_ENDS_JOINING = re.compile(r"[\s,;](?P<word>or|and)[,;.]?\s*$", re.IGNORECASE)
_NEED_OF = ("history", "evidence", "presence", "diagnosis", "signs", "absence")


@dataclass(frozen=True)
class _Lead:
    """What a lead-in says: the words each entry inherits, the class it names (if any), and how it joins them."""

    inherited: str
    named: str
    how: str
    number: int | None
    is_denied: bool


def compile_list(items: Sequence[Item], kind: Kind, *, prefix: str, setup: Setup) -> RuleDraft:
    """
    The rule of a lead-in (the first item) with everything that stands under it.

    Entries of deeper levels are read as entries of their own list.
    """
    head, children = items[0], items[1:]
    lead = _lead_of(head.text)
    is_uneven = any(_EXCEPTS.match(item.text) for item in children) or (
        lead is not None and lead.is_denied and lead.how == "all"
    )
    if lead is None or is_uneven or (lead.named and not (lead.how == "including" and kind is Kind.EXCLUSION)):
        return _refused(items, prefix, setup)
    tops = [item for item in children if item.parent == head.index] or list(children)
    drafts = [
        _entry(lead, [top, *_below(top, children)], kind, f"{prefix}-{n}", setup) for n, top in enumerate(tops, start=1)
    ]
    if lead.named:
        drafts.insert(0, compile_text(f"{lead.inherited} {lead.named}", kind, prefix=f"{prefix}-0", setup=setup))
    return _joined(drafts, lead, kind, head.text, [item.text for item in children])


def _lead_of(text: str) -> _Lead | None:
    """What a lead-in says; None when the text leads nothing in."""
    found = _FOLLOWING.search(text) if _LEADS.search(text) else None
    if found is None:
        return None
    words = text[: found.start()].strip(" ,;:-–(")
    said = " ".join((found["how"] or "").casefold().split())
    number = _NUMBERS.get((found["n"] or "").casefold()) if said.startswith("at least") else None
    how = "" if not said else "all" if said in ("all", "each", "both") else "any"
    if found["including"] and not said:
        how = "including"
    end, is_denied = _end_of_cues(words)
    named = words[end:].strip(" ,;:-–(")
    return _Lead(words[:end], "" if _IDLE.fullmatch(named) else named, how, number, is_denied)


def _end_of_cues(words: str) -> tuple[int, bool]:
    """Where the words end that say whom, when, and whether it is denied; and whether it is."""
    spans = [window.span for window in find_windows(words)]
    place, is_denied = 0, False
    while place < len(words):
        stripped = strip_cues(words, place, len(words))
        is_denied = is_denied or stripped.is_denied
        idle = _IDLE.match(words, stripped.start)
        after = max(
            stripped.start,
            idle.end() if idle else 0,
            *(end for start, end in spans if start <= stripped.start < end),
            0,
        )
        if after == place:
            break
        place = after
    return place, is_denied


def _below(top: Item, children: Sequence[Item]) -> list[Item]:
    known, found = {top.index}, []
    for item in children:
        if item.parent in known:
            known.add(item.index)
            found.append(item)
    return found


def _entry(lead: _Lead, group: Sequence[Item], kind: Kind, prefix: str, setup: Setup) -> RuleDraft:
    """One entry, with the words of the lead-in that bind it."""
    top = group[0]
    if len(group) > 1:
        return compile_list(group, kind, prefix=prefix, setup=setup)
    own = _JOINS.sub("", top.text)
    inherited = lead.inherited.strip()
    if inherited.casefold().endswith(_NEED_OF):
        inherited += " of"
    text = f"{inherited} {own}" if inherited else own
    return compile_text(text, kind, prefix=prefix, setup=setup)


def _joined(drafts: Sequence[RuleDraft], lead: _Lead, kind: Kind, text: str, texts: Sequence[str]) -> RuleDraft:
    """Denied entries are denied each; else the lead-in's own word joins them, and without one the side of the list."""
    rules = [dict(draft.rule) for draft in drafts]
    checks: tuple[str, ...] = ()
    said = {found["word"].casefold() for found in map(_ENDS_JOINING.search, texts) if found is not None}
    if not lead.how and len(said) == 1:
        lead = replace(lead, how="any" if said == {"or"} else "all")
    is_any = not lead.is_denied and (lead.how in ("any", "including") or (not lead.how and kind is Kind.EXCLUSION))
    if lead.number is not None and 1 < lead.number < len(rules) and not lead.is_denied:
        return _merged(drafts, {"at_least": lead.number, "of": rules}, checks)
    if not lead.how:
        checks = (f"the list under “{text}” is read as {'any' if is_any else 'all'} of its entries",)
    return _merged(drafts, rules[0] if len(rules) == 1 else {"any" if is_any else "all": rules}, checks)


def _refused(items: Sequence[Item], prefix: str, setup: Setup) -> RuleDraft:
    """The whole list as one question."""
    words = " ".join(item.text for item in items)
    because = "entries stand under a sentence that says something of its own: they may explain, narrow or widen it"
    declared = Declarations(prefix, setup.library)
    name = declared.question(words, because)
    check = f"no rule is certain: {because}"
    return RuleDraft(Outcome.REFUSED, {"latest": name, "is": "yes"}, dict(declared.concepts), {}, (check,))


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

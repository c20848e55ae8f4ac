"""A registration becomes a draft: criteria with words, places, damage, repair and rule, and the plan of its schedule.

Decides which entries of the list are one criterion, which number it gets, and what it takes from the structured fields
of the registry. How text is cut, marked and compiled is `freetext`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from equipoise.authoring.compiling.criterion import Setup, compile_text
from equipoise.authoring.compiling.lists import compile_list
from equipoise.authoring.compiling.naming import Declarations
from equipoise.authoring.drafting.document import stated_ids
from equipoise.authoring.drafting.draft import Draft, DraftCriterion, DraftPlan
from equipoise.authoring.drafting.names import settle_names
from equipoise.authoring.drafting.plan import draft_plan
from equipoise.authoring.drafting.structured import Fields, field_reading, structured_criteria
from equipoise.authoring.freetext.damage.detection import displaced_items, find_damage
from equipoise.authoring.freetext.damage.repairs import propose_repairs
from equipoise.authoring.freetext.splitting.splitting import split_eligibility
from equipoise.authoring.model import (
    DamageKind,
    DamageMark,
    Item,
    Outcome,
    Registration,
    RepairProposal,
    RuleDraft,
    Segment,
    SegmentKind,
    Splitting,
)
from equipoise.criteria.truth import Kind

_LETTERS = {Kind.INCLUSION: "I", Kind.EXCLUSION: "E", None: "U"}


def draft_criteria(registration: Registration, setup: Setup, sibling: Registration | None = None) -> Draft:
    """
    Draft the criteria of a record.

    Parameters
    ----------
    registration
        As a reader gives it.
    setup
        The value sets in use.
    sibling
        Another version of the record, whose intact sentences may close a hole of this one.
    """
    text = registration.text
    setup = replace(setup, context=frozenset(mention.entry.id for mention in setup.lexicon.find(text)))
    splitting = split_eligibility(text, registration.eligibility, registration.given_items)
    marks = find_damage(text, splitting)
    if registration.given_items:  # the source numbers its criteria itself, and may leave numbers out
        marks = tuple(mark for mark in marks if mark.kind is not DamageKind.NUMBER_WITHOUT_LIST)
    repairs = {each.item: each for each in _repairs(registration, splitting, marks, sibling)}
    displaced = displaced_items(splitting, marks)
    fields = Fields(registration.minimum_age, registration.maximum_age, registration.sex)
    criteria = []
    numbers = {Kind.INCLUSION: 0, Kind.EXCLUSION: 0, None: 0}
    for group in _groups(splitting.items, displaced):
        head = group[0]
        numbers[head.kind] += 1
        name = _LETTERS[head.kind] + str(numbers[head.kind])
        criteria.append(_criterion(name, group, marks, repairs, setup, fields))
    criteria += structured_criteria(registration, criteria)
    criteria = settle_names(criteria)
    claimed = {mark for criterion in criteria for mark in criterion.marks}
    segments = sorted((*registration.outside, *splitting.segments), key=lambda segment: segment.start)
    return Draft(
        registration,
        tuple(criteria),
        _with_displaced(segments, displaced),
        tuple(m for m in marks if m not in claimed),
        _plan(registration, has_gates=any(each.is_gate for each in criteria)),
    )


def _plan(registration: Registration, *, has_gates: bool) -> DraftPlan | None:
    drafted = draft_plan(registration, *stated_ids(registration))
    if drafted is None or not has_gates:
        return drafted
    said = "the version names no plan yet: before which of its steps the gates stand is for a person to say"
    return replace(drafted, assumed=(*drafted.assumed, said))


def _repairs(
    registration: Registration, splitting: Splitting, marks: Sequence[DamageMark], sibling: Registration | None
) -> Iterable[RepairProposal]:
    other = None
    if sibling is not None:
        other = (sibling.text, split_eligibility(sibling.text, sibling.eligibility, sibling.given_items))
    return propose_repairs(
        registration.text,
        splitting,
        marks,
        minimum_age=registration.minimum_age,
        maximum_age=registration.maximum_age,
        sibling=other,
    )


def _groups(items: Sequence[Item], displaced: frozenset[int]) -> list[list[Item]]:
    """Each outermost entry with everything that stands under it."""
    groups: list[list[Item]] = []
    place: dict[int, list[Item]] = {}
    for item in items:
        if item.index in displaced:
            continue
        above = place.get(item.parent) if item.parent is not None else None
        if above is None:
            above = []
            groups.append(above)
        above.append(item)
        place[item.index] = above
    return groups


def _criterion(
    name: str,
    group: Sequence[Item],
    marks: Sequence[DamageMark],
    repairs: dict[int, RepairProposal],
    setup: Setup,
    fields: Fields,
) -> DraftCriterion:
    head = group[0]
    own = tuple(mark for mark in marks if any(mark.item == item.index for item in group))
    repair = _repair_of(group, own, repairs)
    texts = {item.index: item.text for item in group}
    if repair is not None and repair.text is not None:
        texts[repair.item] = repair.text
    within = replace(setup, heading=head.heading)
    kind = head.kind or Kind.INCLUSION
    prefix = name.lower()
    if len(group) == 1:
        draft = compile_text(texts[head.index], kind, prefix=prefix, setup=within)
    else:
        draft = compile_list(
            [replace(item, text=texts[item.index]) for item in group], kind, prefix=prefix, setup=within
        )
    if head.kind is None:
        draft = _side_asked(texts[head.index], prefix)
    draft = field_reading(draft, fields, prefix, kind)
    spans = tuple(span for item in group for span in item.spans)
    text = " ".join(item.text for item in group)
    return DraftCriterion(
        name, head.kind, text, spans, tuple(item.index for item in group), own, repair, draft, head.heading
    )


def _repair_of(
    group: Sequence[Item], own: Sequence[DamageMark], repairs: dict[int, RepairProposal]
) -> RepairProposal | None:
    """The repair of a criterion: none where several entries are damaged, since accepting it would open them all."""
    repair = next((repairs[item.index] for item in group if item.index in repairs), None)
    damaged = {mark.item for mark in own if not mark.is_harmless}
    if repair is None or repair.text is None or damaged <= {repair.item}:
        return repair
    return replace(
        repair, text=None, because=f"several entries are damaged, and this closes one alone: {repair.because}"
    )


def _side_asked(words: str, prefix: str) -> RuleDraft:
    """Whether it lets in or keeps out is not said: a rule of either side could let in whom the other keeps out."""
    declared = Declarations(prefix, {})
    because = "the record does not say whether this lets in or keeps out"
    name = declared.question(f"is met as the trial means it: {words}", because)
    return RuleDraft(Outcome.ASKED, {"latest": name, "is": "yes"}, dict(declared.concepts), checks=(because,))


def _with_displaced(segments: Sequence[Segment], displaced: frozenset[int]) -> tuple[Segment, ...]:
    """Displaced entries are shown as damage, not as criteria."""
    return tuple(
        replace(segment, kind=SegmentKind.DAMAGE, role="displaced")
        if segment.kind is SegmentKind.CRITERION and segment.item in displaced
        else segment
        for segment in segments
    )

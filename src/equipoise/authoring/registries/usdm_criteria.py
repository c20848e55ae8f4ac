"""The criteria of a USDM design: their texts, their kinds, and their places on the page."""

from dataclasses import dataclass

from equipoise.authoring.model import GivenItem
from equipoise.authoring.registries.json_view import View
from equipoise.authoring.registries.page import PageWriter
from equipoise.authoring.registries.usdm_text import StudyTexts
from equipoise.criteria.truth import Kind

_KINDS = {"C25532": Kind.INCLUSION, "C25370": Kind.EXCLUSION}


@dataclass(frozen=True)
class Criterion:
    """A criterion as the source states it; `kind` is None when its category is neither inclusion nor exclusion."""

    label: str
    kind: Kind | None
    text: str


def read_criteria(version: View, design: View, texts: StudyTexts) -> tuple[Criterion, ...]:
    """
    The criteria of a design, in the order of the source.

    What cannot be placed (no item behind a criterion, no text, no kind, not used by the population) is noted.
    """
    items = {item.text("id"): item for item in version.children("eligibilityCriterionItems")}
    population = design.child("population")
    used = frozenset(population.texts("criterionIds"))
    criteria: list[Criterion] = []
    for criterion in design.children("eligibilityCriteria"):
        label = criterion.text("identifier") or criterion.text("name")
        item = items.get(criterion.text("criterionItemId"))
        words = _words(item, texts, label)
        if not words:
            criterion.note("criterionItemId", f"criterion {label!r} has no text, so it is left out")
            continue
        if used and criterion.text("id") not in used:
            criterion.note("id", f"criterion {label!r} is not among those of the population; it is read all the same")
        kind = _kind(criterion)
        if kind is None:
            criterion.note("category", f"criterion {label!r} is neither inclusion nor exclusion: {words[:80]!r}")
        criteria.append(Criterion(label, kind, words))
    for cohort in population.children("cohorts"):
        if cohort.texts("criterionIds"):
            cohort.note("criterionIds", "criteria of one cohort are read as criteria of the whole trial")
    return tuple(criteria)


def write_criteria(page: PageWriter, criteria: tuple[Criterion, ...]) -> tuple[GivenItem, ...]:
    """
    Write the criteria on the page, a region for each kind, and give their places.

    In a region each criterion follows its label and a point ("2. Diagnosis of ..."), which are not part of its place.
    Criteria without a kind stand outside the regions: nobody knows which way they count.
    """
    given: list[GivenItem] = []
    for kind, heading in ((Kind.INCLUSION, "Inclusion Criteria:"), (Kind.EXCLUSION, "Exclusion Criteria:")):
        chosen = [criterion for criterion in criteria if criterion.kind is kind]
        parts, places, at = [heading], [], len(heading)
        for criterion in chosen:
            prefix = f"\n{criterion.label}. " if criterion.label else "\n- "
            parts += [prefix, criterion.text]
            places.append((at + len(prefix), at + len(prefix) + len(criterion.text)))
            at = places[-1][1]
        if chosen:
            page.gap()
            start = page.region("".join(parts))
            spans = [(start + low, start + high) for low, high in places]
            given += [GivenItem(span, kind, each.label) for span, each in zip(spans, chosen, strict=True)]
    without = [criterion for criterion in criteria if criterion.kind is None]
    if without:
        page.heading("Criteria without a kind")
    for criterion in without:
        page.field(criterion.label or "Criterion", criterion.text, "criterion-without-kind")
    return tuple(given)


def _words(item: View | None, texts: StudyTexts, label: str) -> str:
    if item is None:
        return ""
    return texts.plain(item.text("text"), item.text("dictionaryId"), f"criterion {label!r}")


def _kind(criterion: View) -> Kind | None:
    category = criterion.child("category")
    kind = _KINDS.get(category.text("code"))
    if kind is not None:
        return kind
    words = category.text("decode").lower()
    named = [kind for kind in Kind if kind.value in words]
    return named[0] if len(named) == 1 else None

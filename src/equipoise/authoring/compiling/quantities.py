"""One comparison as an atom: what is measured, as a concept of the value sets or as one that still needs codes.

Decides what a subject names and which window its results have. How the limit is written is `limits`; how several
limits hang together is `measured`.
"""

import re

from equipoise.authoring.compiling.certainty import NotCertain
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.leaves import Leaves, Setting
from equipoise.authoring.compiling.lexicon import TermMention
from equipoise.authoring.compiling.limits import Rule, has_unknown_unit
from equipoise.authoring.compiling.names import MEASURES_NOTHING, name_of
from equipoise.authoring.compiling.phrasebook import Phrase
from equipoise.authoring.compiling.timing import timing_of, usual_timing
from equipoise.authoring.freetext.comparisons.ages import is_age_span
from equipoise.authoring.freetext.mentions import ComparisonMention, Direction, TextSpan
from equipoise.terminology.concepts import Concept, ConceptKind

_DISORDER = re.compile(r"(?:penia|emia|aemia)$", re.IGNORECASE)
_NUMBER = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|once|twice)\b", re.IGNORECASE)
_PLURAL = re.compile(r"(?<![aiosu])s$", re.IGNORECASE)
_OTHER_YEARS = re.compile(r"\b(?:pack|patient|person)s?[\s-]*years?\b", re.IGNORECASE)
_OTHER_BEHIND = len(" patient-years")
_AGE_UNITS = (None, "a", "mo", "wk", "d")
_FASTING = "fasting"
_BEHIND = 6
"""A term that says what is measured may stand so far behind the limit ("25 % of the bone marrow")."""


class Quantities:
    """Makes atoms of single comparisons."""

    def __init__(self, found: Found, leaves: Leaves) -> None:
        self._found, self._leaves = found, leaves

    def atom(self, mention: ComparisonMention, setting: Setting, *, is_share: bool) -> Rule:
        """The rule of one comparison; `is_share`: it must hold of most lesions."""
        if mention.doubt:
            raise NotCertain(mention.doubt)
        if _OTHER_YEARS.search(self._found.text, mention.span[0], mention.span[1] + _OTHER_BEHIND):
            raise NotCertain("it counts years of something, which is no age")
        entry = self.entry(mention)
        if entry is None and is_age_span(self._found.text, mention.subject):
            return self._age(mention)
        if isinstance(entry, Phrase):
            return self._derived(entry, mention)
        concept = entry or self._local(mention)
        options = self._options(concept, setting)
        if is_share:
            rule = self._found.limits.atom(concept, mention, {})
            return {"share": concept.id, "where": rule["is"], "is": "> 50 %", **options}
        return self._found.limits.atom(concept, mention, options)

    def entry(self, mention: ComparisonMention) -> Concept | Phrase | None:
        """What is measured, if the value sets hold it."""
        around = [
            term.entry
            for term in self._found.terms
            if term.start < mention.subject[0] and term.end == mention.subject[1]
        ]
        entry = around[0] if around else self._found.match(self._found.text[slice(*mention.subject)])
        if entry is None:
            behind = self.term_behind(mention)
            entry = None if behind is None else behind.entry
        if isinstance(entry, Concept) and entry.kind in (ConceptKind.EVENT, ConceptKind.DATE):
            return None
        return entry

    def term_behind(self, mention: ComparisonMention) -> TermMention | None:
        """A term right behind a limit that says what is measured ("25 % of the bone marrow")."""
        for term in self._found.terms:
            gap = self._found.text[mention.span[1] : term.start]
            is_near = 0 <= term.start - mention.span[1] <= _BEHIND
            entry = term.entry
            is_measured = entry.unit is not None if isinstance(entry, Phrase) else entry.kind is ConceptKind.QUANTITY
            if is_near and is_measured and not gap.strip(" ofthe"):
                return term
        return None

    def is_known(self, span: TextSpan) -> bool:
        """Whether everything that is compared in a stretch stands in the value sets, or is an age."""
        mentions = self._found.comparisons_in(span)
        return all(self.entry(each) is not None or is_age_span(self._found.text, each.subject) for each in mentions)

    def is_scale(self, mention: ComparisonMention) -> bool:
        """Whether it compares a bare grade or stage, which measures nothing by itself."""
        subject = self._found.text[slice(*mention.subject)].strip().casefold()
        return self.entry(mention) is None and subject in MEASURES_NOTHING

    def _age(self, mention: ComparisonMention) -> Rule:
        amounts = [bound.amount for bound in mention.bounds]
        if any(each.unit not in _AGE_UNITS or each.relative is not None for each in amounts):
            raise NotCertain(f"an age in {amounts[0].spelling or 'this form'} is not understood")
        return self._found.limits.ages(mention)

    def _derived(self, phrase: Phrase, mention: ComparisonMention) -> Rule:
        if phrase.limit is None or phrase.unit is None or len(mention.bounds) != 1 or mention.is_negated:
            raise NotCertain(f"the phrase {phrase.id} takes no such limit")
        bound = mention.bounds[0]
        if bound.amount.unit != phrase.unit or bound.others:
            raise NotCertain(f"it is compared in {phrase.unit}, not in {bound.amount.spelling or 'no unit'}")
        self._found.check(f"{phrase.id}: {phrase.source}")
        return dict(phrase.filled({"LIMIT": f"{bound.operator.value} {bound.amount.value} {phrase.unit}"}))

    def _local(self, mention: ComparisonMention) -> Concept:
        label = name_of(self._found.words(mention.subject))
        if label.casefold() in MEASURES_NOTHING:
            raise NotCertain(f"a {label.casefold()} of what?")
        if _DISORDER.search(label):
            raise NotCertain(f"“{label}” names a disorder, not what is measured")
        amounts = [bound.amount for bound in mention.bounds]
        if not any(each.spelling for each in amounts) and self._is_counted(mention, label):
            raise NotCertain(f"it counts {label}, which no result holds")
        unknown = next((each.spelling for each in amounts if has_unknown_unit(each)), "")
        if unknown:
            raise NotCertain(f"the unit {unknown!r} is not understood")
        unit = next((each.unit for each in amounts if each.unit is not None), None)
        name = self._found.declared.quantity(label, unit)
        return Concept(
            name, label, ConceptKind.QUANTITY, unit=unit or "1", is_unit_required=unit is not None, window="laboratory"
        )

    def _is_counted(self, mention: ComparisonMention, label: str) -> bool:
        """`more than one prior regimen`: a bare number before what it counts, or things in the plural."""
        start, first = mention.span[0], mention.subject[0]
        is_before = first >= start and _NUMBER.search(self._found.text, start, first) is not None
        return is_before or _PLURAL.search(label) is not None

    def _options(self, concept: Concept, setting: Setting) -> Rule:
        window = setting.window
        is_dated = window is not None and window.direction not in (Direction.NOW, Direction.EVER)
        timing = timing_of(
            window if is_dated else None, is_denied=setting.is_denied, keeps_anchor=self._found.keeps_anchor
        )
        for check in timing.checks:
            self._found.check(check)
        options: Rule = dict(timing.options() if is_dated else usual_timing(concept))
        if "before" in options:
            raise NotCertain("a result of long ago is asked for")
        if any(code.is_fasting for code in concept.codes):
            options[_FASTING] = True
        return options

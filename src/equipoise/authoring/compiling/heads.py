"""One stretch with the bracket at its end: a definition by limits, an explanation, or words that must be understood.

Leaves to `leaves` and `measured` what a stretch without such a bracket says.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from equipoise.authoring.compiling.certainty import AskedOfAPerson, NotCertain
from equipoise.authoring.compiling.clauses import Clause, ClauseParser, Joined, TextSpan
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.leaves import Leaves, Setting
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.measured import Measured
from equipoise.criteria.truth import Kind

_DEFINED = re.compile(r"\s*(?:as\s+)?defined\s+(?:as|by)\s+", re.IGNORECASE)

_WIDENS = re.compile(r"\b(?:or|and|suspected|planned|not|unless|except)\b", re.IGNORECASE)
"""Words by which a bracket says more than its head: it cannot be set aside then."""


class Heads:
    """Makes rules of single stretches; `rule_of` makes the rule of a clause inside a bracket."""

    def __init__(self, found: Found, parser: ClauseParser, rule_of: Callable[[Clause, Setting], Rule]) -> None:
        self._found, self._parser, self._rule_of = found, parser, rule_of
        self.leaves = Leaves(found)
        self._measured = Measured(found, self.leaves)

    def rule(self, span: TextSpan, setting: Setting) -> Rule:
        """The rule of one stretch; raises NotCertain with the reason."""
        self._check_asked(span)
        opened = self._bracket_at_end(span)
        if opened is not None:
            return self._with_bracket(span, opened, setting)
        if self._found.comparisons_in(span):
            return self._measured.rule(span, setting)
        return self.leaves.rule(span, setting)

    def _check_asked(self, span: TextSpan) -> None:
        """Words that only a person can decide end the matter, unless value sets hold the stretch as it is."""
        for asked in self._found.asked:
            is_inside = asked.span[0] < span[1] and asked.span[1] > span[0]
            if is_inside and not asked.is_whole and self.leaves.known(span) is None:
                raise AskedOfAPerson(asked.because)

    def _bracket_at_end(self, span: TextSpan) -> int | None:
        """Where a bracket begins that ends the stretch (or never ends) and is no part of a comparison."""
        text = self._found.text
        if text[span[1] - 1 : span[1]] in (")", "]"):
            starts = [each.start for each in self._found.brackets if each.end == span[1] and each.start > span[0]]
        else:
            open_end = text.rfind("(", span[0] + 1, span[1])
            starts = [open_end] if open_end > 0 and ")" not in text[open_end : span[1]] else []
        claimed = [each.span for each in self._found.comparisons]
        starts = [start for start in starts if not any(first < start < last for first, last in claimed)]
        return starts[0] if starts and text[span[0] : starts[0]].strip() else None

    def _with_bracket(self, span: TextSpan, opened: int, setting: Setting) -> Rule:
        text = self._found.text
        inner = (opened + 1, span[1] - 1 if text[span[1] - 1] in ")]" else span[1])
        skipped = _DEFINED.match(text, *inner)
        inner = (skipped.end() if skipped else inner[0], inner[1])
        head = (span[0], len(text[:opened].rstrip()))
        if skipped is not None or self._found.comparisons_in(inner):
            return self._measured.defined(head, self._definition(inner, setting), setting)
        known = self.leaves.known(head)
        words = self._found.words((opened, span[1]))
        if known == "phrase" and text[span[1] - 1] in ")]" and not _WIDENS.search(words):
            self._found.check(f"set aside as explanation: “{words}”")
            return self.rule(head, setting)
        if known is None or self._found.kind is Kind.EXCLUSION:
            raise NotCertain(f"“{words}” is not understood")
        return {"all": [self.rule(head, setting), self._found.question(inner, "the bracket is not understood")]}

    def _definition(self, inner: TextSpan, setting: Setting) -> Rule:
        """What a bracket with limits says; only the limits count, words of grade beside them are glosses."""
        clause = self._parser.parse(inner)
        if isinstance(clause, Joined):
            limits = [part for part in clause.parts if self._found.comparisons_in(part.span)]
            known = [part for part in limits if self._measured.is_known(part.span)]
            limits = known or limits
            glosses = [part for part in clause.parts if part not in limits]
            is_plain = all(self.leaves.known(part.span) is None for part in glosses)
            is_beside = clause.word == "" or all(self._found.comparisons_in(part.span) for part in glosses)
            if limits and glosses and is_plain and is_beside:
                for part in glosses:
                    self._found.check(f"set aside beside a limit: “{self._found.words(part.span)}”")
                clause = limits[0] if len(limits) == 1 else Joined(clause.word, tuple(limits))
        return self._rule_of(clause, replace(setting, window=None, is_condition=True))

"""One stretch with the bracket at its end: a definition by limits, an explanation, or words that must be understood.

Leaves to `leaves` and `measured` what a stretch without such a bracket says.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from equipoise.authoring.compiling.certainty import AskedOfAPerson, NotCertain
from equipoise.authoring.compiling.clauses import Clause, ClauseParser, Defined, Joined
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.leaves import Leaves, Setting
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.measured import Measured
from equipoise.authoring.freetext.mentions import TextSpan
from equipoise.criteria.truth import Kind

_DEFINED = re.compile(r"\s*(?:(?:as\s+)?defined\s+(?:as|by)\s+|i\.?\s?e\.?,?\s+)", re.IGNORECASE)

_EXAMPLE = re.compile(r"\s*(?:e\.?\s?g\b|for\s+example|for\s+instance|such\s+as)", re.IGNORECASE)
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
        bracket = self._bracket_at_end(span)
        if bracket is not None:
            return self._with_bracket(span, bracket, setting)
        if self._found.comparisons_in(span):
            return self._measured.rule(span, setting)
        return self.leaves.rule(span, setting)

    def _check_asked(self, span: TextSpan) -> None:
        """Words that only a person can decide end the matter, unless value sets hold the stretch as it is."""
        for asked in self._found.asked:
            is_inside = asked.span[0] < span[1] and asked.span[1] > span[0]
            is_answered = any(term.start <= asked.span[0] and asked.span[1] <= term.end for term in self._found.terms)
            if is_inside and not asked.is_whole and not is_answered and self.leaves.known(span) is None:
                raise AskedOfAPerson(asked.because)

    def _bracket_at_end(self, span: TextSpan) -> TextSpan | None:
        """A bracket that ends the stretch but for a span of time (or never ends), and is no part of a comparison."""
        text = self._found.text
        end = span[1]
        for window in reversed(self._found.windows_in(span)):
            if not text[window.span[1] : end].strip(" ,"):
                end = len(text[: window.span[0]].rstrip(" ,"))
        if text[end - 1 : end] in (")", "]"):
            starts = [each.start for each in self._found.brackets if each.end == end and each.start > span[0]]
        else:
            open_end = text.rfind("(", span[0] + 1, span[1])
            end = span[1]
            starts = [open_end] if open_end > 0 and ")" not in text[open_end:end] else []
        claimed = [each.span for each in self._found.comparisons]
        starts = [start for start in starts if not any(first < start < last for first, last in claimed)]
        return (starts[0], end) if starts and text[span[0] : starts[0]].strip() else None

    def _with_bracket(self, span: TextSpan, bracket: TextSpan, setting: Setting) -> Rule:
        text = self._found.text
        opened, end = bracket
        window = self._found.windows_in((end, span[1]))
        if window:
            setting = replace(setting, window=window[0])
        inner = (opened + 1, end - 1 if text[end - 1] in ")]" else end)
        skipped = _DEFINED.match(text, *inner)
        inner = (skipped.end() if skipped else inner[0], inner[1])
        head = (span[0], len(text[:opened].rstrip()))
        words = self._found.words(bracket)
        if _EXAMPLE.match(text, *inner):
            raise NotCertain(f"“{words}” gives an example with a limit")
        if skipped is not None or self._found.comparisons_in(inner):
            if window:
                raise NotCertain(f"a span of time stands behind “{words}”: what does it bind?")
            if self._found.comparisons_in(head):
                raise NotCertain(f"“{words}” stands behind a limit: does it replace it, or add to it?")
            definition = self._definition(inner, setting)
            return self._measured.defined(head, definition, setting, is_said=skipped is not None)
        known = self.leaves.known(head)
        if known == "phrase" and text[end - 1] in ")]" and not _WIDENS.search(words):
            self._found.check(f"set aside as explanation: “{words}”")
            return self.rule(head, setting)
        if known is None or self._found.kind is Kind.EXCLUSION:
            raise NotCertain(f"“{words}” is not understood")
        return {"all": [self.rule(head, setting), self._found.question(inner, "the bracket is not understood")]}

    def _definition(self, inner: TextSpan, setting: Setting) -> Rule:
        """What a bracket with limits says; a bare grade beside a limit is a gloss ("grade 3, Ki-67 > 20 %")."""
        clause = self._parser.parse(inner)
        if isinstance(clause, Joined):
            glosses = [part for part in clause.parts if self._is_bare_grade(part)]
            limits = [part for part in clause.parts if part not in glosses]
            if limits and glosses and all(self._found.comparisons_in(part.span) for part in limits):
                for part in glosses:
                    self._found.check(f"set aside beside a limit: “{self._found.words(part.span)}”")
                clause = limits[0] if len(limits) == 1 else Joined(clause.word, tuple(limits))
        return self._rule_of(clause, replace(setting, window=None, is_condition=True))

    def _is_bare_grade(self, clause: Clause) -> bool:
        mentions = self._found.comparisons_in(clause.span)
        return bool(mentions) and all(self._measured.quantities.is_scale(each) for each in mentions)

    def defined(self, clause: Defined, setting: Setting) -> Rule:
        """A head and what the text says that it means."""
        said = clause.body
        parts = said.parts if isinstance(said, Joined) and said.word == "and" else ()
        if self._found.kind is Kind.EXCLUSION and not all(self._found.comparisons_in(part.span) for part in parts):
            raise NotCertain("does what follows “and” belong to the definition, or stand beside it?")
        body = self._rule_of(said, replace(setting, window=None, is_condition=True))
        return self._measured.defined(clause.head, body, setting, is_said=True)

"""What lifts a criterion: `unless`, and classes with exceptions.

Decides what an exception binds: the last of a list or the whole of it stays an open reading. A class without some of
its members is another class, never "the class, unless a member": a patient may have both.
"""

import re
from collections.abc import Callable

from equipoise.authoring.compiling.certainty import NotCertain
from equipoise.authoring.compiling.clauses import Clause, Except, Joined, Unless
from equipoise.authoring.compiling.cues import strip_cues
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.leaves import Leaves, Setting
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.names import name_of
from equipoise.authoring.compiling.shared_windows import shared_window

_ANAPHOR = re.compile(
    r"(?:these|this|those|such|the|they|it|both|patients?|subjects?)\b[\w\s]{0,30}?"
    r"\b(?:have\s+been|has\s+been|had\s+been|is|are|was|were)\s+",
    re.IGNORECASE,
)
_LONGEST_CLASS = 12
_ARTICLE = re.compile(r"^(?:of\s+)?(?:an?\s+|the\s+)?", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:if|when|who|which|that|in\s+patients|in\s+subjects|or\s+(?:any|known|prior|previous|history|current|other))\b",
    re.IGNORECASE,
)
Part = Callable[[Clause, Setting], Rule]
Join = Callable[[Joined, list[Rule], Setting], Rule]


class Exceptions:
    """Makes rules of clauses with exceptions; `part` and `join` make the rules of what they except from."""

    def __init__(self, found: Found, leaves: Leaves, part: Part, join: Join) -> None:
        self._found, self._leaves, self._part, self._join = found, leaves, part, join

    def unless(self, clause: Unless, setting: Setting) -> Rule:
        """`A unless B`; of a list, B may lift the last alone."""
        exception = self._exception(clause.exception)
        main = clause.main
        if isinstance(main, Except):
            return self._excepted_unless(main, exception, setting)
        if not isinstance(main, Joined):
            return {"rule": self._part(main, setting), "unless": exception}
        if shared_window(self._found, main, is_denied=False) is not None:
            raise NotCertain("a span of time and an exception stand behind a list: what do they bind?")
        rules = [self._part(part, setting) for part in main.parts]
        last = self._join(main, [*rules[:-1], {"rule": rules[-1], "unless": exception}], setting)
        alternatives: dict[str, tuple[str, Rule]] = {
            "last-alone": ("the exception lifts the last of the list alone", last),
            "whole-list": (
                "the exception lifts every one of the list",
                {"rule": self._join(main, rules, setting), "unless": exception},
            ),
        }
        because = "“unless” can bind the last of the list, or all of it"
        return self._found.reading("unless-scope", because, alternatives)

    def _exception(self, clause: Clause) -> Rule:
        """A condition that lifts; what it speaks of ("these metastases have been …") is taken off its front."""
        text, span = self._found.text, clause.span
        known = self._found.match(text[slice(*span)])
        anaphor = _ANAPHOR.match(text, *span)
        if known is None and anaphor is not None:
            known = self._found.match(text[anaphor.end() : span[1]])
        if known is not None:
            return self._leaves.entry(known, Setting())
        rule = None if self._found.comparisons_in(span) else self._leaves.normal(span)
        if rule is not None:
            return rule
        if self._found.comparisons_in(span):
            return self._part(clause, Setting(is_condition=True))
        return self._found.question(span, "an exception that only its own words describe")

    def excepted(self, clause: Except, setting: Setting) -> Rule:
        """A class without what is named: the known class that leaves just this out, else a class of its own name."""
        main, names = self._class(clause)
        exception = self._found.words(clause.exception.span)
        if self._found.comparisons_in(clause.span) or _CONDITION.search(exception):
            raise NotCertain(f"what “{exception}” excepts depends on a condition")
        if self._found.windows_in(clause.exception.span) and not self._is_trailing(clause):
            raise NotCertain(f"a span of time stands in the exception “{exception}”")
        window, words = self._leaves.without_windows(clause.span)
        stripped = strip_cues(words, 0, len(words))
        timing = self._leaves.timing(window or setting.window, is_denied=stripped.is_denied or setting.is_denied)
        if main is not None and names <= self._leaves.left_out(main):
            rule: Rule = {"record": main, **timing}
        else:
            label = " ".join(words[stripped.start :].split())
            label = _ARTICLE.sub("", label)
            if len(label.split()) > _LONGEST_CLASS or "(" in label or "," in label:
                raise NotCertain(f"“{label}” is no class that one list of codes could hold")
            self._check_name(clause.main)
            self._found.check(f"“{label}” is a class with exceptions: its codes must leave them out")
            rule = {"record": self._found.declared.event(label), **timing}
        return {"not": rule} if stripped.is_denied else rule

    def _check_name(self, main: Clause) -> None:
        """The class itself must be the name of one thing."""
        words = self._leaves.without_windows(main.span)[1]
        name_of(_ARTICLE.sub("", words[strip_cues(words, 0, len(words)).start :]))

    def _is_trailing(self, clause: Except) -> bool:
        """Whether the only span of time stands before the exception, so that it binds the class."""
        return all(each.span[1] <= clause.exception.span[0] for each in self._found.windows_in(clause.span))

    def _class(self, clause: Except) -> tuple[str | None, frozenset[str]]:
        """The known class of which something is excepted, and the known names that are."""
        main = self._leaves.known_event(clause.main.span)
        parts = clause.exception.parts if isinstance(clause.exception, Joined) else (clause.exception,)
        names = [self._leaves.known_event(part.span) for part in parts]
        if any(name is None for name in names):
            return main, frozenset({"?"})
        return main, frozenset(name for name in names if name is not None)

    def _excepted_unless(self, clause: Except, exception: Rule, setting: Setting) -> Rule:
        """`A except B, unless C`: C lifts what is left of A, or C must hold of B for B to be excepted."""
        main, names = self._class(clause)
        if main is None or not names <= self._leaves.left_out(main):
            return {"rule": self.excepted(clause, setting), "unless": exception}
        named: list[Rule] = [{"record": name} for name in sorted(names)]
        excepted: Rule = {"any": named} if len(named) > 1 else named[0]
        alternatives: dict[str, tuple[str, Rule]] = {
            "three-ways-out": (
                "the named never exclude, and any other does not once lifted",
                {"rule": {"record": main}, "unless": exception},
            ),
            "binds-to-named-only": (
                "any other excludes, lifted or not; the named exclude unless lifted",
                {"any": [{"record": main}, {"rule": excepted, "unless": exception}]},
            ),
        }
        because = "“unless” can bind the whole class, or the named exceptions alone"
        return self._found.reading("exception", because, alternatives)

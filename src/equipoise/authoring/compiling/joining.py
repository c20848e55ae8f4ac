"""A tree of clauses becomes a rule: how parts that stand beside each other are joined, or asked of some alone.

Decides what a joining word means on each side: a list of exclusions excludes by any of them, a list of inclusions
asks for all. Where a word has two live meanings both are kept as a reading that stays open. Exceptions are
`exceptions`, brackets and single stretches `leaf`.
"""

from dataclasses import replace

from equipoise.authoring.compiling.certainty import NotAPhrase, NotCertain
from equipoise.authoring.compiling.clauses import Clause, ClauseParser, Except, Given, Joined, Leaf, TextSpan, Unless
from equipoise.authoring.compiling.cues import Stripped, strip_cues
from equipoise.authoring.compiling.exceptions import Exceptions
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.heads import Heads
from equipoise.authoring.compiling.leaves import Setting, without_of
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.names import is_half_a_name, shares_head
from equipoise.authoring.compiling.shared_windows import shared_window
from equipoise.criteria.truth import Kind


class Joining:
    """Makes the rule of one criterion's text."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._parser = ClauseParser(found.text, found.protected, [window.span for window in found.windows])
        self._heads = Heads(found, self._parser, self._rule)
        self._exceptions = Exceptions(found, self._heads.leaves, self._part, self.join)

    def sentences(self) -> list[TextSpan]:
        """The sentences of the text."""
        return self._parser.sentences((0, len(self._found.text)))

    def rule(self, span: TextSpan) -> Rule:
        """The rule of a stretch; raises NotCertain with the reason."""
        return self._rule(self._parser.parse(span), Setting())

    def _rule(self, clause: Clause, setting: Setting) -> Rule:
        match clause:
            case Leaf(span):
                return self._heads.rule(span, setting)
            case Joined():
                return self._joined(clause, setting)
            case Unless():
                return self._exceptions.unless(clause, setting)
            case Except():
                return self._exceptions.excepted(clause, setting)
            case Given():
                return self._given(clause, setting)

    def _part(self, clause: Clause, setting: Setting) -> Rule:
        """The rule of one of several parts; a part that is not certain becomes a question of its own."""
        try:
            return self._rule(clause, setting)
        except NotAPhrase:
            raise
        except NotCertain as reason:
            return self._found.question(clause.span, str(reason))

    def _joined(self, clause: Joined, setting: Setting) -> Rule:
        try:
            return self._joined_parts(clause, setting)
        except NotAPhrase as reason:
            is_plain = all(isinstance(part, Leaf) for part in clause.parts)
            if self._found.comparisons_in(clause.span) or not is_plain:
                raise NotCertain(str(reason)) from reason
            return self._heads.rule(clause.span, setting)

    def _joined_parts(self, clause: Joined, setting: Setting) -> Rule:
        """What stands before a list binds all of it: a denial ("no A or B"), a sex ("women who are A or B")."""
        head = clause.parts[0]
        first = self._found.strip(head.span)
        others = [self._found.strip(part.span) for part in clause.parts[1:]]
        is_denied = first.denies_list and first.is_denied and not any(each.is_denied for each in others)
        has_sex = bool(first.sex) and not any(each.sex for each in others) and first.start < head.span[1]
        if not (is_denied or has_sex) or first.start >= head.span[1]:
            return self._combined(clause, setting)
        rest = self._parser.parse((first.start, head.span[1]))
        listed = Joined("or" if is_denied else clause.word, (rest, *clause.parts[1:]))
        if is_denied:
            rule: Rule = {"not": self._combined(listed, replace(setting, is_denied=True))}
        else:
            rule = self._combined(self._with_own_denial(listed, first), setting)
        return {"all": [{"sex": first.sex}, rule]} if has_sex else rule

    def _with_own_denial(self, listed: Joined, first: Stripped) -> Joined:
        """The first of a list keeps a denial that is its own ("men who are not A or with B")."""
        if not first.is_denied:
            return listed
        start = self._found.text.casefold().rfind("not", 0, listed.parts[0].span[0])
        return Joined(listed.word, (self._parser.parse((start, listed.parts[0].span[1])), *listed.parts[1:]))

    def _check_names(self, clause: Joined) -> None:
        """A cut inside a name is no cut: what stands before an "or" must be a whole name, if no value set knows it."""
        shared = any(shares_head(self._bare(part.span)) for part in clause.parts[1:])
        for part in clause.parts[:-1]:
            is_simple = isinstance(part, Leaf) and not self._found.comparisons_in(part.span)
            if (
                is_simple
                and not self._found.terms_in(part.span)
                and is_half_a_name(self._bare(part.span), shares_head=shared)
            ):
                raise NotAPhrase(f"“{self._found.words(part.span)}” may be half of a name")

    def _bare(self, span: TextSpan) -> str:
        """The words of a stretch without cues and windows."""
        start = self._found.strip(span).start
        letters = list(self._found.text[start : span[1]])
        for window in self._found.windows:
            if window.span[0] < span[1] and window.span[1] > start:
                for place in range(max(window.span[0], start) - start, min(window.span[1], span[1]) - start):
                    letters[place] = " "
        words = "".join(letters).strip()
        return without_of(words[strip_cues(words, 0, len(words)).start :])

    def _combined(self, clause: Joined, setting: Setting) -> Rule:
        self._check_names(clause)
        shared = shared_window(self._found, clause, is_denied=setting.is_denied)
        if shared is None:
            return self.join(clause, [self._part(part, setting) for part in clause.parts], setting)
        with_window = replace(setting, window=shared.window)
        each = self.join(clause, [self._part(part, with_window) for part in clause.parts], setting)
        if shared.is_certain:
            return each
        alone = self.join(clause, [self._part(part, setting) for part in clause.parts], setting)
        words = self._found.words(shared.window.span)
        alternatives = {
            "each": (f"“{words}” binds each of the list", each),
            "last-alone": (f"“{words}” binds the last of the list alone", alone),
        }
        because = f"“{words}” can bind the last of the list, or each"
        return each if alone == each else self._found.reading("window-scope", because, alternatives)

    def join(self, clause: Joined, rules: list[Rule], setting: Setting) -> Rule:
        """The rules of the parts, joined as the word between them and the side of the list ask."""
        if len(rules) == 1:
            return rules[0]
        is_exclusion = self._found.kind is Kind.EXCLUSION
        if clause.word in ("or", "and/or"):
            return {"any": rules}
        if clause.word == "":
            return {"any" if is_exclusion else "all": rules}
        if not is_exclusion or setting.is_condition:
            return {"all": rules}
        alternatives = {
            "any": ("any of them excludes", {"any": rules}),
            "all": ("only all of them together exclude", {"all": rules}),
        }
        return self._found.reading("and", "“and” among exclusions can ask for all of them, or for any", alternatives)

    def _given(self, clause: Given, setting: Setting) -> Rule:
        condition = self._rule(clause.condition, Setting(is_condition=True))
        main = self._rule(clause.main, setting)
        if self._found.kind is Kind.EXCLUSION:
            return {"all": [condition, main]}
        return {"if": condition, "then": main}

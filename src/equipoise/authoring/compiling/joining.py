"""A tree of clauses becomes a rule: how parts that stand beside each other are joined, or asked of some alone.

Decides what a joining word means on each side: a list of exclusions excludes by any of them, a list of inclusions
asks for all. Where a word has two live meanings both are kept as a reading that stays open. Exceptions are
`exceptions`, brackets and single stretches `leaf`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from equipoise.authoring.compiling.certainty import AskedOfAPerson, NotAPhrase, NotCertain
from equipoise.authoring.compiling.clauses import (
    WITH,
    Clause,
    ClauseParser,
    Defined,
    Except,
    Given,
    Joined,
    Leaf,
    Unless,
)
from equipoise.authoring.compiling.cues import IS_CUE, Stripped, strip_cues
from equipoise.authoring.compiling.exceptions import Exceptions
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.heads import Heads
from equipoise.authoring.compiling.leaves import Setting, without_of
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.names import SEX_LAST, is_act, is_half_a_name, shares_words
from equipoise.authoring.compiling.shared_windows import shared_window
from equipoise.authoring.freetext.mentions import TextSpan, WindowMention
from equipoise.criteria.truth import Kind

_GRADE = re.compile(r"\b(?:grade|stage|class|type|score|NYHA|CTCAE|ASA|ECOG|Child)\b", re.IGNORECASE)
_LEADS_IN = re.compile(r":\s|\b(?:one|any|all|either|each|both)\s+of\s+(?:the|these)\b|\bfollowing\b", re.IGNORECASE)


class Joining:
    """Makes the rule of one criterion's text."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._parser = ClauseParser(
            found.text,
            found.protected,
            windows=[window.span for window in found.windows],
            limits=[mention.span for mention in found.comparisons],
        )
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
                if isinstance(clause.main, Joined):
                    self._check_names(clause.main)
                return self._exceptions.unless(clause, setting)
            case Except():
                return self._exceptions.excepted(clause, setting)
            case Given():
                return self._given(clause, setting)
            case Defined():
                return self._heads.defined(clause, setting)

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
        self._check_asked(clause)
        self._check_head(clause)
        head = clause.parts[0]
        first = self._found.strip(head.span)
        others = [self._found.strip(part.span) for part in clause.parts[1:]]
        sexless = self._without_both_sexes(clause, [first, *others])
        if sexless is not None:
            return self._rule(sexless, setting)
        has_conditions = any(isinstance(part, Given) for part in clause.parts)
        if {first.sex, *(each.sex for each in others)} >= {"male", "female"} and not has_conditions:
            return {"any": [self._rule(part, setting) for part in clause.parts]}
        self._check_denials([first, *others])
        if first.is_denied and any(self._found.comparisons_in(part.span) for part in clause.parts[1:]):
            raise NotCertain("a denial stands before a list with limits: how far does it reach?")
        is_bare = all(IS_CUE.match(self._found.text, part.span[0]) is None for part in clause.parts[1:])
        is_denied = first.is_denied and (first.denies_list or is_bare) and not any(each.is_denied for each in others)
        has_sex = bool(first.sex) and not any(each.sex for each in others)
        if not (is_denied or has_sex) or first.start >= head.span[1]:
            return self._combined(clause, setting)
        rest = self._parser.parse((first.start, head.span[1]))
        listed = Joined("or" if is_denied else clause.word, (rest, *clause.parts[1:]))
        if is_denied:
            rule: Rule = {"not": self._combined(listed, replace(setting, is_denied=True))}
        else:
            rule = self._combined(self._with_own_denial(listed, first), setting)
        return {"all": [{"sex": first.sex}, rule]} if has_sex else rule

    def _without_both_sexes(self, clause: Joined, stripped: Sequence[Stripped]) -> Clause | None:
        """`male or female, aged 18 or older`: naming both sexes asks for neither."""
        bare = [
            each.sex if each.sex and not each.is_denied and each.start >= part.span[1] else ""
            for each, part in zip(stripped, clause.parts, strict=True)
        ]
        kept = [(part, each) for part, each, sex in zip(clause.parts, stripped, bare, strict=True) if not sex]
        named = {sex for sex in bare if sex}
        if not kept or not named:
            return None
        head, first = kept[0]
        if first.sex and first.sex not in named and not first.is_denied:
            named, head = {*named, first.sex}, self._parser.parse((first.start, head.span[1]))
        if named != {"male", "female"}:
            return None
        rest = (head, *(part for part, _ in kept[1:]))
        return rest[0] if len(rest) == 1 else Joined("", rest)

    def _check_asked(self, clause: Joined) -> None:
        """A list that follows what only a person can decide may be its object: it is not cut."""
        for part in clause.parts[:-1]:
            for asked in self._found.asked:
                if not asked.is_whole and part.span[0] <= asked.span[0] < part.span[1]:
                    raise AskedOfAPerson(asked.because)

    def _check_head(self, clause: Joined) -> None:
        """`one of the following: A; B`: what stands before the first of a list may bind each."""
        head = clause.parts[0]
        times = {window.span[1] for window in self._found.windows}
        leads = _LEADS_IN.finditer(self._found.text, *head.span) if isinstance(head, Leaf) else ()
        if any(each.start() not in times for each in leads):
            raise NotCertain("a head stands before a list: does it bind each of it?")

    def _check_denials(self, parts: Sequence[Stripped]) -> None:
        """A list of which some are denied says of the others nothing that is certain."""
        n_denied = sum(each.is_denied for each in parts)
        if parts[0].is_denied and 1 < n_denied < len(parts):
            raise NotCertain("some of a list are denied: are the others?")

    def _with_own_denial(self, listed: Joined, first: Stripped) -> Joined:
        """The first of a list keeps a denial that is its own ("men who are not A or with B")."""
        if not first.is_denied:
            return listed
        start = self._found.text.casefold().rfind("not", 0, listed.parts[0].span[0])
        return Joined(listed.word, (self._parser.parse((start, listed.parts[0].span[1])), *listed.parts[1:]))

    def _check_names(self, clause: Joined) -> None:
        """A list whose entries may share words is not cut; only what value sets know stands for itself."""
        if any(SEX_LAST.search(self._found.words(part.span)) for part in clause.parts if isinstance(part, Leaf)):
            raise NotAPhrase("words stand beside a sex: do they bind the other one too?")
        self._check_plain(clause)
        if not all(isinstance(part, Leaf) for part in clause.parts):
            return
        if any(self._found.comparisons_in(part.span) for part in clause.parts):
            return
        bare = [self._bare(part.span) for part in clause.parts]
        leaves = self._heads.leaves
        known = [
            leaves.is_whole(words) or leaves.is_dated(part.span) for words, part in zip(bare, clause.parts, strict=True)
        ]
        if shares_words(bare, known):
            raise NotAPhrase(f"words of “{self._found.words(clause.span)}” may belong to more than one of the list")

    def _check_plain(self, clause: Joined) -> None:
        """Beside limits, what has none must be a whole name, and a limit must not reach across the list."""
        has_limit = [bool(self._found.comparisons_in(part.span)) for part in clause.parts]
        if not any(has_limit):
            return
        self._check_grades(clause)
        if clause.is_mixed:
            raise NotCertain("commas and a joining word stand side by side: what does the word join?")
        for part, is_limit in zip(clause.parts, has_limit, strict=True):
            if not is_limit and isinstance(part, Leaf) and not self._is_sex_alone(part):
                words = self._bare(part.span)
                is_half = is_half_a_name(words, shares_head=self._may_share_subject(clause, part)) or is_act(words)
                if is_half and not self._heads.leaves.is_whole(words):
                    raise NotAPhrase(f"“{self._found.words(part.span)}” may be half of a name")
        if clause.word in ("or", "and/or") and has_limit[-1] and not any(has_limit[:-1]):
            first = self._found.comparisons_in(clause.parts[-1].span)[0]
            before = self._found.text[clause.parts[-1].span[0] : min(first.subject[0], first.span[0])]
            if before.strip():
                raise NotCertain("a limit behind the last of a list may bind each of it")

    def _check_grades(self, clause: Joined) -> None:
        """`heart failure, NYHA III or IV, or stroke`: a grade behind a comma may narrow what stands before it."""
        if self._found.kind is not Kind.EXCLUSION or len(clause.parts) == 2:
            return
        for before, part in pairwise(clause.parts):
            has_limits = [bool(self._found.comparisons_in(each.span)) for each in (before, part)]
            gap = self._found.text[before.span[1] : part.span[0]].strip()
            if has_limits == [False, True] and gap == "," and _GRADE.search(self._found.words(part.span)):
                raise NotCertain("a grade behind a comma can narrow what stands before it, or stand beside it")

    def _is_sex_alone(self, part: Leaf) -> bool:
        stripped = self._found.strip(part.span)
        return bool(stripped.sex) and not stripped.is_denied and stripped.start >= part.span[1]

    def _may_share_subject(self, clause: Joined, part: Leaf) -> bool:
        """Whether the limit behind a part measures something of two words ("varus or valgus misalignment > 15")."""
        behind = [each for each in self._found.comparisons_in(clause.span) if each.subject[0] >= part.span[1]]
        return bool(behind) and len(self._found.words(behind[0].subject).split()) > 1

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
        own = [index > 0 and self._has_own_time(part, shared.window) for index, part in enumerate(clause.parts)]
        settings = [setting if has_own else with_window for has_own in own]
        each = self.join(clause, [self._part(*pair) for pair in zip(clause.parts, settings, strict=True)], setting)
        if shared.is_certain:
            return each
        alone = self.join(clause, [self._part(part, setting) for part in clause.parts], setting)
        words = self._found.words(shared.window.span)
        which = "first" if shared.window.span[0] < clause.parts[0].span[1] else "last"
        alternatives = {
            "each": (f"“{words}” binds each of the list", each),
            f"{which}-alone": (f"“{words}” binds the {which} of the list alone", alone),
        }
        because = f"“{words}” can bind the {which} of the list, or each"
        return each if alone == each else self._found.reading("window-scope", because, alternatives)

    def _has_own_time(self, part: Clause, shared: WindowMention) -> bool:
        return any(window is not shared for window in self._found.windows_in(part.span))

    def join(self, clause: Joined, rules: list[Rule], setting: Setting) -> Rule:
        """The rules of the parts, joined as the word between them and the side of the list ask."""
        if len(rules) == 1:
            return rules[0]
        is_exclusion = self._found.kind is Kind.EXCLUSION
        if self._is_named_and_limited(clause) and is_exclusion:
            alternatives = {
                "narrows": ("the limit narrows what stands before the comma", {"all": rules}),
                "beside": ("either excludes", {"any": rules}),
            }
            return self._found.reading("comma", "a limit behind a comma can narrow, or stand beside", alternatives)
        if clause.word in ("or", "and/or"):
            return {"any": rules}
        if clause.word == WITH:
            return {"all": rules}
        if clause.word == "":
            return {"any" if is_exclusion else "all": rules}
        if not is_exclusion and not setting.is_condition and self._may_be_kinds(clause):
            return self._found.all_or_any(rules)
        if not is_exclusion or setting.is_condition:
            return {"all": rules}
        return self._found.any_or_all(rules)

    def _may_be_kinds(self, clause: Joined) -> bool:
        """`colitis, Crohn's disease and microscopic colitis`: three and more may be kinds of which one is asked."""
        return len(clause.parts) > 2 and all(
            isinstance(part, Leaf) and not self._found.comparisons_in(part.span) and not self._is_cued(part)
            for part in clause.parts
        )

    def _is_cued(self, part: Leaf) -> bool:
        stripped = self._found.strip(part.span)
        return stripped.is_denied or bool(stripped.sex)

    def _is_named_and_limited(self, clause: Joined) -> bool:
        """`heart failure, NYHA III`: a name, a comma, and one limit."""
        if clause.word or len(clause.parts) != 2 or self._found.text[clause.parts[0].span[1]] != ",":
            return False
        has_limit = [bool(self._found.comparisons_in(part.span)) for part in clause.parts]
        return has_limit == [False, True]

    def _given(self, clause: Given, setting: Setting) -> Rule:
        if clause.is_trailing and isinstance(clause.main, Joined):
            raise NotCertain("a condition behind a list can bind the last of it, or all")
        if isinstance(clause.condition, Joined) and not clause.condition.word:
            raise NotCertain("for whom it is asked is a list without a joining word")
        condition = self._rule(clause.condition, Setting(is_condition=True))
        main = self._rule(clause.main, setting)
        if self._found.kind is Kind.EXCLUSION:
            return {"all": [condition, main]}
        return {"if": condition, "then": main}

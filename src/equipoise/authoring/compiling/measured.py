"""What a stretch with comparisons says: measured things with limits, what joins them, and what stands around them.

Every word between, before and behind the limits must be accounted for. "Uncontrolled diabetes, as defined by fasting
glucose > 2 ULN": the limit defines the qualifier of a known disease, so both are asked. "Renal insufficiency
(creatinine > 2 mg/dL)": the limit says what the name means and stands for it. "Type 2 diabetes (HbA1c 7-10 %)": the
limit narrows a name of its own, so both are asked.
"""

import re
from dataclasses import replace
from itertools import pairwise

from equipoise.authoring.compiling.certainty import NotAPhrase, NotCertain
from equipoise.authoring.compiling.cues import strip_cues
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.leaves import Leaves, Setting, without_qualifier
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.names import is_a_scale, is_measured_by_limits
from equipoise.authoring.compiling.phrasebook import Phrase
from equipoise.authoring.compiling.quantities import Quantities
from equipoise.authoring.compiling.rule_parts import atoms_of, has_sex
from equipoise.authoring.freetext.mentions import ComparisonMention, Direction, TextSpan, WindowMention
from equipoise.criteria.truth import Kind
from equipoise.terminology.concepts import Concept, ConceptKind, DecidedBy

_MAJORITY = re.compile(r"\s*(?:on|in)\s+(?:all\s+or\s+)?(?:a|the)\s+majority\s+of\s+(?:the\s+)?lesions", re.IGNORECASE)
_DEFINES = re.compile(
    r"(?:,?\s*(?:as\s+)?(?:defined|indicated|evidenced|documented|determined|calculated|measured|estimated|demonstrated)"
    r"\s+(?:as|by)|,?\s*i\.?e\.?,?|:)\s*(?:an?\s+|the\s+)?$",
    re.IGNORECASE,
)
_HAS = re.compile(r",?\s*\b(?:with|and|who\s+(?:have|has|are)|having)\s+(?:an?\s+|the\s+)?$", re.IGNORECASE)
"""Before a limit these words add it to what stands before; they do not define it."""
_JOINS_RIGHT = re.compile(r"\s*(?:,\s*)?(?:and|with(?P<out>out)?|who\s+(?:have|has|are)|having)\s+", re.IGNORECASE)
_IDLE = re.compile(
    r"(?:\b(?:of|the|an?|at|in|is|are|was|be|been|must|should|have|has|had|having|levels?|values?|counts?|by|or|old|age"
    r"|aged|years?|patients?|subjects?|participants?|adults?|persons?|individuals?|m[ae]n|wom[ae]n|males?|females?|and"
    r"|both|sexes|either|sex|any|all|with|who|between|their|his|her|scores?|measured|serum|results?|inclusive|performed"
    r"|obtained|taken|assessed|documented|as)\b|[\s,;:.()\-–])*",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"[\s,;:.()]*(?P<word>and\s*/\s*or|and|or|,|/|with|but|as\s+well\s+as|plus)?[\s,;:.()]*"
    r"(?:(?:an?|the|also|must|have|has|be|is|are|of|with|who)\s+)*",
    re.IGNORECASE,
)
_NEVER = re.compile(r"\b(?:never|ever)\b", re.IGNORECASE)
_MEN_OR_WOMEN = re.compile(r"\b(?P<men>males?|m[ae]n|boys?)\b|\b(?P<women>females?|wom[ae]n|girls?)\b", re.IGNORECASE)


class Measured:
    """Makes rules of stretches with comparisons."""

    def __init__(self, found: Found, leaves: Leaves) -> None:
        self._found, self._leaves = found, leaves
        self.quantities = Quantities(found, leaves)

    def rule(self, span: TextSpan, setting: Setting) -> Rule:
        """
        The rule of one stretch that holds at least one comparison.

        Raises
        ------
        NotCertain
            With the reason, for the reviewer.
        """
        mentions = self._found.comparisons_in(span)
        start = min(min(self._start(each), each.span[0]) for each in mentions)
        end = max(max(each.subject[1], each.span[1]) for each in mentions)
        right = self._found.text[end : span[1]]
        joint = _JOINS_RIGHT.match(right)
        own = span[1] if joint is None else end + joint.end()  # a time behind "without B" is that of B
        setting = replace(setting, window=self._window((span[0], own)) or setting.window)
        share = _MAJORITY.match(right)
        end += share.end() if share else 0
        rule = self._joined(mentions, setting, share is not None)
        rule = self._with_left((span[0], start), rule, setting, mentions)
        return self._with_right((end, span[1]), rule, setting, mentions)

    def _start(self, mention: ComparisonMention) -> int:
        """Where the words for what is measured begin, a longer term that ends with them included."""
        longer = [term.start for term in self._found.terms if term.end == mention.subject[1]]
        return min([mention.subject[0], *longer])

    def _window(self, span: TextSpan) -> WindowMention | None:
        dated = [each for each in self._found.windows_in(span) if each.direction is not Direction.EVER]
        if len(dated) > 1:
            raise NotCertain("it names more than one span of time")
        return dated[0] if dated else None

    # ---------------------------------------------------------------------------------------------- several limits

    def _joined(self, mentions: tuple[ComparisonMention, ...], setting: Setting, is_share: bool) -> Rule:
        rules = [self.quantities.atom(mention, setting, is_share=is_share) for mention in mentions]
        if len(rules) == 1:
            return rules[0]
        if len({mention.subject for mention in mentions}) < len(mentions):
            raise NotCertain("several numbers are printed for one thing: which belongs to what?")
        self._check_subjects(mentions)
        words = {self._between(first, second) for first, second in pairwise(mentions)}
        joining = words - {""}
        if len(joining) > 1:
            raise NotCertain("limits are joined by “and” and by “or”: which binds first?")
        is_list_of_subjects = len({mention.span for mention in mentions}) == 1
        word = joining.pop() if joining else ""
        if word == "/":  # "AST/ALT < 3 x ULN" asks for both; "Karnofsky/Lansky >= 50" for the one that fits
            is_scale = all(not b.amount.spelling and b.amount.relative is None for m in mentions for b in m.bounds)
            word = "or" if is_list_of_subjects and is_scale else ""
        return self._join(rules, word, is_list_of_subjects, setting)

    def _check_subjects(self, mentions: tuple[ComparisonMention, ...]) -> None:
        """`irregular pulse, or pulse >= 100`: the limit may be the second one's alone."""
        for first, second in pairwise(mentions):
            longer, shorter = self._found.words(first.subject).casefold(), self._found.words(second.subject).casefold()
            if first.span == second.span and longer.endswith(f" {shorter}"):
                raise NotCertain(f"“{longer}” and “{shorter}” stand before one limit: does it bind both?")

    def _join(self, rules: list[Rule], word: str, is_list_of_subjects: bool, setting: Setting) -> Rule:
        """Limits joined by a word; of a list of subjects, the other word is a live meaning on the other side."""
        is_exclusion = self._found.kind is Kind.EXCLUSION and not setting.is_condition
        if not word:
            return {"any" if is_exclusion else "all": rules}
        plain = "any" if word == "or" else "all"
        is_open = (is_list_of_subjects and word == "or" and not is_exclusion) or (word == "and" and is_exclusion)
        if not is_open:
            return {plain: rules}
        alternatives: dict[str, tuple[str, Rule]] = {
            "any": ("any of them is enough", {"any": rules}),
            "all": ("all of them are asked", {"all": rules}),
        }
        return self._found.reading(
            "both-or-either", f"“{word}” between limits can ask for all or for any", alternatives
        )

    def _between(self, first: ComparisonMention, second: ComparisonMention) -> str:
        """The word between two limits: "and", "or", "/", or nothing of its own (a comma)."""
        is_shared = first.span == second.span
        start = first.subject[1] if is_shared else max(first.span[1], first.subject[1])
        end = min(self._start(second), second.subject[0] if is_shared else second.span[0])
        if self._found.windows_in((start, end)):
            raise NotCertain("a span of time stands between two limits: which does it bind?")
        found = _GAP.fullmatch(self._found.text, start, max(start, end))
        if found is None:
            raise NotAPhrase(f"“{self._found.words((start, end))}” between two limits is not understood")
        word = "".join((found["word"] or "").casefold().split())
        if word in ("or", "and/or"):
            return "or"
        return word if word == "/" else "" if word in ("", ",") else "and"

    # ---------------------------------------------------------------------------------------------- around the limits

    def _with_left(self, span: TextSpan, rule: Rule, setting: Setting, mentions: tuple[ComparisonMention, ...]) -> Rule:
        """What stands before the first measured thing: nothing of weight, people, or a head."""
        free = self._without_windows(span)
        if _IDLE.fullmatch(free):
            return self._sexed(free, rule)
        if self._is_explained(span, mentions):
            return rule
        stripped = strip_cues(free, 0, len(free))
        rest = free[stripped.start :]
        if _IDLE.fullmatch(rest):
            if stripped.is_denied and _NEVER.search(free):
                raise NotCertain("it asks that a limit was never met, and records hold only what was measured")
            return self._sexed(free, {"not": rule} if stripped.is_denied else rule)
        if stripped.is_denied:
            raise NotAPhrase(f"what is denied before the limit is not understood: “{self._found.words(span)}”")
        has = _HAS.search(rest)
        if has is not None:
            head = self._leaves.rule((span[0], span[0] + stripped.start + has.start()), setting)
            return {"all": [head, rule]}
        defines = _DEFINES.search(rest)
        if defines is not None:
            named = rest[: defines.start()].strip(" ,;:(-")
            return self._of_sex(stripped.sex, self._defined(named, rule, setting, is_said=True))
        known = self._known_before(rest, setting)
        if known is None:
            raise NotAPhrase(f"“{' '.join(rest.split())}” before the limit is not understood")
        return self._of_sex(stripped.sex, {"all": [known, rule]})

    def _of_sex(self, sex: str, rule: Rule) -> Rule:
        return {"all": [{"sex": sex}, rule]} if sex and not has_sex(rule) else rule

    def _known_before(self, words: str, setting: Setting) -> Rule | None:
        """`external beam radiation therapy to` before `more than 25 % of the bone marrow`."""
        bare = re.sub(r"\s+(?:to|with|of|in)\s*$", "", words.strip(), flags=re.IGNORECASE)
        entry = self._found.match(bare)
        return None if entry is None else self._leaves.entry(entry, setting)

    def _with_right(
        self, span: TextSpan, rule: Rule, setting: Setting, mentions: tuple[ComparisonMention, ...]
    ) -> Rule:
        """What stands behind the last limit: nothing of weight, what is measured, or a further condition."""
        behind = self.quantities.term_behind(mentions[-1])
        if behind is not None and behind.start >= span[0] and behind.entry is self.quantities.entry(mentions[-1]):
            span = (behind.end, span[1])
        free = self._without_windows(span)
        if _IDLE.fullmatch(free):
            return self._sexed(free, rule)
        joint = _JOINS_RIGHT.match(free)
        if joint is None:
            raise NotAPhrase(f"“{' '.join(free.split())}” after the limit is not understood")
        own = replace(setting, window=None, is_denied=bool(joint["out"]))
        more = self._leaves.rule((span[0] + joint.end(), span[1]), own)
        return {"all": [rule, {"not": more} if joint["out"] else more]}

    # ---------------------------------------------------------------------------------------------- heads

    def defined(self, span: TextSpan, rule: Rule, setting: Setting, *, is_said: bool) -> Rule:
        """A head with limits behind it; `is_said`: the text says that they define it."""
        stripped = self._found.strip(span)
        if stripped.is_denied:
            raise NotCertain("a denial stands before a definition")
        head = self._found.words((stripped.start, span[1]))
        rule = self._defined(head, rule, setting, is_said=is_said) if head else rule
        return self._of_sex(stripped.sex, rule)

    def _defined(self, head: str, rule: Rule, setting: Setting, *, is_said: bool) -> Rule:
        bare = without_qualifier(head)
        known = None if bare is None else self._known_head(bare, setting)
        known = known or self._known_head(head, setting)
        if known is not None:
            return self._beside_known(known, rule)
        is_graded = any(not str(atom.get("is", "<")).startswith(("<", ">", "=")) for atom in atoms_of(rule))
        if is_said or is_a_scale(head) or (is_measured_by_limits(head) and not is_graded):
            self._found.check(f"“{head}” is taken as its limits define it")
            return rule
        return {"all": [self._leaves.local(head, replace(setting, window=None)), rule]}

    def _beside_known(self, known: Rule, rule: Rule) -> Rule:
        """A limit that the rule of a known head asks already says nothing more; any other narrows it."""
        asked = {str(atom) for atom in atoms_of(known)}
        return known if all(str(atom) in asked for atom in atoms_of(rule)) else {"all": [known, rule]}

    def _known_head(self, words: str, setting: Setting) -> Rule | None:
        """The rule of a head that can be asked without a value."""
        entry = self._found.match(words)
        is_event = isinstance(entry, Concept) and entry.kind is ConceptKind.EVENT
        if entry is None or not (is_event or (isinstance(entry, Phrase) and (entry.rule is not None or entry.events))):
            return None
        return self._leaves.entry(entry, replace(setting, window=None))

    # ---------------------------------------------------------------------------------------------- words

    def _without_windows(self, span: TextSpan) -> str:
        free = list(self._found.text[slice(*span)])
        for window in self._found.windows_in(span):
            for place in range(window.span[0] - span[0], window.span[1] - span[0]):
                free[place] = " "
        return "".join(free)

    def _is_explained(self, span: TextSpan, mentions: tuple[ComparisonMention, ...]) -> bool:
        """An ability or a judgement that a person's own estimate answers ("ability to aim for 90 % …")."""
        entries = [self.quantities.entry(each) for each in mentions]
        if not all(isinstance(entry, Concept) and entry.decided_by is DecidedBy.PERSON for entry in entries):
            return False
        return any(asked.span[0] <= span[0] and asked.span[1] >= span[1] for asked in self._found.asked)

    def _sexed(self, words: str, rule: Rule) -> Rule:
        found = {match.lastgroup for match in _MEN_OR_WOMEN.finditer(words)}
        if len(found) != 1:
            return rule
        return {"all": [{"sex": "male" if found == {"men"} else "female"}, rule]}

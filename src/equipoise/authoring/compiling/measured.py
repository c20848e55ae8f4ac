"""What a stretch with comparisons says: measured things with limits, and the heads that they define.

"Uncontrolled diabetes, as defined by fasting glucose > 2 ULN": the limit defines the qualifier of a known disease, so
both are asked. "Renal insufficiency (creatinine > 2 mg/dL)": the limit says what the name means and stands for it.
"""

import re
from dataclasses import replace

from equipoise.authoring.compiling.certainty import NotAPhrase, NotCertain
from equipoise.authoring.compiling.clauses import TextSpan
from equipoise.authoring.compiling.cues import strip_cues
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.leaves import Leaves, Setting, without_qualifier
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.names import SCALES, name_of
from equipoise.authoring.compiling.phrasebook import Phrase
from equipoise.authoring.compiling.timing import timing_of, usual_timing
from equipoise.authoring.freetext.ages import is_age_span
from equipoise.authoring.freetext.mentions import ComparisonMention, Direction, WindowMention
from equipoise.criteria.truth import Kind
from equipoise.terminology.concepts import Concept, ConceptKind, DecidedBy

_MAJORITY = re.compile(r"\s*(?:on|in)\s+(?:all\s+or\s+)?(?:a|the)\s+majority\s+of\s+(?:the\s+)?lesions", re.IGNORECASE)
_DEFINES = re.compile(
    r"(?:,?\s*(?:as\s+)?(?:defined|indicated|evidenced|documented|determined|calculated|measured|estimated|demonstrated)\s+(?:as|by)"
    r"|,?\s*i\.?e\.?,?|[:(])\s*(?:an?\s+|the\s+)?$",
    re.IGNORECASE,
)
_HAS = re.compile(r",?\s*\b(?:with|and|who\s+(?:have|has|are)|having)\s+(?:an?\s+|the\s+)?$", re.IGNORECASE)
"""Before a limit these words add it to what stands before; they do not define it."""
_JOINS_RIGHT = re.compile(r"\s*(?:,\s*)?(?:and|with(?P<out>out)?|who\s+(?:have|has|are)|having)\s+", re.IGNORECASE)
_IDLE = re.compile(
    r"(?:\b(?:of|the|an?|at|in|is|are|was|be|been|must|should|have|has|had|having|level|levels|value|values|count|counts|by|or|old|age|aged|years?|"
    r"patients?|subjects?|participants?|adults?|persons?|individuals?|men|women|males?|females?|and|both|sexes|either|sex|any|all|with|who|between|their|his|her|score|scores|measured|serum|result|results|inclusive|performed|obtained|taken|assessed|documented|as)\b|[\s,;:.()\-–])*",
    re.IGNORECASE,
)
_MEN_OR_WOMEN = re.compile(r"\b(?P<men>males?|m[ae]n|boys?)\b|\b(?P<women>females?|wom[ae]n|girls?)\b", re.IGNORECASE)
_FASTING = "fasting"


class Measured:
    """Makes rules of stretches with comparisons."""

    def __init__(self, found: Found, leaves: Leaves) -> None:
        self._found, self._leaves = found, leaves

    def rule(self, span: TextSpan, setting: Setting) -> Rule:
        """
        The rule of one stretch that holds at least one comparison.

        Raises
        ------
        NotCertain
            With the reason, for the reviewer.
        """
        found = self._found
        mentions = found.comparisons_in(span)
        window = self._window(span) or setting.window
        setting = replace(setting, window=window)
        start = min(min(self._start(each), each.span[0]) for each in mentions)
        end = max(max(each.subject[1], each.span[1]) for each in mentions)
        left, right = found.text[span[0] : start], found.text[end : span[1]]
        share = _MAJORITY.match(right)
        rule = self._joined(mentions, setting, share is not None)
        right = right[share.end() :] if share else right
        right_start = span[1] - len(right)
        rule = self._with_left(left, (span[0], start), rule, setting, mentions)
        return self._with_right(right, (right_start, span[1]), rule, setting, mentions)

    def _start(self, mention: ComparisonMention) -> int:
        """Where the words for what is measured begin, a longer term that ends with them included."""
        longer = [term.start for term in self._found.terms if term.end == mention.subject[1]]
        return min([mention.subject[0], *longer])

    def is_known(self, span: TextSpan) -> bool:
        """Whether everything that is compared in a stretch stands in the value sets, or is an age."""
        text = self._found.text
        pairs = [(mention, text[slice(*mention.subject)]) for mention in self._found.comparisons_in(span)]
        return all(self._entry(*pair) is not None or self._is_age(pair[0]) for pair in pairs)

    def _window(self, span: TextSpan) -> WindowMention | None:
        dated = [each for each in self._found.windows_in(span) if each.direction is not Direction.EVER]
        if len(dated) > 1:
            raise NotCertain("it names more than one span of time")
        return dated[0] if dated else None

    def _joined(self, mentions: tuple[ComparisonMention, ...], setting: Setting, is_share: bool) -> Rule:
        rules = [self._one(mention, setting, is_share) for mention in mentions]
        if len(rules) == 1:
            return rules[0]
        if len({mention.subject for mention in mentions}) < len(mentions):
            raise NotCertain("several numbers are printed for one thing: which belongs to what?")
        between = self._found.text[mentions[0].subject[0] : mentions[-1].subject[0]].casefold()
        is_any = " or " in between or "/" in between
        if not is_any and self._found.kind is Kind.EXCLUSION and " and " in between:
            raise NotCertain("two limits are joined by “and” in an exclusion: both, or either?")
        return {"any" if is_any else "all": rules}

    def _one(self, mention: ComparisonMention, setting: Setting, is_share: bool) -> Rule:
        if mention.doubt:
            raise NotCertain(mention.doubt)
        text = self._found.text
        subject = text[slice(*mention.subject)]
        entry = self._entry(mention, subject)
        if entry is None and self._is_age(mention):
            return self._found.limits.ages(mention)
        if isinstance(entry, Phrase):
            return self._derived(entry, mention)
        concept = entry or self._local(mention, subject)
        options = self._options(concept, setting)
        if is_share:
            rule = self._found.limits.atom(concept, mention, {})
            return {"share": concept.id, "where": rule["is"], "is": "> 50 %", **options}
        return self._found.limits.atom(concept, mention, options)

    def _entry(self, mention: ComparisonMention, subject: str) -> Concept | Phrase | None:
        """What is measured: the subject's own words, else a term that stands right after the comparison."""
        text = self._found.text
        around = [
            term.entry
            for term in self._found.terms
            if term.start < mention.subject[0] and term.end == mention.subject[1]
        ]
        entry = around[0] if around else self._found.match(subject)
        if entry is None:
            after = [term for term in self._found.terms if 0 <= term.start - mention.span[1] <= 6]
            joined = [term for term in after if not text[mention.span[1] : term.start].strip(" ofthe")]
            entry = joined[0].entry if joined else None
        if isinstance(entry, Concept) and entry.kind in (ConceptKind.EVENT, ConceptKind.DATE):
            return None
        return entry

    def _is_age(self, mention: ComparisonMention) -> bool:
        return is_age_span(self._found.text, mention.subject) and all(
            bound.amount.unit in (None, "a", "mo", "wk", "d") and bound.amount.relative is None
            for bound in mention.bounds
        )

    def _derived(self, phrase: Phrase, mention: ComparisonMention) -> Rule:
        if phrase.limit is None or phrase.unit is None or len(mention.bounds) != 1:
            raise NotCertain(f"the phrase {phrase.id} takes no limit")
        bound = mention.bounds[0]
        if bound.amount.unit != phrase.unit or bound.others:
            raise NotCertain(f"it is compared in {phrase.unit}, not in {bound.amount.spelling or 'no unit'}")
        self._found.check(f"{phrase.id}: {phrase.source}")
        return dict(phrase.filled({"LIMIT": f"{bound.operator.value} {bound.amount.value} {phrase.unit}"}))

    def _local(self, mention: ComparisonMention, subject: str) -> Concept:
        label = name_of(" ".join(subject.split()))
        if label.casefold() in SCALES:
            raise NotCertain(f"a {label.casefold()} of what?")
        amounts = [bound.amount for bound in mention.bounds]
        if any(each.relative is None and each.spelling and each.unit is None for each in amounts):
            spelling = next(each.spelling for each in amounts if each.spelling)
            raise NotCertain(f"the unit {spelling!r} is not understood")
        unit = next((each.unit for each in amounts if each.unit is not None), None)
        name = self._found.declared.quantity(label, unit)
        return Concept(
            name, label, ConceptKind.QUANTITY, unit=unit or "1", is_unit_required=unit is not None, window="laboratory"
        )

    def _options(self, concept: Concept, setting: Setting) -> Rule:
        window = setting.window
        is_dated = window is not None and window.direction is not Direction.NOW
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

    def _with_left(
        self, left: str, span: TextSpan, rule: Rule, setting: Setting, mentions: tuple[ComparisonMention, ...]
    ) -> Rule:
        """What stands before the first measured thing: nothing of weight, people, or a head that it defines."""
        left, window_free = self._without_windows(left, span)
        if _IDLE.fullmatch(window_free):
            return self._sexed(window_free, rule)
        if self._is_explained(span, mentions):
            return rule
        stripped = strip_cues(window_free, 0, len(window_free))
        rest = window_free[stripped.start :]
        if _IDLE.fullmatch(rest):
            rule = {"not": rule} if stripped.is_denied else rule
            return self._sexed(window_free, rule)
        has = _HAS.search(rest)
        if has is not None and not stripped.is_denied:
            head = self._leaves.rule((span[0], span[0] + stripped.start + has.start()), setting)
            return {"all": [head, rule]}
        defines = _DEFINES.search(rest)
        if defines is None or stripped.is_denied:
            known = self._known_before(rest, setting)
            if known is None or stripped.is_denied:
                raise NotAPhrase(f"“{' '.join(rest.split())}” before the limit is not understood")
            return {"all": [known, rule]}
        return self._defined(rest[: defines.start()].strip(" ,;:(-"), rule, setting)

    def _known_before(self, words: str, setting: Setting) -> Rule | None:
        """`external beam radiation therapy to` before `more than 25 % of the bone marrow`."""
        bare = re.sub(r"\s+(?:to|with|of|in)\s*$", "", words.strip(), flags=re.IGNORECASE)
        entry = self._found.match(bare)
        return None if entry is None else self._leaves.entry(entry, setting)

    def defined(self, span: TextSpan, rule: Rule, setting: Setting) -> Rule:
        """A head with a bracket that defines it by limits."""
        stripped = self._found.strip(span)
        if stripped.is_denied:
            raise NotCertain("a denial stands before a definition")
        rule = self._defined(" ".join(self._found.text[stripped.start : span[1]].split()), rule, setting)
        return {"all": [{"sex": stripped.sex}, rule]} if stripped.sex else rule

    def _defined(self, head: str, rule: Rule, setting: Setting) -> Rule:
        """A head that limits define: a known one is asked beside them, an unknown one is what they say."""
        bare = without_qualifier(head)
        qualified = None if bare is None else self._known_head(bare, setting)
        if qualified is not None:
            return {"all": [qualified, rule]}
        known = self._known_head(head, setting)
        if known is not None:
            return {"any" if self._found.kind is Kind.EXCLUSION else "all": [known, rule]}
        self._found.check(f"“{head}” is taken as its limits define it")
        return rule

    def _known_head(self, words: str, setting: Setting) -> Rule | None:
        """The rule of a head that can be asked without a value."""
        entry = self._found.match(words)
        is_event = isinstance(entry, Concept) and entry.kind is ConceptKind.EVENT
        if entry is None or not (is_event or (isinstance(entry, Phrase) and (entry.rule is not None or entry.events))):
            return None
        return self._leaves.entry(entry, replace(setting, window=None))

    def _with_right(
        self, right: str, span: TextSpan, rule: Rule, setting: Setting, mentions: tuple[ComparisonMention, ...]
    ) -> Rule:
        """What stands after the last limit: nothing of weight, a remark on the method, or a further condition."""
        _, free = self._without_windows(right, span)
        if _IDLE.fullmatch(free):
            return self._sexed(free, rule)
        claimed = [term for term in self._found.terms if span[0] <= term.start <= span[0] + 6 and term.end <= span[1]]
        if claimed and _IDLE.fullmatch(self._found.text[claimed[0].end : span[1]]):
            return rule  # the term that says what is measured
        joint = _JOINS_RIGHT.match(free)
        if joint is not None and not self._found.comparisons_in(span):
            offset = span[0] + right.find(free) if free in right else None
            if offset is not None:
                more = self._leaves.rule((offset + joint.end(), span[1]), setting)
                return {"all": [rule, {"not": more} if joint["out"] else more]}
        raise NotAPhrase(f"“{' '.join(free.split())}” after the limit is not understood")

    def _without_windows(self, words: str, span: TextSpan) -> tuple[str, str]:
        free = list(words)
        for window in self._found.windows_in(span):
            for place in range(window.span[0] - span[0], window.span[1] - span[0]):
                free[place] = " "
        return words, "".join(free)

    def _is_explained(self, span: TextSpan, mentions: tuple[ComparisonMention, ...]) -> bool:
        """An ability or a judgement that a person's own estimate answers ("ability to aim for 90 % …")."""
        entries = [self._entry(each, self._found.text[slice(*each.subject)]) for each in mentions]
        if not all(isinstance(entry, Concept) and entry.decided_by is DecidedBy.PERSON for entry in entries):
            return False
        return any(asked.span[0] <= span[0] and asked.span[1] >= span[1] for asked in self._found.asked)

    def _sexed(self, words: str, rule: Rule) -> Rule:
        found = {match.lastgroup for match in _MEN_OR_WOMEN.finditer(words)}
        if len(found) != 1:
            return rule
        sex = {"sex": "male" if found == {"men"} else "female"}
        return {"all": [sex, rule]}

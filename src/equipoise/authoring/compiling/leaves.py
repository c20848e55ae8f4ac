"""What one uncut stretch says: an event, a measured thing, a known phrase, or a name that still needs codes.

Every word of a stretch must be accounted for: taken off as a cue, claimed by a finder, part of the name. A stretch
with a word left over is not certain, and no rule is made of it.
"""

import re
from dataclasses import dataclass, replace

from equipoise.authoring.compiling.certainty import NotAPhrase, NotCertain
from equipoise.authoring.compiling.cues import Stripped, strip_cues
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.compiling.lexicon import Entry
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.names import name_of
from equipoise.authoring.compiling.phrasebook import Phrase, classes_without
from equipoise.authoring.compiling.rule_parts import has_sex
from equipoise.authoring.compiling.timing import timing_of, usual_timing
from equipoise.authoring.freetext.mentions import Direction, TextSpan, WindowMention
from equipoise.criteria.nodes import WindowUnit
from equipoise.criteria.truth import Kind
from equipoise.terminology.concepts import Concept, ConceptKind

_HEAD_WITH = re.compile(
    r"(?P<head>(?:[\w-]+\s+){0,4}?(?:therapy|therapies|treatment|treatments|use|administration|exposure|chemotherapy|intake))\s+"
    r"(?:with|of|to|by)\s+(?P<what>.+)",
    re.IGNORECASE | re.DOTALL,
)
_METASTATIC = re.compile(r"metastatic\s+(?P<what>.+?)\s+to\s+(?:the\s+)?(?P<organ>\w+)", re.IGNORECASE | re.DOTALL)
_QUALIFIER = re.compile(
    r"(?:uncontrolled|severe|significant|poorly\s+controlled|unstable|decompensated|symptomatic|serious)\s+",
    re.IGNORECASE,
)
_RANGE = (
    r"(?:institutional\s+|laboratory\s+)?(?:normal|reference)\s+(?:range|limits?)(?:\s+for\s+age(?:\s+and\s+sex)?)?"
)
_LIMIT_OF = (
    r"(?:limit\s+of\s+(?:the\s+)?(?:normal(?:\s+range)?|reference\s+range)|normal\s+limit)"
    r"(?:\s+for\s+age(?:\s+and\s+sex)?)?"
)
_BELOW, _ABOVE = (
    r"(?:below|less\s+than|lower\s+than|under|<)",
    r"(?:above|greater\s+than|higher\s+than|exceeding|over|>)",
)
_WITHIN = (">= 1 x LLN", "<= 1 x ULN")
_NORMAL = tuple(
    (re.compile(rf"(?P<what>.+?)\s+(?:is\s+|are\s+)?{words}", re.IGNORECASE | re.DOTALL), limits)
    for words, limits in (
        (rf"(?:with)?in\s+(?:the\s+)?{_RANGE}", _WITHIN),
        (rf"outside\s+(?:of\s+)?(?:the\s+)?{_RANGE}", ("< 1 x LLN", "> 1 x ULN")),
        (rf"{_BELOW}\s+(?:the\s+)?(?:lower\s+{_LIMIT_OF}|LLN|{_RANGE})", ("< 1 x LLN",)),
        (rf"{_ABOVE}\s+(?:the\s+)?(?:upper\s+{_LIMIT_OF}|ULN|{_RANGE})", ("> 1 x ULN",)),
    )
)
_NOT_DONE = re.compile(
    r"\b(?:not|never|no)\s+(?:yet\b|longer\b|(?:previously\s+)?(?!treated\s+(?:with|for))\w+ed\s+(?!with\b|for\b|by\b)\w)",
    re.IGNORECASE,
)
_FORMER = re.compile(r"\bformer(?:ly)?\b", re.IGNORECASE)
_OF = re.compile(r"^of\s+(?:an?\s+|the\s+)?", re.IGNORECASE)
_AND = re.compile(r"\band\b", re.IGNORECASE)
_UNDERGOING = re.compile(r"\bundergo(?:es|ing)?\b", re.IGNORECASE)
_BETWEEN_TERMS = re.compile(r"[\s,]*(?:(?:with|in|to|and|of|the|a)\b[\s,]*)*", re.IGNORECASE)


@dataclass(frozen=True)
class Setting:
    """
    What holds for a stretch from around it: a window that the list shares, a denial taken off before it.

    `is_condition`: it stands in a definition or a condition, where "and" asks for both whatever the side.
    `is_treatment`: words before it say that it was given.
    """

    window: WindowMention | None = None
    is_denied: bool = False
    is_condition: bool = False
    is_treatment: bool = False


class Leaves:
    """Makes rules of stretches without comparisons."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def rule(self, span: TextSpan, setting: Setting) -> Rule:
        """
        The rule of one stretch.

        Raises
        ------
        NotCertain
            With the reason, for the reviewer.
        """
        found = self._found
        stripped = found.strip(span)
        is_denied = stripped.is_denied
        if is_denied and _NOT_DONE.search(found.text, *span):
            raise NotCertain("what is denied is what was done, not the thing")
        for check in stripped.checks:
            found.check(check)
        if _UNDERGOING.search(found.text, span[0], stripped.start):
            raise NotCertain("“undergoing” says that it is planned or under way, which records seldom tell")
        start = self._after_window(stripped.start)
        window, pieces = self._without_windows((start, span[1]))
        if start > span[0]:  # "has a history of" stands among the words taken off
            window = window or self._window((span[0], start))
        rule = self._dated(window, pieces)
        if rule is not None:
            return {"not": rule} if is_denied else rule
        if start > stripped.start or (window is not None and window.span[0] <= start):
            pieces = without_of(pieces)
        if window is None or (window.direction in (Direction.EVER, Direction.NOW) and setting.window is not None):
            window = setting.window or window
        rule = self._named(
            pieces,
            replace(
                setting, window=window, is_denied=setting.is_denied or is_denied, is_treatment=stripped.is_treatment
            ),
            stripped.sex,
        )
        return self._with_sex(rule, stripped)

    def _with_sex(self, rule: Rule, stripped: Stripped) -> Rule:
        """The denial and the sex around a rule, in the order in which the words stand."""
        asks_sex = bool(stripped.sex) and not has_sex(rule)
        sex: Rule = {"sex": stripped.sex}
        if not stripped.is_denied:
            return {"all": [sex, rule]} if asks_sex else rule
        if stripped.is_sex_denied:
            return {"not": {"all": [sex, rule]} if asks_sex else rule}
        return {"all": [sex, {"not": rule}]} if stripped.sex else {"not": rule}

    def is_dated(self, span: TextSpan) -> bool:
        """Whether a stretch says how long ago a dated thing may be."""
        stripped = self._found.strip(span)
        window, words = self._without_windows((self._after_window(stripped.start), span[1]))
        return self._dated(window, words) is not None

    def _dated(self, window: WindowMention | None, words: str) -> Rule | None:
        """`< 2 years after last menstruation`: how long ago a dated thing may be."""
        if window is None or window.length is None or window.unit is None or window.direction is Direction.LONGER_AGO:
            return None
        known = self._found.match(words) or self._found.match(window.anchor_words)
        if not isinstance(known, Phrase) or known.limit is None or known.unit is not None:
            return None
        length = f"{window.length} {window.unit.value}"
        if window.unit is WindowUnit.YEAR:
            length = f"{window.length * 12} mo"
        return dict(known.filled({"WINDOW": f"< {length}" if window.is_strict else length, "LENGTH": length}))

    def _after_window(self, place: int) -> int:
        """The end of a span of time that reaches across a place, else the place."""
        return max([place, *(each.span[1] for each in self._found.windows if each.span[0] < place < each.span[1])])

    def _window(self, span: TextSpan) -> WindowMention | None:
        """The one window of a stretch; a plain "history of" gives way to a length of time."""
        windows = self._found.windows_in(span)
        if any(_FORMER.search(self._found.text, *each.span) for each in windows):
            raise NotCertain("“former” says that it is over, which records seldom do")
        dated = [each for each in windows if each.direction not in (Direction.EVER, Direction.NOW)]
        if len(dated) > 1:
            raise NotCertain("it names more than one span of time")
        return dated[0] if dated else windows[0] if windows else None

    def without_windows(self, span: TextSpan) -> tuple[WindowMention | None, str]:
        """The one window of a stretch, and its words with the place of every window blank."""
        letters = list(self._found.text[slice(*span)])
        for window in self._found.windows_in(span):
            for place in range(window.span[0] - span[0], window.span[1] - span[0]):
                letters[place] = " "
        return self._window(span), " ".join("".join(letters).split())

    def timing(self, window: WindowMention | None, *, is_denied: bool) -> dict[str, str]:
        """The window of an atom, what it assumes told to the reviewer."""
        timing = timing_of(window, is_denied=is_denied, keeps_anchor=self._found.keeps_anchor)
        for check in timing.checks:
            self._found.check(check)
        return timing.options()

    def _without_windows(self, span: TextSpan) -> tuple[WindowMention | None, str]:
        """The window, and the words that are left when every window is taken out."""
        text, start = self._found.text, span[0]
        pieces = []
        for window in self._found.windows_in(span):
            pieces.append(text[start : window.span[0]])
            start = window.span[1]
        pieces.append(text[start : span[1]])
        kept = [piece for piece in (_trimmed(piece) for piece in pieces) if piece]
        if len(kept) > 1:
            raise NotAPhrase("a span of time stands in the middle of it")
        return self._window(span), kept[0] if kept else ""

    def _named(self, words: str, setting: Setting, sex: str) -> Rule:
        if not words and sex and setting.window is None:
            return {"sex": sex}
        if not words:
            raise NotAPhrase("nothing is left to ask")
        words = words if sex else self._without_cues(words)
        rule = self._entry_rule(words, setting) or self._normal(words, setting)
        rule = rule or self._metastatic(words, setting) or self._terms(words, setting)
        if rule is None:
            rule = self.local(words, setting)
        return rule

    def _without_cues(self, words: str) -> str:
        stripped = strip_cues(words, 0, len(words))
        return words if stripped.is_denied or stripped.sex else _trimmed(words[stripped.start :]) or words

    def _entry_rule(self, words: str, setting: Setting) -> Rule | None:
        entry = self._found.match(words)
        if entry is None:
            head = _HEAD_WITH.fullmatch(words)
            entry = self._found.match(_trimmed(head["what"])) if head else None
        return None if entry is None else self.entry(entry, setting)

    def entry(self, entry: Entry, setting: Setting) -> Rule:
        """The rule of something that the lexicon knows."""
        if isinstance(entry, Phrase):
            return self._phrase(entry, setting)
        if entry.kind is not ConceptKind.EVENT:
            raise NotCertain(f"it names {entry.label} and says no value")
        return self.event(entry, setting)

    def is_whole(self, words: str) -> bool:
        """Whether value sets hold some words whole, or a treatment "with" what they hold."""
        head = _HEAD_WITH.fullmatch(words)
        return self._found.match(words) is not None or (
            head is not None and self._found.match(_trimmed(head["what"])) is not None
        )

    def known(self, span: TextSpan) -> str | None:
        """Whether a stretch, cues taken off, is known: "phrase", "concept" or None."""
        stripped = self._found.strip(span)
        entry = self._found.match(self._found.text[stripped.start : span[1]])
        return None if entry is None else "phrase" if isinstance(entry, Phrase) else "concept"

    def known_event(self, span: TextSpan) -> str | None:
        """The identifier of the event that a stretch names, cues taken off."""
        stripped = self._found.strip(span)
        for start in (span[0], stripped.start):
            entry = self._found.match(self._found.text[start : span[1]])
            if isinstance(entry, Concept) and entry.kind is ConceptKind.EVENT:
                return entry.id
        return None

    def left_out(self, concept: str) -> frozenset[str]:
        """The concepts that a class leaves out by its own definition."""
        return frozenset(classes_without().get(concept, ()))

    def event(self, concept: Concept, setting: Setting) -> Rule:
        """The rule of a known event; a state that passes counts on the day itself, unless a time is named."""
        options = self.timing(setting.window, is_denied=setting.is_denied)
        return {"record": concept.id, **(usual_timing(concept) if setting.window is None else options)}

    def _phrase(self, phrase: Phrase, setting: Setting) -> Rule:
        if phrase.events:
            return {"any": [self.event(self._found.library[name], setting) for name in phrase.events]}
        dated = setting.window is not None and setting.window.direction is not Direction.NOW
        if phrase.rule is None or dated:
            raise NotCertain(f"the phrase {phrase.id} stands with a limit or a time that it does not know")
        return dict(phrase.rule)

    def normal(self, span: TextSpan) -> Rule | None:
        """The rule of a stretch that says that a result is normal; None when it says something else."""
        return self._normal(self._found.words(span), Setting())

    def _normal(self, words: str, setting: Setting) -> Rule | None:
        """A result against the laboratory's own limits, in words: within, outside, above or below the normal range."""
        for shape, limits in _NORMAL:
            found = shape.fullmatch(words)
            entry = self._found.match(found["what"]) if found else None
            if isinstance(entry, Concept) and entry.kind is ConceptKind.QUANTITY and setting.window is None:
                options = usual_timing(entry)
                rules = [{"latest": entry.id, "is": limit, **options} for limit in limits]
                how = "all" if limits == _WITHIN else "any"
                return {how: rules} if len(rules) > 1 else rules[0]
        return None

    def _metastatic(self, words: str, setting: Setting) -> Rule | None:
        """`Metastatic X to the liver`: the disease, and its metastasis there."""
        shape = _METASTATIC.fullmatch(_without_brackets(words))
        if shape is None:
            return None
        found = self._found
        disease, metastasis = found.match(shape["what"]), found.match(f"{shape['organ']} metastasis")
        if disease is None or metastasis is None:
            return None
        return {"all": [self.entry(disease, setting), self.entry(metastasis, setting)]}

    def _terms(self, words: str, setting: Setting) -> Rule | None:
        """Several known terms that fill the stretch: all of them are asked."""
        mentions = self._found.mentions(words)
        if len(mentions) < 2:
            return None
        place, gaps = 0, []
        for mention in mentions:
            gaps.append(words[place : mention.start])
            place = mention.end
        gaps.append(words[place:])
        if not all(_BETWEEN_TERMS.fullmatch(gap) for gap in gaps):
            return None
        rules = [self.entry(mention.entry, setting) for mention in mentions]
        if self._found.kind is not Kind.EXCLUSION or setting.is_condition or not any(map(_AND.search, gaps)):
            return {"all": rules}
        return self._found.any_or_all(rules)

    def local(self, words: str, setting: Setting) -> Rule:
        """A concept that no value set holds, named by the words themselves."""
        name = self._found.declared.event(name_of(words), is_treatment=setting.is_treatment)
        return {"record": name, **self.timing(setting.window, is_denied=setting.is_denied)}


def without_of(words: str) -> str:
    """`of a stroke` is a stroke: what is left of "a history within 5 years of a stroke" without its time."""
    return _OF.sub("", words)


def without_qualifier(words: str) -> str | None:
    """`uncontrolled diabetes` is `diabetes` with a qualifier; None without one."""
    found = _QUALIFIER.match(words)
    return None if found is None else words[found.end() :]


def _without_brackets(words: str) -> str:
    return " ".join(re.sub(r"\([^()]*\)", " ", words).split())


def _trimmed(words: str) -> str:
    return words.strip(" \t\n,;:.-–*")

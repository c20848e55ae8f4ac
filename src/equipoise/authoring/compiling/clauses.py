"""How a sentence hangs together: alternatives, exceptions, conditions, brackets. A tree of spans, no meaning yet.

Decides where a sentence may be cut. Stretches that a finder has claimed (a comparison with its subject, a window, a
term) are never cut through. Where a cut would be a guess there is none: the stretch stays whole, and whoever reads it
says that it is not certain.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from equipoise.authoring.compiling.certainty import NotCertain
from equipoise.authoring.freetext.mentions import TextSpan

_SEMICOLON = re.compile(r"(;)\s*(?:(?P<word>and\s*/\s*or|and|or)\s+)?", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?]\s+(?=[A-Z(])")
_UNLESS = re.compile(r"[,;]?\s*\bunless\b\s*", re.IGNORECASE)
_EXCEPT = re.compile(
    r"[,;(]?\s*\b(?:except(?:ing)?(?:\s+for)?|with\s+the\s+exceptions?\s+of|other\s+than|apart\s+from|besides)\b\s*",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(?:for|in|if|among)\s+(?P<who>[^:;]{3,400}?)\s*(?P<end>:)\s+|(?:for|in|if|among)\s+(?P<short>[^:,;]{3,160}?)\s*,\s+",
    re.IGNORECASE,
)
_TRAILING_IF = re.compile(r",?\s+if\s+", re.IGNORECASE)
_AS_ONE = re.compile(r"\bfor\s+age\s+and\s+(?:sex|gender)\b|\bwith\s+or\s+without\b", re.IGNORECASE)
WITH = "with"
"""What joins a limit and a list ("aged 18 or older, with A or B"): both are asked, on either side."""
_WITH = re.compile(r",?\s+(?:(?:with|who\s+(?:have|has|are)|having)\s+(?!in\b)|(?=without\b))", re.IGNORECASE)
_NEW_ENTRY = re.compile(r",\s*(?:and\s*/\s*or|and|or)\s", re.IGNORECASE)
_DEFINED = re.compile(r",?\s*\b(?:as\s+)?defined\s+(?:as|by)\s+(?:an?\s+|the\s+)?", re.IGNORECASE)
_RELATIVE = (
    r"(?!\s*(?:who|which|that|whose|with|without|if|as|but|when|where|inclusive|including|such|defined|e\.g|i\.e)\b)"
)
_JOIN = re.compile(
    rf"\s*,\s*(?:and\s*/\s*or|and|or)\s+|\s+(?:and\s*/\s*or|and|or|as\s+well\s+as)\s+|\s*,\s+{_RELATIVE}|(?<=\w\w)/(?=\w\w)",
    re.IGNORECASE,
)
_SEX_FIRST = re.compile(r"(?:(?:fe)?males?|(?:wo)?m[ae]n)\b", re.IGNORECASE)
_SAID_OF_ONE = re.compile(r"\b(?:with|having)\s", re.IGNORECASE)
_POPULATIONS = re.compile(r",?\s+(?:and|or)\s+(?=(?:fe)?males?\b|(?:wo)?m[ae]n\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Leaf:
    """A stretch that is not cut further."""

    span: TextSpan


@dataclass(frozen=True)
class Joined:
    """
    Parts that stand beside each other.

    `word`: "or", "and", "and/or", WITH, or "" where only commas, semicolons or full stops part them. `is_mixed`: commas
    of their own stand beside a word that no comma leads in ("A, B or C"), so that the word may join the last two alone.
    """

    word: str
    parts: tuple["Clause", ...]
    is_mixed: bool = False

    @property
    def span(self) -> TextSpan:
        return self.parts[0].span[0], self.parts[-1].span[1]


@dataclass(frozen=True)
class Unless:
    """`main` does not count where `exception` holds."""

    main: "Clause"
    exception: "Clause"

    @property
    def span(self) -> TextSpan:
        return self.main.span[0], self.exception.span[1]


@dataclass(frozen=True)
class Except:
    """`main` without what `exception` names: members of a class, not a condition."""

    main: "Clause"
    exception: "Clause"
    span: TextSpan


@dataclass(frozen=True)
class Given:
    """`main` is asked of those alone for whom `condition` holds."""

    condition: "Clause"
    main: "Clause"
    is_trailing: bool = False

    @property
    def span(self) -> TextSpan:
        spans = (self.condition.span, self.main.span)
        return min(span[0] for span in spans), max(span[1] for span in spans)


@dataclass(frozen=True)
class Defined:
    """`body` says what `head` means ("…, defined as …")."""

    head: TextSpan
    body: "Clause"

    @property
    def span(self) -> TextSpan:
        return self.head[0], self.body.span[1]


Clause = Leaf | Joined | Unless | Except | Given | Defined


@dataclass(frozen=True)
class Bracket:
    """A bracketed stretch: `start` and `end` with the brackets, `inner` without."""

    start: int
    end: int
    inner: TextSpan


def find_brackets(text: str) -> tuple[Bracket, ...]:
    """Outermost brackets that close, in order."""
    found: list[Bracket] = []
    if "(" not in text and "[" not in text:
        return ()
    depth, start = 0, -1
    for place, sign in enumerate(text):
        if sign in "([":
            depth, start = depth + 1, place if depth == 0 else start
        elif sign in ")]" and depth:
            depth -= 1
            if depth == 0:
                found.append(Bracket(start, place + 1, (start + 1, place)))
    return tuple(found)


def _never_closed(text: str) -> list[TextSpan]:
    """A bracket that opens and never closes takes in the rest."""
    start = text.rfind("(")
    return [(start, len(text))] if start >= 0 and ")" not in text[start:] else []


class ClauseParser:
    """Cuts one text; `protected` are stretches that finders have claimed, `windows` and `limits` some of these."""

    def __init__(
        self,
        text: str,
        protected: Sequence[TextSpan],
        *,
        windows: Sequence[TextSpan] = (),
        limits: Sequence[TextSpan] = (),
    ) -> None:
        self._text = text
        self._limits = limits
        self._claimed_starts = {start for start, _ in protected}
        self._claimed_ends = {end for _, end in protected}
        self._window_starts = {start for start, _ in windows}
        self._window_ends = {end for _, end in windows}
        brackets = [(bracket.start, bracket.end) for bracket in find_brackets(text)]
        self._all_protected = sorted(
            {*protected, *brackets, *_never_closed(text), *(found.span() for found in _AS_ONE.finditer(text))}
        )
        self._protected: Sequence[TextSpan] = self._all_protected
        folded = text.casefold()
        self._cuts = [cut for cut, keys in self._known_cuts() if any(key in folded for key in keys)]

    def parse(self, span: TextSpan) -> Clause:
        """The tree of a stretch; inside a bracket its own signs may be cut through."""
        start, end = self._trim(span)
        self._protected = [each for each in self._all_protected if not (each[0] < start and each[1] >= end)]
        for cut in self._cuts:
            clause = cut(start, end)
            if clause is not None:
                return clause
        return Leaf((start, end))

    def _known_cuts(self) -> tuple[tuple[Callable[[int, int], Clause | None], tuple[str, ...]], ...]:
        """The ways to cut, outermost first, each with words of which one must stand in the text."""
        return (
            (self._semicolons, (";",)),
            (self._unless, ("unless",)),
            (self._condition, ("for ", "in ", "if ", "among ")),
            (self._except, ("except", "exception", "other than", "apart from", "besides")),
            (self._defined, ("defined",)),
            (self._sexes, ("men", "man", "male")),
            (self._with, ("with", "who ", "having")),
            (self._join, (",", "/", "and", "or ", "as well as")),
        )

    def sentences(self, span: TextSpan) -> list[TextSpan]:
        """The sentences of a stretch, without their full stops."""
        start, end = span
        cuts = [
            found
            for found in _SENTENCE.finditer(self._text, start, end)
            if self._is_free(found.start(), found.start() + 1)
        ]
        starts = [start, *(found.end() for found in cuts)]
        ends = [*(found.start() for found in cuts), end]
        return [self._trim(each) for each in zip(starts, ends, strict=True) if each[0] < each[1]]

    def _trim(self, span: TextSpan) -> TextSpan:
        start, end = span
        text = self._text
        while start < end and text[start] in " \t\n,;:.-–•*":
            start += 1
        while end > start and text[end - 1] in " \t\n,;:.-–":
            end -= 1
        return start, end

    def _is_free(self, start: int, end: int) -> bool:
        return all(end <= first or start >= last for first, last in self._protected)

    def _first(self, pattern: re.Pattern[str], start: int, end: int) -> re.Match[str] | None:
        for found in pattern.finditer(self._text, start, end):
            if self._is_free(found.start(), found.end()):
                return found
        return None

    def _unless(self, start: int, end: int) -> Clause | None:
        found = self._first(_UNLESS, start, end)
        if found is None or found.start() <= start:
            return None
        return Unless(self.parse((start, found.start())), self.parse((found.end(), end)))

    def _except(self, start: int, end: int) -> Clause | None:
        found = self._first(_EXCEPT, start, end)
        if found is None or found.start() <= start or found.end() >= end:
            return None
        return Except(self.parse((start, found.start())), self.parse((found.end(), end)), (start, end))

    def _condition(self, start: int, end: int) -> Clause | None:
        found = _CONDITION.match(self._text, start, end)
        if found is not None and found.end() < end and self._is_free(found.end() - 1, found.end()):
            group = "who" if found["who"] else "short"
            return Given(self._people(found.span(group)), self.parse((found.end(), end)))
        trailing = self._first(_TRAILING_IF, start, end)
        if trailing is not None and trailing.start() > start:
            condition = self.parse((trailing.end(), end))
            return Given(condition, self.parse((start, trailing.start())), is_trailing=True)
        return None

    def _people(self, span: TextSpan) -> Clause:
        """For whom something is asked: "women of … and men who …" are two groups, either of which is meant."""
        start, end = self._trim(span)
        self._protected = [each for each in self._all_protected if not (each[0] < start and each[1] >= end)]
        found = self._first(_POPULATIONS, start, end)
        if found is None:
            return self.parse(span)
        return Joined("or", (self.parse((start, found.start())), self.parse((found.end(), end))))

    def _semicolons(self, start: int, end: int) -> Clause | None:
        cuts = [found for found in _SEMICOLON.finditer(self._text, start, end) if self._is_free(*found.span(1))]
        word = _joining_word(cuts[-1]["word"] or "") if cuts else ""
        return self._parts(word, [found.span() for found in cuts], start, end) if cuts else None

    def _defined(self, start: int, end: int) -> Clause | None:
        """`A defined as B or C`: the whole of what follows defines."""
        found = self._first(_DEFINED, start, end)
        if found is None or found.start() <= start or found.end() >= end or not self._has_limit(found.end(), end):
            return None
        return Defined((start, found.start()), self.parse((found.end(), end)))

    def _with(self, start: int, end: int) -> Clause | None:
        """`aged 18 or older with A or B`, `A with limits or limits`: the part before "with" binds all that follows."""
        found = self._first(_WITH, start, end)
        if found is None or found.start() <= start or self._first(_JOIN, found.end(), end) is None:
            return None
        if not (self._has_limit(start, found.start()) or self._has_limit(found.end(), end)):
            return None
        if self._first(_JOIN, start, found.start()) is not None:
            return None
        if _NEW_ENTRY.search(self._text, found.end(), end):
            raise NotCertain(f"how far “{found.group().strip() or 'without'}” reaches is not certain")
        left, right = self.parse((start, found.start())), self.parse((found.end(), end))
        parts = right.parts if isinstance(right, Joined) else (right,)
        limits = [self._has_limit(*part.span) for part in parts]
        if any(limits) and not all(limits):
            raise NotCertain("a limit and what has none stand side by side behind “with”")
        return Joined(WITH, (left, right))

    def _sexes(self, start: int, end: int) -> Clause | None:
        """`women with A or men with B`: two groups, each with what is said of it."""
        if _SEX_FIRST.match(self._text, start, end) is None:
            return None
        found = self._first(_POPULATIONS, start, end)
        if found is None or len(self._text[start : found.start()].split()) < 2:
            return None
        said = [bool(_SAID_OF_ONE.search(self._text, *part)) for part in ((start, found.start()), (found.end(), end))]
        if self._has_limit(found.end(), end) and said == [False, True]:
            raise NotCertain("what stands behind the second sex may bind both")
        return Joined("or", (self.parse((start, found.start())), self.parse((found.end(), end))))

    def _has_limit(self, start: int, end: int) -> bool:
        return any(start <= first and last <= end for first, last in self._limits)

    def _join(self, start: int, end: int) -> Clause | None:
        cuts = [found for found in _JOIN.finditer(self._text, start, end) if self._is_free(found.start(), found.end())]
        cuts = [
            found
            for found in cuts
            if found.start() > start
            and found.end() < end
            and not (self._is_beside_time(found) or self._is_inside_a_word(found))
        ]
        if not cuts:
            return None
        words = {_joining_word(found.group()) for found in cuts} - {""}
        if len(words) > 1:
            return self._mixed(cuts, start, end)
        word = words.pop() if words else ""
        has_comma = any(not _joining_word(found.group()) for found in cuts)
        is_mixed = bool(word) and has_comma and not cuts[-1].group().lstrip().startswith(",")
        return self._parts(word, [found.span() for found in cuts], start, end, is_mixed=is_mixed)

    def _is_inside_a_word(self, cut: re.Match[str]) -> bool:
        """A slash parts only what is known: "TACE/TAE", not "and/or" nor "blood/serum ratio"."""
        if (
            self._text[cut.start() - 1] == "-"
            and cut.start()
            and self._text[cut.start() - 2 : cut.start() - 1].isalpha()
        ):
            return True  # "well- or moderately differentiated"
        if cut.group() != "/":
            return False
        return cut.end() not in self._claimed_starts or cut.start() not in self._claimed_ends

    def _is_beside_time(self, cut: re.Match[str]) -> bool:
        """A comma before or after a span of time parts nothing: the time belongs to what stands on its other side."""
        if _joining_word(cut.group()):
            return False
        return cut.end() in self._window_starts or cut.start() in self._window_ends

    def _mixed(self, cuts: list[re.Match[str]], start: int, end: int) -> Clause | None:
        """Several joining words: the outer one is told by a comma before it, else nothing tells."""
        outer = [found for found in cuts if found.group().lstrip().startswith(",") and _joining_word(found.group())]
        outer_words = {_joining_word(found.group()) for found in outer}
        if len(outer_words) != 1 or len(outer) == len(cuts):
            return None
        return self._parts(outer_words.pop(), [found.span() for found in outer], start, end)

    def _parts(
        self, word: str, cuts: Sequence[TextSpan], start: int, end: int, *, is_mixed: bool = False
    ) -> Clause | None:
        starts, ends = [start, *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), end]
        spans = [self._trim(span) for span in zip(starts, ends, strict=True)]
        spans = [span for span in spans if span[0] < span[1]]
        if len(spans) < 2:
            return None
        return Joined(word, tuple(self.parse(span) for span in spans), is_mixed)


def _joining_word(cut: str) -> str:
    bare = "".join(cut.casefold().replace(",", " ").split())
    if bare == "/":
        return "or"
    return {"aswellas": "and"}.get(bare, bare)

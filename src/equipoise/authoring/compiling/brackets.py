"""What stands in brackets: a gloss that adds nothing, a permission that narrows an exclusion, or part of the rule.

Decides which brackets can be set aside, and blanks them so that places stay the same: an abbreviation of the words
before it, examples of a class, a method, a citation, a remark. A bracket that says a time, a number, an exception or
a demand is never set aside; it must be understood like the rest.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from equipoise.authoring.compiling.clauses import Bracket, find_brackets
from equipoise.authoring.freetext.mentions import AskedKind, AskedMention, ComparisonMention, TextSpan, WindowMention

_SHORT = re.compile(r"[\w\-/+.]{1,12}")
_EXAMPLES = re.compile(
    r"(?:e\.?\s?g\b\.?|eg\b|ex\b\.?:?|like|such\s+as|for\s+example|for\s+instance|includ(?:ing|es?))", re.IGNORECASE
)
_METHOD = re.compile(
    r"(?:as\s+)?(?:defined|determined|assessed|measured|documented|confirmed|evaluated|diagnosed|shown|seen|detected"
    r"|estimated|calculated)\s+(?:by|with|on|using|in|at|through|via|from)\b",
    re.IGNORECASE,
)
_OTHER_MEASUREMENT = re.compile(r"or\s+measured\b.*\b(?:using|methods?)\b", re.IGNORECASE | re.DOTALL)
_REMARK = re.compile(
    r"\b(?:(?:will\s+be|are|is|may\s+be)\s+(?:enrolled|eligible|included|allowed|permitted|acceptable)"
    r"|is\s+required\s+only\s+as)\b",
    re.IGNORECASE,
)
_CITATION = re.compile(
    r"[A-Z][\w\-]+(?:\s+et\s+al\.?)?,?\s+\d{4}(?:[;,]\s*[A-Z][\w\- ]+,?\s+\d{4})*"
    r"|(?:see\s+)?(?:appendix|section|attachment|table|annex)\s+[\w.]+",
    re.IGNORECASE | re.DOTALL,
)
_SAYS_MORE = re.compile(
    r"\d|\b(?:unless|except|if|not|no|without|must|needed|required|should|only|or\s+(?:any|prior|known|history))\b",
    re.IGNORECASE,
)
_ALLOWED = re.compile(
    r"(?P<what>.+?)\s+(?:(?:is|are)\s+)?(?:allowed|permitted|acceptable|eligible)\s+(?:if|when|provided)\s+"
    r"(?:(?:it\s+was|they\s+were)\s+)?(?:performed|given|done|completed|received|administered)?\s*(?P<when>.+)",
    re.IGNORECASE | re.DOTALL,
)
_TRAILING_EXAMPLES = re.compile(
    r",?\s*\b(?:such\s+as|including\s+but\s+not\s+limited\s+to|e\.g\.?|for\s+example|for\s+instance)\b(?P<list>[^;()]*)$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:within|in\s+the|during|before|prior|who|that|which|when|with|requiring|needing|causing|unless|due)\b"
    r"|,\s*(?:or|and)\s+(?:prior|any|known|history|current|other|previous|no|a|the)\b",
    re.IGNORECASE,
)
_ABBREVIATED_WORDS = 9


@dataclass(frozen=True)
class Allowance:
    """`TACE allowed if performed more than 12 months before`: what is allowed, and where the time stands."""

    what: str
    when: TextSpan


@dataclass(frozen=True)
class Bare:
    """A text whose idle brackets are blanked, what was set aside, and the allowances it makes."""

    text: str
    checks: tuple[str, ...] = ()
    allowances: tuple[Allowance, ...] = ()


@dataclass(frozen=True)
class Claims:
    """What finders saw in a text; `names` tells whether two stretches name the same thing of the value sets."""

    comparisons: Sequence[ComparisonMention]
    windows: Sequence[WindowMention]
    asked: Sequence[AskedMention]
    names: Callable[[str, str], bool]


def strip_brackets(text: str, claims: Claims) -> Bare:
    """Blank the brackets that add nothing to the rule."""
    letters, checks, allowances = list(text), [], []
    for bracket in find_brackets(text):
        inner = " ".join(text[slice(*bracket.inner)].split())
        allowance = _ALLOWED.fullmatch(text, *bracket.inner)
        is_short = _is_abbreviation(inner, text[: bracket.start], claims)
        if allowance is not None:
            allowances.append(Allowance(allowance["what"], allowance.span("when")))
        elif not is_short and not _is_idle(inner, bracket, claims):
            continue
        elif not is_short:
            checks.append(f"set aside as explanation: “({inner})”")
        letters[bracket.start : bracket.end] = " " * (bracket.end - bracket.start)
    bare = "".join(letters)
    trailing = _TRAILING_EXAMPLES.search(bare)
    if trailing is not None and _is_list_of_examples(trailing, claims):
        checks.append(f"set aside as examples: “{' '.join(trailing.group().split())}”")
        bare = bare[: trailing.start()] + " " * (trailing.end() - trailing.start())
    return Bare(bare, tuple(checks), tuple(allowances))


def _is_list_of_examples(found: re.Match[str], claims: Claims) -> bool:
    """Whether nothing but names follows: a time, an exception or a further entry is no example."""
    start, end = found.span()
    seen = [*(each.span for each in claims.comparisons), *(each.span for each in claims.windows)]
    has_claim = any(start <= first < end for first, _ in seen)
    return not (has_claim or _SAYS_MORE.search(found["list"]) or _GOES_ON.search(found["list"]))


def _is_abbreviation(inner: str, before: str, claims: Claims) -> bool:
    """Whether a short bracket abbreviates the words before it, or names the same thing: "(NYHA)", not "(HER2+)"."""
    if not inner or inner.casefold() == "inclusive":
        return True
    if not _SHORT.fullmatch(inner) or not any(letter.isupper() for letter in inner):
        return False
    words = before.split()[-_ABBREVIATED_WORDS:]
    letters = [letter for letter in inner.casefold() if letter.isalpha()]
    for count in range(1, len(words) + 1):
        head = " ".join(words[-count:])
        if claims.names(head, inner):
            return True
        following = iter(head.casefold())
        if letters and head[:1].casefold() == letters[0] and all(letter in following for letter in letters):
            return len(letters) > 1
    return False


def _is_idle(inner: str, bracket: Bracket, claims: Claims) -> bool:
    """Whether a bracket says nothing that a rule would need."""
    inside = [each.span for each in claims.comparisons if bracket.start <= each.span[0] < bracket.end]
    timed = [each for each in claims.windows if bracket.start <= each.span[0] < bracket.end]
    is_claimed = any(each.span[0] < bracket.start and bracket.end <= each.span[1] for each in claims.comparisons)
    if is_claimed or inside:
        return False
    is_general = re.match(r"both\b", inner, re.IGNORECASE) is not None or "required only as" in inner
    if is_general and _REMARK.search(inner) and not re.search(r"\b(?:if|unless|when)\b", inner, re.IGNORECASE):
        return True
    if _OTHER_MEASUREMENT.match(inner) or _CITATION.fullmatch(inner):
        return True
    if timed or _SAYS_MORE.search(inner):
        return False
    is_remark = any(
        each.kind is AskedKind.NO_CRITERION and each.span[0] <= bracket.start + 1 and bracket.end - 1 <= each.span[1]
        for each in claims.asked
    )
    return is_remark or bool(_EXAMPLES.match(inner) or _METHOD.match(inner))

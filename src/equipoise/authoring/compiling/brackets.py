"""What stands in brackets: a gloss that adds nothing, a permission that narrows an exclusion, or part of the rule.

Decides which brackets can be set aside, and blanks them so that places stay the same. Each that is set aside is named
to the reviewer. A bracket that is none of these stays where it is and must be understood like the rest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.authoring.compiling.clauses import Bracket, find_brackets
from equipoise.authoring.freetext.mentions import AskedKind, AskedMention, ComparisonMention

_ABBREVIATION = re.compile(r"(?=[^A-Z0-9]*[A-Z0-9][^A-Z]*[A-Z0-9]|[A-Z]\w{0,3}$)[\w\-/+.]{1,12}|inclusive")
_EXAMPLES = re.compile(
    r"(?:e\.?\s?g\.?|eg|ex\b\.?:?|like|such\s+as|for\s+example|for\s+instance|including(?:\s+but\s+not\s+limited\s+to)?|includes?|i\.?\s?e\.?)\b",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"(?:or\s+)?measured\b.*\b(?:using|methods?)\b|(?:as\s+)?(?:defined|determined|assessed|measured|documented|confirmed|evaluated|diagnosed|shown|seen|detected|estimated|calculated)\s+(?:by|with|on|using|in|at|through|via|from)\b",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\b(?:will\s+be|are|is|may\s+be)\s+(?:only\s+)?(?:enrolled|eligible|included|allowed|permitted|acceptable|required|needed)\b",
    re.IGNORECASE,
)
_CITATION = re.compile(
    r"[A-Z][\w\-]+(?:\s+et\s+al\.?)?,?\s+\d{4}(?:[;,]\s*[A-Z][\w\- ]+,?\s+\d{4})*"
    r"|(?:see\s+)?(?:appendix|section|attachment|table|annex)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_ALLOWED = re.compile(
    r"(?P<what>.+?)\s+(?:(?:is|are)\s+)?(?:allowed|permitted|acceptable|eligible)\s+(?:if|when|provided)\s+(?:(?:it\s+was|they\s+were)\s+)?(?:performed|given|done|completed|received|administered)?\s*(?P<when>.+)",
    re.IGNORECASE | re.DOTALL,
)


_TRAILING_EXAMPLES = re.compile(
    r",?\s*\b(?:such\s+as|including\s+but\s+not\s+limited\s+to|e\.g\.?|for\s+example|for\s+instance)\b[^;()]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Allowance:
    """`TACE allowed if performed more than 12 months before`: what is allowed, and where the time stands."""

    what: str
    when: tuple[int, int]


@dataclass(frozen=True)
class Bare:
    """A text whose idle brackets are blanked, what was set aside, and the allowances it makes."""

    text: str
    checks: tuple[str, ...] = ()
    allowances: tuple[Allowance, ...] = ()


def strip_brackets(text: str, comparisons: Sequence[ComparisonMention], asked: Sequence[AskedMention]) -> Bare:
    """Blank the brackets that add nothing to the rule."""
    letters, checks, allowances = list(text), [], []
    for bracket in find_brackets(text):
        inner = text[slice(*bracket.inner)].strip()
        allowance = _ALLOWED.fullmatch(text, *bracket.inner)
        if allowance is not None:
            allowances.append(Allowance(allowance["what"], allowance.span("when")))
        elif not _is_idle(inner, bracket, comparisons, asked):
            continue
        elif not _ABBREVIATION.fullmatch(inner):
            checks.append(f"set aside as explanation: “({' '.join(inner.split())})”")
        letters[bracket.start : bracket.end] = " " * (bracket.end - bracket.start)
    trailing = _TRAILING_EXAMPLES.search("".join(letters))
    if trailing is not None and not any(trailing.start() <= each.span[0] < trailing.end() for each in comparisons):
        checks.append(f"set aside as examples: “{' '.join(trailing.group().split())}”")
        letters[trailing.start() : trailing.end()] = " " * (trailing.end() - trailing.start())
    return Bare("".join(letters), tuple(checks), tuple(allowances))


def _is_idle(
    inner: str, bracket: Bracket, comparisons: Sequence[ComparisonMention], asked: Sequence[AskedMention]
) -> bool:
    has_limit = any(bracket.start <= each.span[0] < bracket.end for each in comparisons)
    is_claimed = any(each.span[0] < bracket.start and bracket.end <= each.span[1] for each in comparisons)
    if is_claimed:
        return False
    if _REMARK.search(inner) and " if " not in inner:
        return True
    if any(
        each.kind is AskedKind.NO_CRITERION and each.span[0] <= bracket.start + 1 and bracket.end - 1 <= each.span[1]
        for each in asked
    ):
        return True
    if has_limit:
        return False
    return bool(
        not inner
        or _ABBREVIATION.fullmatch(inner)
        or _EXAMPLES.match(inner)
        or _METHOD.match(inner)
        or _CITATION.fullmatch(inner)
    )

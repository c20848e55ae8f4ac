"""The headings of eligibility text: those that open the inclusion or the exclusion list, and those inside a list.

Precision first: a line that might be a criterion is none of these.
"""

import re
from dataclasses import dataclass

from equipoise.authoring.model import Span
from equipoise.criteria.truth import Kind

_BEFORE = (
    r"(?:(?:key|main|major|general|other|additional|specific|common|core|principal|primary|study|trial|subject|subjects"
    r"|patient|patients|participant|participants|donor|recipient|control|case|clinical|medical|basic|brief|full|summary"
    r"|of|the|phase\s+[\divab/]+|part\s+\w|cohort\s+\w+|group\s+\w+|arm\s+\w+|stage\s+\d)\s+){0,4}"
)
_NAME = (
    r"(?:(?:non-?\s?)?(?:inclusion|exclusion|eligibility|selection)(?:\s*(?:/|and|&|or)\s*(?:inclusion|exclusion))?"
    r"(?:\s+(?:criteria|criterion|criterias|requirements))"
    r"|criteri(?:a|on)\s+(?:for|of)\s+(?:(?:the|study|trial|patient|subject)\s+)?(?:inclusion|exclusion|eligibility))"
)
_TAIL = r"(?:\s+(?:for|of|in|at|include|are|\(|-|–)[^:.\n]{0,70})?"
# A whole line: "Key inclusion criteria for controls", "EXCLUSION:", "Inclusion".
_LINE = re.compile(
    rf"(?:\W{{0,3}}{_BEFORE}(?:{_NAME}{_TAIL}|(?:non-?)?(?:inclusion|exclusion)s?(?=\s*[:\W]*\Z)))[\s:.*_-]*\Z",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"""(?:the\s+)?(?:patients?|subjects?|participants?|individuals?|persons?|people|women|men|children|candidates
        |volunteers|those|you)\b[^.;:\n]{0,60}
        (?P<word>(?:be|are|is)\s+(?:not\s+(?:be\s+)?)?(?:excluded|ineligible|included|eligible|enrolled|recruited)
        |(?:not\s+be\s+)(?:eligible|included|enrolled)|cannot\s+(?:participate|take\s+part))
        [^.;:\n]{0,70}?(?:\b(?:if|when|following|criteria|apply|applies|have|had|they|met|present)\b[^.;:\n]{0,50})?:\s*\Z
      | (?:the\s+)?(?:patients?|subjects?|participants?)\s+(?:will|must|should|may)\s+(?:not\s+)?be\s+
        (?P<word2>excluded|included|eligible)\s+(?:from\s+[^.;:\n]{1,40}?\s+)?if:?\s*\Z""",
    re.IGNORECASE | re.VERBOSE,
)
# Inside a line a heading needs a capital and a colon, or the full name before another capital.
_INSIDE = re.compile(
    r"""(?<![\w-])(?:(?:Key|Main|Major|General|KEY|MAIN)\s+)?
        (?:(?:Inclusion|Exclusion|Eligibility|INCLUSION|EXCLUSION|ELIGIBILITY)\s+(?:Criteria|criteria|CRITERIA|Criterion)
           (?:\s+for\s+[^:.;,()\n]{1,40}(?=:))?(?:\s*:|(?=\s+[A-Z(\d•*-]))
          |(?:Inclusion|Exclusion|INCLUSION|EXCLUSION)\s*:
          |Criteria\s+for\s+(?:[Ii]nclusion|[Ee]xclusion)\s*:)""",
    re.VERBOSE,
)
_BOUND_WORD = re.compile(
    r"\b(?:the|these|following|all|any|of|each|other|meet|meets|see|per|and|or|an?)\s*\Z", re.IGNORECASE
)
_EXCLUDES = re.compile(r"exclu|ineligib|non-?\s?inclusion|cannot|\bnot\b", re.IGNORECASE)
_INCLUDES = re.compile(r"(?<!non-)(?<!non)(?<!non )(?:inclu|enrolled|recruited|(?<!in)eligible)", re.IGNORECASE)
_OPEN_END = re.compile(
    r"(?:\b(?:following|includ\w+|as|by|of|for|with|either|to|are|is|be|if|following\s+criteria|those|that|least\s+\w+)"
    r"|\bof\s+the\s+following\b.*|\bhave\b.*|\bmust\b.*|\bwith\b.*|[<>=≥≤].*)\s*:\s*\Z",
    re.IGNORECASE,
)
_FOR_GROUP = re.compile(r"(?:for|in)\s+[^.;,<>=]{1,70}:\s*\Z", re.IGNORECASE)
_LONGEST_INNER_WORDS = 8


@dataclass(frozen=True)
class SectionHeading:
    """A heading that opens a list; `kind` is None when it names both or neither ("Eligibility criteria")."""

    span: Span
    kind: Kind | None


def kind_of_heading(words: str) -> Kind | None:
    """Tell which list a heading opens."""
    excludes, includes = bool(_EXCLUDES.search(words)), bool(_INCLUDES.search(words))
    # "will not be included" denies, "inclusion and exclusion" names both.
    if excludes and includes and re.search(r"exclu", words, re.IGNORECASE):
        return None
    if excludes:
        return Kind.EXCLUSION
    return Kind.INCLUSION if includes else None


def is_section_heading(line: str) -> bool:
    """Tell whether a whole line opens the inclusion or the exclusion list."""
    return len(line) <= 160 and bool(_LINE.match(line) or _SENTENCE.match(line))


def find_headings_inside(text: str, start: int, end: int) -> list[SectionHeading]:
    """
    Find the headings that stand within a line, at its beginning or after the end of an entry.

    Parameters
    ----------
    text, start, end
        The record, and the stretch to look at.
    """
    found = []
    for match in _INSIDE.finditer(text, start, end):
        before = text[max(start, match.start() - 20) : match.start()]
        if _BOUND_WORD.search(before) or before.rstrip().endswith((",", "/", "(", '"', "“")):
            continue
        found.append(SectionHeading(match.span(), kind_of_heading(match.group())))
    return found


def is_inner_heading(line: str) -> bool:
    """
    Tell whether a line is a heading inside a list ("Laboratory values:", "For part B:").

    A line that only the entries below complete ("Heart failure defined as:") is a criterion, not a heading.
    """
    if not line.rstrip().endswith(":"):
        return False
    if _FOR_GROUP.match(line):
        return True
    return len(line.split()) <= _LONGEST_INNER_WORDS and line[:1].isupper() and not _OPEN_END.search(line)

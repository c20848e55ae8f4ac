"""One criterion of a record becomes a rule: the door of `compiling`.

Decides what is certain enough to be computed. A part that is not becomes a question for a person and says why; a whole
that hangs together in no certain way becomes one question. Nothing is dropped: words that were set aside are named in
a check. How a sentence is cut is `clauses`, how its parts are joined `joining`, what a stretch says `leaves` and
`measured`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.authoring.compiling.brackets import Allowance, Claims, strip_brackets
from equipoise.authoring.compiling.certainty import AskedOfAPerson, NotCertain
from equipoise.authoring.compiling.clauses import find_brackets
from equipoise.authoring.compiling.found import Found, find_all, tightened
from equipoise.authoring.compiling.joining import Joining
from equipoise.authoring.compiling.lexicon import Lexicon, shipped_lexicon
from equipoise.authoring.compiling.limits import Rule
from equipoise.authoring.compiling.naming import Declarations
from equipoise.authoring.compiling.rule_parts import atoms_of
from equipoise.authoring.freetext.mentions import AskedKind, AskedMention, Direction
from equipoise.authoring.model import Outcome, RuleDraft
from equipoise.criteria.nodes import Window
from equipoise.criteria.truth import Kind
from equipoise.protocol.rule_forms import RuleContext
from equipoise.protocol.rules import collect_rule
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import CURRENT, USUAL_WINDOWS, Concept, DecidedBy

_ARM = re.compile(
    r",?\s*\b(?:if|for\s+(?:patients|subjects|those))\s+randomi[sz]ed\s+to\s+(?P<arm>(?:the\s+)?(?:arm|group|cohort)\s+\w+|(?:the\s+)?\w+\s+(?:arm|group))\s*\.?\s*$",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"(?:\b(?:patients?|subjects?|participants?|who|have|has|had|having|must|an?|the|to|of|by|from|for|in|this|study|trial"
    r"|treatment|accept|participat\w+|not|no|without|absence|refus\w+|declin\w+|provi\w+|give[ns]?|gave|signs?|signed"
    r"|obtained|written|informed|consents?|forms?|documents?|dated|voluntar\w+|personally|own|prior|before|any|specific"
    r"|related|procedures?|screening|enrol\w+|and|or|legal|legally|acceptable|authori[sz]ed|representatives?|guardians?"
    r"|parents?|his|her|their|is|are|been|be|available|freely|patient.s|subject.s|investigator)\b|[\s,.;:/()\-–])*",
    re.IGNORECASE,
)
_UNSIGNED = re.compile(r"\b(?:not|without|no|absence|refus\w+|declin\w+)\b", re.IGNORECASE)
_SIGNED = re.compile(r"\b(?:sign(?:ed|s)?|written|provi\w+|given?|gave|obtained|informed\s+consent)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b(?:at\s+least|minimum\s+of|any|more\s+than|one|two|three)\s+(?:\d+|one|two|three|four|five)\s+(?:or\s+more\s+)?of\b"
    r"|\b(?:two|three|four|\d+)\s+or\s+more\s+of\b",
    re.IGNORECASE,
)
_ANOTHER_PERSON = re.compile(
    r"(?:the\s+|a\s+)?(?:mothers?|fathers?|parents?|care-?givers?|spouses?|siblings?|family|relatives?|donors?|infants?\s+of)\b",
    re.IGNORECASE,
)
_EITHER_WAY = re.compile(
    r"\bwith(?:\s+or\s+|\s*/\s*)without\b|\bregardless\s+of\b|\birrespective\s+of\b", re.IGNORECASE
)
_DENIED_FIRST = re.compile(r"\s*(?:no|absence|without|free)\b", re.IGNORECASE)
CONSENT = "informed-consent"
NAMED_WINDOWS = {name: Window(1, label=name) for name in USUAL_WINDOWS if name != CURRENT}
"""The windows that rules may name; how long they are does not matter for whether a rule can be executed."""


@dataclass(frozen=True)
class Setup:
    """
    What every criterion of a record is compiled with.

    `lexicon` and `library` are the value sets in use; `heading` stands above the criterion in its list; `context` are
    the concepts that the record names anywhere.
    """

    lexicon: Lexicon
    library: Mapping[str, Concept]
    heading: str = ""
    context: frozenset[str] = frozenset()


def shipped_setup() -> Setup:
    """The packaged value sets and phrasebook."""
    return Setup(shipped_lexicon(), base_library())


def compile_text(text: str, kind: Kind, *, prefix: str = "c1", setup: Setup | None = None) -> RuleDraft:
    """
    The rule of one criterion.

    Parameters
    ----------
    text
        The criterion's words, repaired where a repair is proposed.
    kind
        Whether it lets in or keeps out: lists and "and" depend on it.
    prefix
        Distinguishes the questions and readings of this criterion from those of others (its id in lower case).
    setup
        Value sets; the shipped ones when None.

    Examples
    --------
    >>> dict(compile_text("Platelets < 75 x 10^9/L", Kind.EXCLUSION).rule)
    {'latest': 'platelets', 'is': '< 75 10*9/L', 'within': 'laboratory'}
    """
    return _Criterion(text, kind, prefix, setup or shipped_setup()).draft()


class _Criterion:
    def __init__(self, text: str, kind: Kind, prefix: str, setup: Setup) -> None:
        self._text, self._kind, self._prefix, self._setup = text, kind, prefix, setup
        arm = _ARM.search(text)
        self._arm = arm["arm"] if arm else ""
        bare = text[: arm.start()] if arm else text
        self._found = self._desk(bare)

    def _desk(self, text: str) -> Found:
        """What the finders see, without what stands in brackets that are set aside."""
        setup = self._setup
        found = find_all(text, self._kind, self._prefix, setup.lexicon, setup.library, setup.heading, setup.context)
        bare = strip_brackets(text, Claims(found.comparisons, found.windows, found.asked, found.is_same))
        self._allowances, self._all_windows = bare.allowances, found.windows

        def is_kept(start: int, end: int) -> bool:
            return bare.text[start:end] == text[start:end]

        found.text = bare.text
        found.terms = tuple(each for each in found.terms if is_kept(each.start, each.end))
        kept = (each for each in found.comparisons if is_kept(*each.span))
        found.comparisons = tuple(tightened(each, bare.text, found.terms) for each in kept)
        found.windows = tuple(each for each in found.windows if is_kept(*each.span))
        found.brackets = find_brackets(bare.text)
        found.keeps_anchor = bool(self._arm)
        for check in bare.checks:
            found.check(check)
        for term in found.terms:
            if term.misspelt:
                found.check(f"“{text[term.start : term.end]}” is read as {term.misspelt}")
        return found

    def draft(self) -> RuleDraft:
        whole = next((each for each in self._found.asked if each.is_whole), None)
        consent = self._consent(whole)
        if consent is not None:
            return self._made(consent)
        try:
            rule = self._computed()
        except NotCertain as reason:
            is_personal = whole is not None or isinstance(reason, AskedOfAPerson)
            return self._asked(whole.because if whole is not None else str(reason), is_personal=is_personal)
        made = self._made(rule)
        if whole is not None and not self._is_settled(made):
            return self._asked(whole.because, is_personal=True)
        return made

    def _consent(self, whole: AskedMention | None) -> Rule | None:
        """
        A signature is a fact that a person attests; an ability to consent is a question of its own.

        Every word must belong to the signature, and the side must fit: signed lets in, not signed keeps out.
        """
        if whole is None or whole.kind is not AskedKind.CONSENT or CONSENT not in self._setup.library:
            return None
        is_unsigned = _UNSIGNED.search(self._text) is not None
        fits = is_unsigned == (self._kind is Kind.EXCLUSION)
        if not fits or not _CONSENT_WORDS.fullmatch(self._text) or not _SIGNED.search(self._text):
            return None
        rule: Rule = {"latest": CONSENT, "is": "signed"}
        return {"not": rule} if is_unsigned else rule

    def _computed(self) -> Rule:
        if _EITHER_WAY.search(self._text):
            raise NotCertain("it names something that may or may not be there")
        if _COUNTED.search(self._text):
            raise NotCertain("it counts how many of a list hold")
        if self._text.rstrip().endswith(":"):
            raise NotCertain("it ends with a colon: what it announces is not there")
        if _ANOTHER_PERSON.match(self._text.strip()):
            raise NotCertain("it speaks of another person")
        joining = Joining(self._found)
        sentences = joining.sentences()
        if len(sentences) > 1:
            remarks = [span for span in sentences[1:] if not self._is_remark(span)]
            if remarks:
                raise NotCertain("it has more than one sentence")
            for start, end in sentences[1:]:
                self._found.check(f"set aside as a remark: “{self._found.text[start:end]}”")
        if not sentences:
            raise NotCertain("it has no words")
        rule = joining.rule(sentences[0])
        for allowance in self._allowances:
            rule = self._allowed(rule, allowance)
        return self._doubly_denied(rule)

    def _doubly_denied(self, rule: Rule) -> Rule:
        """`No known seizures` among exclusions: read as printed it keeps out those without; a slip is as likely."""
        inner = rule.get("not")
        if self._kind is not Kind.EXCLUSION or not isinstance(inner, dict) or not _DENIED_FIRST.match(self._text):
            return rule
        if not all("record" in atom for atom in atoms_of(inner)):
            return rule
        alternatives: dict[str, tuple[str, Rule]] = {
            "as-printed": ("who does not have it is kept out", rule),
            "as-a-requirement": ("who has it is kept out", inner),
        }
        because = "an exclusion that begins with a denial may be a requirement that slipped in"
        return self._found.reading("denial", because, alternatives)

    def _is_remark(self, span: tuple[int, int]) -> bool:
        return any(
            each.kind is AskedKind.NO_CRITERION and each.span[0] <= span[0] and span[1] <= each.span[1]
            for each in self._found.asked
        )

    def _allowed(self, rule: Rule, allowance: Allowance) -> Rule:
        """`(TACE allowed if more than 12 months before)`: within 12 months it excludes as well."""
        entry = self._found.match(allowance.what)
        window = next(
            (
                each
                for each in self._all_windows
                if allowance.when[0] <= each.span[0] and each.span[1] <= allowance.when[1]
            ),
            None,
        )
        is_simple = (
            window is not None
            and window.direction is Direction.LONGER_AGO
            and window.length is not None
            and not window.doubt
        )
        if not isinstance(entry, Concept) or not is_simple or self._kind is not Kind.EXCLUSION:
            raise NotCertain("what it allows is not understood")
        assert window is not None
        assert window.unit is not None
        strict = "" if window.is_strict else "< "
        return {"any": [rule, {"record": entry.id, "within": f"{strict}{window.length} {window.unit.value}"}]}

    def _is_settled(self, made: RuleDraft) -> bool:
        """Whether what only a person should decide is asked of value sets alone, without a name made up for it."""
        return made.outcome is Outcome.COMPILED and not made.concepts

    def _asked(self, because: str, *, is_personal: bool) -> RuleDraft:
        """The whole criterion as one question: a person's matter, or one of which no rule was certain."""
        declared = Declarations(self._prefix, self._setup.library)
        name = declared.question(" ".join(self._text.split()), because)
        outcome = Outcome.ASKED if is_personal else Outcome.REFUSED
        check = because if is_personal else f"no rule is certain: {because}"
        return RuleDraft(outcome, {"latest": name, "is": "yes"}, dict(declared.concepts), {}, (check,), self._arm)

    def _made(self, rule: Rule) -> RuleDraft:
        concepts = self._found.declared.concepts
        fault = self._fault(rule)
        if fault:
            return self._asked(fault, is_personal=False)
        asked = {name for name, entry in concepts.items() if entry.get("decided_by") == DecidedBy.PERSON}
        atoms = [str(atom.get("latest") or atom.get("record") or "") for atom in atoms_of(rule)]
        n_asked = sum(name in asked for name in atoms)
        outcome = Outcome.COMPILED if not n_asked else Outcome.ASKED if n_asked == len(atoms) else Outcome.PARTLY
        limits = self._found.limits
        return RuleDraft(outcome, rule, dict(concepts), dict(limits.readings), tuple(limits.checks), self._arm)

    def _fault(self, rule: Rule) -> str:
        """Why the rule could not be executed; empty when it can."""
        context = RuleContext(self._found.declared.as_library(), NAMED_WINDOWS, self._kind)
        collect_rule(rule, context, ())
        return context.faults[0][1] if context.faults else ""

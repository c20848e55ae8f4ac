"""What can be the name of one thing: a noun phrase, whole, without a verb, a number or a cut in it.

Decides by the form of the words alone; nothing is looked up. What cannot be a name is asked of a person.
"""

import re
from collections.abc import Sequence

from equipoise.authoring.compiling.certainty import NotAPhrase
from equipoise.authoring.freetext.damage.words import set_of_words

_LONGEST_NAME = 8
_NO_NAME = set_of_words(
    """
    is are was were be been being has have had do does did may might can could would will should must who
    whom which that whose this these those their his her its it they them he she we our if when while because
    due such as than not no nor unless except including include includes excluded eligible allowed permitted
    requires requiring required require likely able unable willing considered defined expected believed
    deemed thought intent intended within during since until prior before after other another same following above below
    either both per according based regardless only even and or plus then so but however also there here
    where whether how what why at least most more less without never stop stopped known range ranges hemogram haemogram
    """
)
_NOT_FIRST = set_of_words(
    """
    of in on at by for from with to into onto upon about against between through under over up down near around
    along across adjacent
    """
)
_ALTERNATIVE = "or"
"""One value set can hold "liver or kidney disease"; it cannot hold "liver and kidney disease", which asks for both."""
_NOT_AT_ENDS = _NOT_FIRST | {_ALTERNATIVE}
_ADJECTIVE = re.compile(r"\w{2,}(?:ic|al|ar|ous|ive|ory|ary|able|ible|less|oid|ed)", re.IGNORECASE)
_NOUNS_LIKE_ADJECTIVES = set_of_words(
    """
    antibiotic alcohol animal hospital trial critical medical chemical vaccinal tubular
    """
)
_OTHER_PEOPLE = set_of_words(
    """
    partner partners child children mother mothers father fathers parent parents relative relatives family families
    sibling siblings spouse caregiver caregivers donor donors first-degree second-degree
    """
)
_PEOPLE_ALONE = set_of_words(
    """
    patient patients subject subjects participant participants individual individuals person persons
    """
)
_BARE_NUMBER = re.compile(
    r"(?<!type )(?<!type-)(?<!stage )(?<!class )(?<!phase )(?<!factor )(?<![\w-])\d+(?:[.\-–]\d+)*(?![\w-])",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(r"\w+(?:ed|ing)\s+(?:to|with|of|in|for|from|as|by|on|at)\b|born\b", re.IGNORECASE)
_BODY = set_of_words(
    """
    serum plasma urine fasting postprandial systolic diastolic supine complex frank impending obstructive central
    organ liver hepatic kidney renal heart cardiac lung pulmonary bone marrow skin brain eye hip knee blood
    muscle bowel stomach colon breast prostate thyroid pancreas bladder nerve spine neck head ear joint
    single type grade stage class written upper lower left right live open high low poor good deep dual large
    small new old long short full partial total major minor adult infant mild moderate severe acute chronic
    primary secondary first second airway cns alcohol equina tract vessel artery vein wall duct lumen living singleton
    """
)
"""Words that end half a name when a list is cut behind them: "liver and kidney function", "acute or chronic pain"."""
_NAME = re.compile(r"[\w'’\-/+. ]+")


SCALES = set_of_words("grade stage class type score level degree group category scale index")
MEASURES_NOTHING = SCALES | set_of_words(
    """
    factor number amount duration time period total mean small large dose ratio result results value values test
    tests age ages
    """
)
"""Words that measure nothing by themselves: a grade of what?"""
_HEADS = set_of_words(
    """
    abuse dependence use misuse disease diseases disorder disorders failure function insufficiency impairment
    dysfunction infection infections therapy treatment transplantation transplant surgery cancer carcinoma tumor
    tumour injury lesion lesions abnormality abnormalities condition conditions syndrome problems drugs medication
    medications agents inhibitors allergy intolerance hypersensitivity inhibitor agent drug abuser abusers user users
    """
)
"""Nouns that a list may share: "alcohol or drug abuse", "liver or kidney disease"."""
_ACTS = set_of_words(
    """
    fusion stimulator stimulation radiotherapy chemotherapy intervention interventions equivalent equivalents
    resection biopsy replacement repair radiation
    """
)
"""Acts that, alone behind a longer entry, may be done to what that entry names: "neck surgery or radiotherapy"."""
_WHOLE_DISEASE = re.compile(
    r"(?:isms?|itis|osis|emia|aemia|omas?|pathy|pathies|uria|algia|plegia|penia|rrh?ea|rrhoea|rrhage|ia|ions?)$"
    r"|^(?:strokes?|asthma|diabetes|cancer|epilepsy|pregnancy|cirrhosis|hiv|aids|copd|lupus|sepsis|dialysis)$"
)
"""Words that name a disease or an act alone."""


_LAB_DERIVED = re.compile(
    r"(?:(?<!isch)(?<!ische)(?<!ischa)emia|(?<!isch)aemia|penia|uria|tension|cardia|weight|obesity|obese|fever|febrile|function|functions|insufficiency"
    r"|impairment|dysfunction|failure|reserve|counts?|levels?|abnormalit(?:y|ies)|elevations?)$|[a-z]{3}ed$",
    re.IGNORECASE,
)
_GRADED = re.compile(
    r"(?:adequate|inadequate|abnormal|impaired|insufficient|elevated|decreased|low|high|reduced|increased|normal|poor"
    r"|acceptable|sufficient|preserved)\b",
    re.IGNORECASE,
)


def is_measured_by_limits(head: str) -> bool:
    """
    Whether a head is a finding that limits themselves measure ("renal insufficiency", "adequate liver function").

    A disease that limits merely narrow ("type 2 diabetes (HbA1c 7-10 %)") is not.
    """
    plain = head.split()
    return bool(plain) and (_GRADED.match(head) is not None or _LAB_DERIVED.search(plain[-1]) is not None)


def is_a_scale(head: str) -> bool:
    """Whether a head names a scale, which a limit in brackets only says again ("performance status (ECOG 0-2)")."""
    plain = _plain(head)
    return bool(plain) and (plain[-1] in SCALES or plain[-1] == "status" or "classification" in plain)


def shares_head(words: str) -> bool:
    """Whether the last of a list ends with a noun that the others may share."""
    plain = words.casefold().split()
    return bool(plain) and plain[-1].strip(".,;") in _HEADS


SEX_LAST = re.compile(r"\w\s+(?:men|women|males?|females?|boys|girls)$", re.IGNORECASE)
"""Something said of a sex ("obese men"): neither a name nor a sex alone."""
_STOP_INSIDE = re.compile(r"[A-Za-z]{3,}\. \w")
_ROMAN = re.compile(r"[ivx]+[abc]?")
_GENERIC = set_of_words(
    """
    state status classification general drug drugs medication medications medicine condition conditions disease
    diseases disorder disorders therapy
    therapies treatment treatments agent agents factor factors criteria criterion following problem problems illness
    illnesses finding findings procedure procedures surgery test tests sex gender
    """
)
_MODIFIERS = set_of_words(
    """
    newly recently previously advanced relapsed refractory uncontrolled controlled severe mild moderate chronic acute
    active inactive significant clinically unstable stable symptomatic asymptomatic recurrent metastatic untreated
    treated primary secondary major serious suspected positive negative abnormal normal elevated decreased bilateral
    congenital familial inherited hereditary early late resectable unresectable localized localised progressive poorly
    well premenopausal postmenopausal obese healthy prior previous current recent concurrent concomitant regular heavy
    failed daily high-dose low-dose planned awaiting strong biopsy-proven inflammatory elective emergency documented
    excessive illicit systemic oral intravenous topical local invasive persistent permanent
    """
)
"""Words that can bind each of a list when they stand before its first: "uncontrolled diabetes or hypertension"."""
_RELATIONAL = set_of_words(
    """
    evidence signs sign symptoms history allergy allergies intolerance risk suspicion presence recent
    hypersensitivity sensitivity contraindication contraindications reaction reactions exposure inability need
    intention lack loss resistance response addiction
    """
)
"""Nouns that ask for what they are of: "allergy or hypersensitivity to aspirin"."""
_BINDS_BEHIND = _NOT_FIRST | set_of_words(
    "without despite requiring during refractory resistant due causing contraindicating needing"
)


_ING_NOUNS = set_of_words(
    "bleeding nursing breastfeeding vomiting wheezing smoking drinking screening imaging underlying"
)


def _plain(words: str) -> list[str]:
    return [bare for word in words.replace("/", " ").split() if (bare := word.casefold().strip(".'’-"))]


def _is_modifier(word: str) -> bool:
    return word in _MODIFIERS or (word.endswith("ly") and len(word) > 4)


def _is_qualifier(plain: list[str]) -> bool:
    """Whether words only qualify another name: an adjective, an adverb, "type 1"."""
    last = plain[-1].rsplit("-", 1)[-1]
    if len(plain) > 1 and plain[0].endswith("ing") and plain[0] not in _ING_NOUNS:
        return True
    if last.endswith("ly") or (len(plain) > 1 and plain[-2] in SCALES):
        return True
    return bool(_ADJECTIVE.fullmatch(last)) and last not in _NOUNS_LIKE_ADJECTIVES


def is_half_a_name(words: str, *, shares_head: bool = False) -> bool:
    """
    Whether a list was cut inside a name: "liver" of "liver and kidney function", "renal" of "renal or hepatic failure".

    Something joined to the object of a preposition ("allergy to aspirin or latex") is no name of its own either.
    """
    plain = _plain(words)
    if not plain or plain[-1] in _BODY or plain[-1] in _RELATIONAL or _is_qualifier(plain):
        return True
    if len(plain) == 1 and shares_head and not _WHOLE_DISEASE.search(plain[0]):
        return True
    return any(word in _BINDS_BEHIND for word in plain)


def shares_words(parts: Sequence[str], known: Sequence[bool]) -> bool:
    """
    Whether words of one entry of a list may belong to the others, so that cutting it would be a guess.

    Parameters
    ----------
    parts
        The entries, without cues and times.
    known
        For each, whether value sets hold it whole.
    """
    plain = [_plain(part) for part in parts]
    if any(not words and not is_known for words, is_known in zip(plain, known, strict=True)):
        return True
    head_is_shared = any(shares_head(part) for part in parts[1:])
    for part, is_known in zip(parts[:-1], known, strict=False):
        if not is_known and is_half_a_name(part, shares_head=head_is_shared):
            return True
    if len(plain[-1]) == 1 and plain[-1][0] in _HEADS:
        return True
    if not known[-1] and len(plain[-1]) == 1 and plain[-1][0] in _ACTS and any(len(words) > 1 for words in plain[:-1]):
        return True
    if any(not is_known and _is_qualifier(words) for words, is_known in zip(plain[1:], known[1:], strict=False)):
        return True
    first_leads = not known[0] and len(plain[0]) > 1 and _is_modifier(plain[0][0])
    if first_leads and not all(_is_modifier(words[0]) for words in plain[1:]):
        return True
    return not known[-1] and any(word in _BINDS_BEHIND for word in plain[-1][1:])


def is_act(words: str) -> bool:
    """Whether a single word is an act or a stand-in that belongs to what stands before it ("or equivalent")."""
    plain = _plain(words)
    return len(plain) == 1 and (plain[0] in _ACTS or plain[0] in _HEADS)


def name_of(words: str) -> str:
    """The words as the name of a concept; raises NotAPhrase when they are not one noun phrase."""
    words = " ".join(words.split())
    plain = _plain(words)
    if not plain or len(plain) > _LONGEST_NAME or not _NAME.fullmatch(words):
        raise NotAPhrase(f"“{words}” is not understood")
    if (
        plain[0] in _NOT_AT_ENDS
        or plain[-1] in _NOT_AT_ENDS
        or any(word in _NO_NAME for word in plain if word != _ALTERNATIVE)
    ):
        raise NotAPhrase(f"“{words}” is no name of one thing")
    if not _OTHER_PEOPLE.isdisjoint(plain):
        raise NotAPhrase(f"“{words}” may speak of another person")
    if len(plain[0]) == 1 or plain[0][0].isdigit() or plain[-1] in _PEOPLE_ALONE or SEX_LAST.search(words):
        raise NotAPhrase(f"“{words}” is no name of one thing")
    if all(_ROMAN.fullmatch(word) for word in plain):
        raise NotAPhrase(f"“{words}” is a number without what it counts")
    is_of_something = len(plain) > 1 and plain[-1] in _GENERIC and plain[-2] in _NOT_FIRST
    if is_of_something or all(word in _GENERIC or word in _MODIFIERS for word in plain):
        raise NotAPhrase(f"“{words}” names no thing of its own")
    if _BARE_NUMBER.search(words):
        raise NotAPhrase(f"“{words}” holds a number that is not understood")
    if _STOP_INSIDE.search(words) or (len(plain) > 1 and _ROMAN.fullmatch(plain[0])):
        raise NotAPhrase(f"“{words}” may be parts of two things")
    if _PARTICIPLE.match(words):
        raise NotAPhrase(f"“{words}” is a clause, not a name")
    if not any(character.isalpha() for character in words):
        raise NotAPhrase(f"“{words}” is no name")
    return words if words[:2].isupper() or words[1:2].isupper() else words[:1].lower() + words[1:]

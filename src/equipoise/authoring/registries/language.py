"""Whether a text is English, told from its small words and its letters.

The rules of authoring know English alone: a record in another language is refused, because a rule read from it would
be wrong without anyone noticing. A terse list of English criteria has few small words, so their absence alone
condemns only a long text.
"""

import re
from collections import Counter

_ENGLISH_WORDS = (
    "the of and to in with for or by is are who at not any than from have has be been must will that this on as no an "
    "within prior patients subjects participants age years history other which their during before after criteria"
)
_OTHER_WORDS = {
    "Spanish": "de la el los las con por para que una del en se mayores pacientes sin menos años edad criterios",
    "French": "de la le les et ou avec pour dans une du ans au aux sans chez âge étude critères toute",
    "German": "der die und mit oder bei von nicht ein eine den des im zur vor nach jahre einer sowie patienten",
    "Italian": "di il della con che una del pazienti anni delle dei alla da nel criteri età degli",
    "Portuguese": "de da com ou para não uma dos das em por anos pacientes critérios que os idade",
    "Dutch": "de het en van met een voor niet bij patiënten jaar zijn geen deze naar",
}
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_OTHERS = {name: frozenset(words.split()) - _ENGLISH for name, words in _OTHER_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 40_000  # characters: more of the same does not change the answer
_LONG = 60  # words: so many without small words of English are not English
_FEWEST_ENGLISH = 0.04
_FEWEST_FOREIGN = 5
_MOST_FOREIGN_LETTERS = 0.25


def other_language(text: str) -> str:
    """
    The language of a text that is not English, in words; empty when it is English or cannot be told.

    Only the beginning of a long text is looked at.
    """
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script:
        return script
    words = _WORD.findall(sample.lower())
    found = Counter(words)
    english = sum(found[word] for word in _ENGLISH)
    counts = {name: sum(found[word] for word in small) for name, small in _OTHERS.items()}
    likeliest = max(counts, key=lambda name: counts[name])
    if counts[likeliest] >= _FEWEST_FOREIGN and counts[likeliest] > english:
        return likeliest
    if len(words) >= _LONG and english < _FEWEST_ENGLISH * len(words):
        return "a language other than English"
    return ""


_SCRIPTS = (
    ("Japanese", re.compile("[\u3040-\u30ff]")),
    ("Korean", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("Chinese", re.compile("[\u3400-\u9fff]")),
    ("a language in Cyrillic letters", re.compile("[\u0400-\u04ff]")),
    ("a language in Arabic letters", re.compile("[\u0600-\u06ff]")),
)
_FOREIGN_LETTER = re.compile("[\u0400-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]")


def _script(sample: str) -> str:
    if sample.isascii():
        return ""
    foreign = len(_FOREIGN_LETTER.findall(sample))
    letters = sum(len(word) for word in _WORD.findall(sample))
    if not letters or foreign < _MOST_FOREIGN_LETTERS * letters:
        return ""
    for name, letter in _SCRIPTS:
        # Japanese comes first: it uses Chinese characters too, Chinese uses no kana.
        if len(letter.findall(sample)) >= 0.1 * foreign:
            return name
    return "a language in other letters"

"""The word lists by which the noun phrase of a comparison is told from the words around it.

The words stand in data/comparison_words.yaml, each list under its name with what it is for.
"""

from importlib import resources

import yaml

_FILE = resources.files("equipoise.authoring.freetext.comparisons").joinpath("data/comparison_words.yaml")
_LISTS = yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(str(_LISTS[name]).split())


ADULTS = _words("adults")
AFTER_NEGATION = _words("after_negation")
AFTER_NUMBERS = _words("after_numbers")
AGE_WORDS = _words("age_words")
ARTICLES = _words("articles")
BEFORE_NUMBERS = _words("before_numbers")
CHANGES = _words("changes")
CONTEXTS = _words("contexts")
DEFINING = _words("defining")
DIMENSIONS = _words("dimensions")
DURATIONS = _words("durations")
EMPTY_HEADS = _words("empty_heads")
FILLERS = _words("fillers")
GENERIC = _words("generic")
GERUNDS_KEPT = _words("gerunds_kept")
MEASURES = _words("measures")
MODIFIER_PREPOSITIONS = _words("modifier_prepositions")
NOT_MEASURED = _words("not_measured")
NOT_THINGS = _words("not_things")
NO_THINGS = _words("no_things")
PARTICIPLES_KEPT = _words("participles_kept")
PEOPLE = _words("people")
POINTS_IN_TIME = _words("points_in_time")
QUALIFIERS = _words("qualifiers")
RATIO_PARTS = _words("ratio_parts")
SCALES = _words("scales")
STOPS = _words("stops")
TIME_MEASURES = _words("time_measures")

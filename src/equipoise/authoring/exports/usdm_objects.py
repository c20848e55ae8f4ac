"""Builds single USDM objects: running ids for each class, codes, extensions. Which objects there are is `usdm`."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from equipoise.authoring.exports.carried import EXTENSIONS, TEXT_URL, digest_of, to_text
from equipoise.authoring.exports.losses import LossBook
from equipoise.authoring.exports.usdm_codes import CDISC, CDISC_VERSION, Term
from equipoise.terminology.concepts import LOCAL_SYSTEM

NOT_STATED = "not-stated"
OWN_CODE_LOSS = "no code of CDISC terminology is known to us for this word; it has one of our own code system"
UNSTATED_LOSS = "the standard demands a value that no source states; it is written as not stated"
Made = dict[str, Any]


class UsdmMaker:
    """Makes objects with ids that run for each class; the same calls give the same ids."""

    def __init__(self, losses: LossBook, taken: frozenset[str] = frozenset()) -> None:
        self.losses = losses
        self._counts: Counter[str] = Counter()
        self._taken = taken

    def make(self, kind: str, **fields: Any) -> Made:
        """An object of this class with these fields, in their order."""
        return {"id": self._new_id(kind), EXTENSIONS: [], **fields, "instanceType": kind}

    def _new_id(self, kind: str) -> str:
        while True:
            self._counts[kind] += 1
            name = f"{kind}_{self._counts[kind]}"
            if name not in self._taken:
                return name

    def code(self, term: Term) -> Made:
        """A code of CDISC terminology."""
        return self.make("Code", code=term.code, codeSystem=CDISC, codeSystemVersion=CDISC_VERSION, decode=term.decode)

    def own_code(self, word: str, decode: str = "") -> Made:
        """A code of our own system."""
        decode = decode or word.replace("-", " ").capitalize()
        return self.make("Code", code=word, codeSystem=LOCAL_SYSTEM, codeSystemVersion="1", decode=decode)

    def code_of(self, word: str, terms: Mapping[str, Term], where: str) -> Made:
        """The code of a word by this table; a word that it does not have gets our own code, and is a loss."""
        if word in terms:
            return self.code(terms[word])
        self.losses.add(f"{where} {word!r}", UNSTATED_LOSS if word == NOT_STATED else OWN_CODE_LOSS)
        return self.own_code(word)

    def alias(self, code: Made) -> Made:
        """An AliasCode without aliases."""
        return self.make("AliasCode", standardCode=code, standardCodeAliases=[])

    def note(self, text: str) -> Made:
        return self.make("CommentAnnotation", text=text, codes=[])

    def extension(self, url: str, data: Any, *, words: str | None = None) -> Made:
        """Data as JSON text; `words` are those for which a rule was written, kept as their digest."""
        made = self._extension(url, to_text(data))
        if words is not None:
            made[EXTENSIONS] = [self._extension(TEXT_URL, digest_of(words))]
        return made

    def _extension(self, url: str, text: str) -> Made:
        name = self._new_id("ExtensionAttribute")
        return {"id": name, "url": url, "valueString": text, EXTENSIONS: [], "instanceType": "ExtensionAttribute"}

"""The lists behind the numbers of a report: each count is made of subjects, and leads to them.

A count has no number of its own, so that it cannot differ from its list. Equal lists under equal words are one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from equipoise.analysis.facts import Entries


@dataclass(frozen=True)
class SubjectList:
    """Subjects with the words of what they have in common, and the events of the log where those are known."""

    anchor: str
    words: str
    subjects: tuple[str, ...]
    entries: Entries = ()


class SubjectLists:
    """All lists of a page, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...], Entries], SubjectList] = {}

    def all(self) -> Sequence[SubjectList]:
        """Every list that a number leads to."""
        return tuple(self._known.values())

    def add(self, words: str, subjects: Iterable[str], entries: Iterable[int] = ()) -> SubjectList:
        """A list, made now or known already."""
        key = (words, tuple(dict.fromkeys(subjects)), tuple(sorted(set(entries))))
        if key not in self._known:
            self._known[key] = SubjectList(f"list-{len(self._known) + 1}", *key)
        return self._known[key]

    def count(self, words: str, subjects: Iterable[str], entries: Iterable[int] = ()) -> Markup:
        """The number of subjects as a link to them; nobody has no list."""
        names = tuple(dict.fromkeys(subjects))
        if not names:
            return Markup("0")
        made = self.add(words, names, entries)
        return Markup('<a href="#{0}" aria-label="{1}: {2}">{1}</a>').format(made.anchor, len(names), words)

    def lead(self, shown: Markup | str, words: str, subjects: Iterable[str], entries: Iterable[int] = ()) -> Markup:
        """A number computed from subjects, as a link to them; from nobody it is no link."""
        names = tuple(dict.fromkeys(subjects))
        if not names:
            return escape(shown)
        return Markup('<a class="from" href="#{}">{}</a>').format(self.add(words, names, entries).anchor, shown)


def anchor_of(subject: str) -> str:
    """Where a subject stands in the page; a name may hold anything."""
    return "subject-" + "".join(each if each.isascii() and each.isalnum() else f"_{ord(each):x}_" for each in subject)


def link_subject(subject: str) -> Markup:
    """A subject as a link to its row."""
    return Markup('<a href="#{}">{}</a>').format(anchor_of(subject), escape(subject))

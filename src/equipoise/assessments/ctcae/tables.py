"""Grading tables read from the data beside this package, and terms found by any of their names.

Decides: the form of a table file and what in it is a fault. The files are `data/v*.yaml`; each term has the published
wording of its grades, our rule for each, and how we read doubtful words.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

from equipoise.assessments.answer import NotEvaluable, Why
from equipoise.assessments.ctcae.model import (
    Amount,
    Clause,
    Compare,
    Comparison,
    Condition,
    CtcaeVersion,
    Limit,
    Reference,
    Table,
    Term,
)
from equipoise.errors import EquipoiseError, Fault
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.units import resolve_unit

_TERM_KEYS = ("name", "analytes", "wording", "rule", "readings", "also_called", "refused_units")
_MULTIPLE = re.compile(r"^(?:(?P<factor>[0-9.]+) x )?(?P<reference>LLN|ULN|baseline)(?: \+ (?P<amount>.+))?$")
_NO_GRADE = "none"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load_table(version: CtcaeVersion) -> Table:
    """The table of a version, as packaged."""
    name = f"v{version.value.replace('.', '_')}.yaml"
    text = resources.files("equipoise.assessments.ctcae").joinpath(f"data/{name}").read_text(encoding="utf-8")
    return read_table(text, name)


def read_table(text: str, where: str) -> Table:
    """
    The table that a file holds.

    Raises
    ------
    EquipoiseError
        With every fault of the file together.
    """
    faults: list[Fault] = []
    document = yaml.load(text, _LOADER)  # a safe loader, in C where there is one
    version = CtcaeVersion(document["version"])
    terms = {}
    for term_id, entry in document["terms"].items():
        try:
            terms[term_id] = _read_term(version, term_id, entry)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            faults.append(Fault(f"{where}: {term_id}", str(error), "Write it like the terms beside it."))
    if faults:
        raise EquipoiseError(f"{where} cannot be used.", faults)
    return Table(
        version=version,
        title=document["title"],
        source=document["source"],
        terms=MappingProxyType(terms),
        absent=MappingProxyType(dict(document["absent"])),
    )


def find_version(version: CtcaeVersion | str) -> CtcaeVersion:
    """The version that a word names ("5.0"); raises EquipoiseError for a version without a table."""
    try:
        return CtcaeVersion(version)
    except ValueError as error:
        known = ", ".join(each.value for each in CtcaeVersion)
        fault = Fault(f"CTCAE version {version!r}", "there is no table of it", f"Versions: {known}.")
        raise EquipoiseError("The version of the criteria is not known.", [fault]) from error


def find_term(version: CtcaeVersion | str, name: str) -> Term | NotEvaluable:
    """
    A term by its id, its published name or another name, in any case.

    NotEvaluable (not-in-version) for a term of another version that this one does not have or whose words we could
    not read; EquipoiseError, with what looks like it, for a name that no version has.
    """
    version = find_version(version)
    table, key, term = load_table(version), _key(name), term_named(version, name)
    if term is not None:
        return term
    for other in CtcaeVersion:
        elsewhere = _names(other).get(key)
        if elsewhere is not None:
            because = table.absent.get(elsewhere, f"{table.title} has no such term.")
            return NotEvaluable(Why.NOT_IN_VERSION, because)
    known = sorted({name for each in CtcaeVersion for name in _names(each)})
    near = difflib.get_close_matches(key, known, n=3)
    do = f"Did you mean {' or '.join(near)}?" if near else f"Terms: {', '.join(table.terms)}."
    raise EquipoiseError("The term is not known.", [Fault(f"term {name!r}", "no version has it", do)])


def term_named(version: CtcaeVersion, name: str) -> Term | None:
    """A term by any of its names; None for what this version does not have, whatever it is."""
    term_id = _names(version).get(_key(name))
    return None if term_id is None else load_table(version).terms[term_id]


def terms_of(version: CtcaeVersion | str, analyte: str) -> tuple[Term, ...]:
    """The terms that grade results of a concept: for potassium one for each direction; none for other concepts."""
    return tuple(term for term in load_table(find_version(version)).terms.values() if analyte in term.analytes)


@cache
def _names(version: CtcaeVersion) -> Mapping[str, str]:
    table = load_table(version)
    return {_key(name): term.id for term in table.terms.values() for name in (term.id, term.name, *term.also_called)}


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())


def _read_term(version: CtcaeVersion, term_id: str, entry: Mapping[str, Any]) -> Term:
    unknown = [key for key in entry if key not in _TERM_KEYS]
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}")
    analytes = tuple(entry["analytes"])
    missing = [name for name in analytes if name not in base_library()]
    if missing:
        raise ValueError(f"there is no concept {missing[0]!r}")
    return Term(
        version=version,
        id=term_id,
        name=entry["name"],
        analytes=analytes,
        wording=MappingProxyType(dict(entry["wording"])),
        clauses=tuple(_read_clauses(entry.get("rule") or {})),
        readings=tuple(entry.get("readings") or ()),
        also_called=tuple(entry.get("also_called") or ()),
        refused_units=MappingProxyType(dict(entry.get("refused_units") or {})),
    )


def _read_clauses(rule: Mapping[Any, Any]) -> Iterable[Clause]:
    for grade, ways in rule.items():
        if grade != _NO_GRADE and grade not in (1, 2, 3, 4):
            raise ValueError(f"{grade!r} is no grade that a number can give")
        for way in ways:
            words = dict(way)
            conditions = words.pop("if", ())
            yield Clause(
                grade=None if grade == _NO_GRADE else grade,
                comparisons=tuple(_read_comparisons(words)),
                conditions=tuple(map(Condition, [conditions] if isinstance(conditions, str) else conditions)),
            )


def _read_comparisons(words: Mapping[str, Any]) -> Iterable[Comparison]:
    if not words:
        raise ValueError("a rule compares with nothing")
    for how, limits in words.items():
        for limit in limits if isinstance(limits, list) else [limits]:
            yield Comparison(Compare(how), _read_limit(str(limit)))


def _read_limit(text: str) -> Limit:
    """Reads "2.5 x ULN", "ULN + 2 g/dL" or "80 g/L or 8.0 g/dL"."""
    found = _MULTIPLE.match(text)
    if found is None:
        return Limit(tuple(_read_amounts(text)))
    amounts = tuple(_read_amounts(found["amount"])) if found["amount"] else ()
    return Limit(amounts, Reference(found["reference"]), Fraction(found["factor"] or 1))


def _read_amounts(text: str) -> Iterable[Amount]:
    for amount in text.split(" or "):
        value, _, unit = amount.partition(" ")
        if resolve_unit(unit) != unit:
            raise ValueError(f"{amount!r} has no canonical UCUM unit")
        yield Amount(Fraction(value), unit)

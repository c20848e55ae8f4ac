"""Finds and reads protocols: shipped ones by name, others by path. All faults of a file are reported together.

A file is checked in steps whose faults are joined: its shape (`model`), the concepts that it declares itself, every
rule in it (`rules`) against those concepts and the ones of the library, and their units, and its plans (`plan_checks`).
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from equipoise.criteria.nodes import AS_OF, Window
from equipoise.criteria.truth import Kind
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.analysis_checks import check_analysis, check_analysis_of_version
from equipoise.protocol.document import Document, Where, given_once, known_names, read_document, suggestion
from equipoise.protocol.model import Protocol, RepairStatus, Version
from equipoise.protocol.phrases import parse_window
from equipoise.protocol.plan_checks import anchors_written, check_gates_of_version, check_plan, rules_of_plan
from equipoise.protocol.rules import ReadingSpec, RuleContext, collect_rule
from equipoise.protocol.shape import note_faults
from equipoise.terminology.catalogue import base_library, read_concepts
from equipoise.terminology.concepts import Concept

FILE_NAME = "protocol.yaml"
_PACKAGED = Path(__file__).parents[1] / "_protocols"
_CHECKOUT = Path(__file__).parents[3] / "protocols"
_INHERITED = ("damage", "repair", "rule", "notes", "confirm", "comment", "acknowledged", "arm", "before")
_INHERITED_BY_VERSION = ("anchors", "windows", "absence", "readings", "plan", "analysis")
_JOINED = ("anchors", "windows", "readings")
"""Of these an amendment states only the entries that it adds or changes."""
_WITH_RULE = ("drafted", "proposals")
"""Taken over with a rule, and never beside another: they speak of that rule alone."""
_SIDES = (("inclusion", Kind.INCLUSION), ("exclusion", Kind.EXCLUSION), ("gates", Kind.INCLUSION))


def shipped_protocols() -> Mapping[str, Path]:
    """The protocols that come with the package, by name."""
    folder = _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT
    return {path.parent.name: path for path in sorted(folder.glob(f"*/{FILE_NAME}"))}


def find_protocol(name_or_path: str | Path) -> Path:
    """
    The file of a protocol, given by the name of a shipped one, or as a file or its folder.

    Raises
    ------
    ProtocolError
        There is neither.
    """
    shipped = shipped_protocols()
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    path = Path(name_or_path)
    if path.is_dir() and (path / FILE_NAME).is_file():
        return path / FILE_NAME
    if path.is_file():
        return path
    do = f"{suggestion(str(name_or_path), tuple(shipped))} Or give the path of a protocol file."
    what = "there is no shipped protocol of this name, and no file"
    raise ProtocolError("No protocol to use.", [Fault(str(name_or_path), what, do.strip())])


def load_protocol(name_or_path: str | Path, library: Mapping[str, Concept] | None = None) -> Protocol:
    """
    Read a protocol and check that each of its rules can be executed.

    Parameters
    ----------
    name_or_path
        `nct05610826`, or a file, or a folder with a protocol.yaml.
    library
        The concepts that rules may name beside those that the protocol declares; the shipped ones by default.

    Raises
    ------
    ProtocolError
        With every fault: where (line and criterion), what, and what to do.
    """
    document = read_document(find_protocol(name_or_path))
    return build_protocol(document, base_library() if library is None else library)


def build_protocol(document: Document, library: Mapping[str, Concept]) -> Protocol:
    """The same from a document that is read already."""
    message = f"{document.path}: this protocol cannot be executed."
    if not isinstance(document.data, dict):
        document.fault((), "a protocol is written as keys and values", "Begin with id: and title:.")
        document.check(message)
    written = document.data
    document.data = copy.deepcopy(written)
    _inherit(document)
    protocol = _validated(document)
    library = MappingProxyType({**_own_concepts(document, library), **library})
    readings: dict[Where, Mapping[str, ReadingSpec]] = {}
    for where, rule, context in rules_of(document, library):
        _check_rule(document, where, rule, context)
        if context.is_in_force:
            readings[where[:2]] = context.readings
    if protocol is not None:
        _check_references(document, protocol, library)
        for name in protocol.plans:
            check_plan(document, protocol, name, library)
        for name in protocol.analyses:
            check_analysis(document, protocol, name, library)
        for index, version in enumerate(protocol.versions):
            _check_choices(document, version, readings.get(("versions", index), {}), ("versions", index, "readings"))
    document.check(message)
    assert protocol is not None
    protocol._document = document
    return protocol


def _validated(document: Document) -> Protocol | None:
    try:
        return Protocol.model_validate(document.data)
    except ValidationError as error:
        note_faults(document, error, Protocol)
        return None


def _own_concepts(document: Document, library: Mapping[str, Concept]) -> Mapping[str, Concept]:
    """The concepts that the protocol declares; their ids are their own, so that one name never means two things."""
    written = document.data.get("concepts")
    own, faults = read_concepts(written if isinstance(written, dict) else {})
    for fault in faults:
        document.fault(("concepts", *fault.place), fault.what, fault.do)
    for name in own:
        if name in library:
            what = f"the concept {name!r} comes with the program, and a protocol cannot say it anew"
            do = "Remove it here and use the one that comes, or give yours an id of its own, also in the rules."
            document.fault(("concepts", name), what, do)
    return own


def _inherit(document: Document) -> None:
    """Write out `as_in`: what an amendment does not state is taken from the version it names."""
    versions = document.data.get("versions")
    by_name: dict[str, int] = {}
    for index, version in enumerate(versions if isinstance(versions, list) else ()):
        if not isinstance(version, dict):
            continue
        where: Where = ("versions", index)
        source = _named_version(document, by_name, version, where)
        if source is not None:
            _take_over(document, ("versions", source), where, _INHERITED_BY_VERSION)
        for side, _ in _SIDES:
            criteria = version.get(side)
            for position, criterion in enumerate(criteria if isinstance(criteria, list) else ()):
                if isinstance(criterion, dict):
                    _inherit_criterion(document, by_name, (*where, side, position), criterion)
        by_name[str(version.get("name"))] = index


def _named_version(document: Document, by_name: Mapping[str, int], part: Mapping[str, Any], where: Where) -> int | None:
    name = part.get("as_in")
    if name is None:
        return None
    if str(name) not in by_name:
        do = suggestion(str(name), tuple(by_name)) or "It must stand above this one."
        document.fault((*where, "as_in"), f"there is no version {name!r} above", do)
    return by_name.get(str(name))


def _inherit_criterion(document: Document, by_name: Mapping[str, int], where: Where, criterion: dict[str, Any]) -> None:
    source = _named_version(document, by_name, criterion, where)
    if source is None:
        return
    for side, _ in _SIDES:
        others = document.data["versions"][source].get(side)
        for position, other in enumerate(others if isinstance(others, list) else ()):
            if isinstance(other, dict) and other.get("id") == criterion.get("id"):
                keys = _INHERITED if "rule" in criterion else (*_INHERITED, *_WITH_RULE)
                _take_over(document, ("versions", source, side, position), where, keys)
                return
    document.fault(where, f"version {criterion['as_in']!r} has no criterion {criterion.get('id')!r}")


def _take_over(document: Document, source: Where, target: Where, keys: tuple[str, ...]) -> None:
    given, taking = _part(document.data, source), _part(document.data, target)
    for key in keys:
        if key not in given:
            continue
        if key not in taking:
            taking[key] = copy.deepcopy(given[key])
            document.copy_lines((*source, key), (*target, key))
        elif key in _JOINED and isinstance(given[key], dict) and isinstance(taking[key], dict):
            _take_over(document, (*source, key), (*target, key), tuple(given[key]))


def _part(data: Any, where: Where) -> Any:
    for step in where:
        data = data[step]
    return data


def rules_of(document: Document, library: Mapping[str, Concept]) -> Iterator[tuple[Where, Any, RuleContext]]:
    """Every rule of a file (those of notes too), with its place and what it is read against."""
    versions = document.data.get("versions")
    for index, version in enumerate(versions if isinstance(versions, list) else ()):
        if not isinstance(version, dict) or _is_orphan(version, versions[:index]):
            continue
        windows = _windows(document, ("versions", index, "windows"), version.get("windows"))
        shared = RuleContext(library, windows)
        for side, kind in _SIDES:
            criteria = version.get(side)
            for position, criterion in enumerate(criteria if isinstance(criteria, list) else ()):
                if isinstance(criterion, dict):
                    context = RuleContext(library, windows, kind, shared.readings, used_windows=shared.used_windows)
                    for where, rule, is_in_force in _rules_of_criterion(criterion, ("versions", index, side, position)):
                        yield where, rule, context if is_in_force else replace(context, readings={}, is_in_force=False)
        yield from _rules_of_plan(document.data, version.get("plan"), version.get("anchors"), shared)
    named = [each.get("plan") for each in _entries(document.data, "versions") if isinstance(each, dict)]
    plans = document.data.get("plans")
    for name in plans if isinstance(plans, dict) else ():
        if name not in named:
            yield from _rules_of_plan(document.data, name, None, RuleContext(library))


def _rules_of_plan(
    data: Mapping[str, Any], name: Any, declared: Any, shared: RuleContext
) -> Iterator[tuple[Where, Any, RuleContext]]:
    """The rules of a plan, read with the windows and readings of a version that names it."""
    plans = data.get("plans")
    plan = plans.get(name) if isinstance(plans, dict) and isinstance(name, str) else None
    if not isinstance(plan, dict):
        return
    anchors = anchors_written(plan) | frozenset(declared if isinstance(declared, dict) else ())
    for where, rule in rules_of_plan(plan, ("plans", str(name))):
        yield where, rule, replace(shared, anchors=anchors)


def _is_orphan(version: Mapping[str, Any], before: list[Any]) -> bool:
    """Whether what it builds on is missing: its rules would then be faulted for what is not theirs."""
    names = [each.get("name") for each in before if isinstance(each, dict)]
    return version.get("as_in") is not None and version["as_in"] not in names


def _rules_of_criterion(criterion: Mapping[str, Any], where: Where) -> Iterator[tuple[Where, Any, bool]]:
    """Its rule, those proposed for it, and those of its notes; and whether a rule is one that can come into force.

    What only waits may have readings of the same names with other alternatives.
    """
    proposals = [each for each in _entries(criterion, "proposals") if isinstance(each, dict)]
    is_replaced = any(each.get("status") == RepairStatus.ACCEPTED for each in proposals)
    if "rule" in criterion:
        yield (*where, "rule"), criterion["rule"], not is_replaced
    for index, proposal in enumerate(_entries(criterion, "proposals")):
        if isinstance(proposal, dict) and "rule" in proposal:
            is_accepted = proposal.get("status") == RepairStatus.ACCEPTED
            yield (*where, "proposals", index, "rule"), proposal["rule"], is_accepted
    for index, note in enumerate(_entries(criterion, "notes")):
        if isinstance(note, dict) and "when" in note:
            yield (*where, "notes", index, "when"), note["when"], True


def _entries(part: Mapping[str, Any], key: str) -> list[Any]:
    """A list of the file; none where something else stands, which the shape faults."""
    return part[key] if isinstance(part.get(key), list) else []


def _windows(document: Document, where: Where, written: Any) -> dict[str, Window]:
    windows: dict[str, Window] = {}
    for name, setting in (written if isinstance(written, dict) else {}).items():
        if not isinstance(setting, dict) or "length" not in setting:
            continue
        try:
            anchor = str(setting.get("anchor", AS_OF))
            windows[name] = parse_window(str(setting["length"]), label=name, anchor=anchor)
        except ProtocolError as error:
            document.fault((*where, name, "length"), error.message)
            windows[name] = Window(0, label=name)
    return windows


def _check_rule(document: Document, where: Where, rule: Any, context: RuleContext) -> None:
    context.faults.clear()
    collect_rule(rule, context, where)
    for place, what, do in context.faults:
        document.fault(place, what, do)


def _check_references(document: Document, protocol: Protocol, library: Mapping[str, Concept]) -> None:
    """Names that must be there: versions, records, arms, interventions, anchors, concepts; ids given once."""
    names = [version.name for version in protocol.versions]
    given_once(document, names, ("versions",))
    if protocol.default_version not in names:
        document.fault(("default_version",), f"there is no version {protocol.default_version!r}")
    arms, records = {arm.id for arm in protocol.arms}, {record.id for record in protocol.records}
    interventions = {each.id for each in protocol.interventions}
    for index, arm in enumerate(protocol.arms):
        known_names(document, ("arms", index, "interventions"), arm.interventions, interventions, "intervention")
    for index, activity in enumerate(protocol.schedule):
        known_names(document, ("schedule", index, "arms"), activity.arms, arms, "arm")
    for index, version in enumerate(protocol.versions):
        where: Where = ("versions", index)
        ids = [criterion.id for _, criterion in version.criteria] + [gate.id for gate in version.gates]
        given_once(document, ids, where)
        known_names(document, (*where, "absence", "no"), version.absence.no, library, "concept")
        check_gates_of_version(document, protocol, version, where)
        check_analysis_of_version(document, protocol, version, where)
        anchors = {AS_OF, *version.anchors}
        for name, window in version.windows.items():
            known_names(document, (*where, "windows", name, "anchor"), [window.anchor], anchors, "anchor")
        for position, gate in enumerate(version.gates):
            known_names(document, (*where, "gates", position, "arm"), [gate.arm], arms, "arm")
            if version.plan is None:
                known_names(document, (*where, "gates", position, "before"), [gate.before], anchors, "anchor")
        for side, _ in _SIDES:
            for position, criterion in enumerate(getattr(version, side)):
                place: Where = (*where, side, position)
                known_names(
                    document, (*place, "sources"), [each.record for each in criterion.sources], records, "record"
                )
                if criterion.confirm is not None:
                    known_names(document, (*place, "confirm"), [criterion.confirm], library, "concept")


def _check_choices(document: Document, version: Version, specs: Mapping[str, ReadingSpec], where: Where) -> None:
    """A chosen reading is one of the alternatives that a rule gives."""
    for name, choice in version.readings.items():
        if choice.chosen is not None and name in specs:
            known_names(document, (*where, name, "chosen"), [choice.chosen], specs[name].labels, "alternative")

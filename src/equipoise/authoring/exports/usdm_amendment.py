"""The amendment by which an exported version differs from the one before it, criterion by criterion.

Why a change was made is stated nowhere in a public record, so reasons are written as not stated.
"""

from equipoise.authoring.exports.usdm_objects import NOT_STATED, UNSTATED_LOSS, Made, UsdmMaker
from equipoise.protocol.model import NOT_FOUND, Criterion, Protocol, Version


def make_amendment(protocol: Protocol, version: Version, maker: UsdmMaker, document_id: str) -> list[Made]:
    """The amendment that made this version, in a list; none for a first version or without any change."""
    number = [each.name for each in protocol.versions].index(version.name)
    if number == 0:
        return []
    before = protocol.version(version.as_in) if version.as_in else protocol.versions[number - 1]
    changes = [_change(maker, place, summary, document_id) for place, summary in name_changes(before, version)]
    maker.losses.add("amendment", f"reason, scope and section of each change: {UNSTATED_LOSS}")
    if not changes:
        return []
    return [
        maker.make(
            "StudyAmendment",
            name=f"AMENDMENT_{number}",
            label=version.label,
            description=version.effective.note or None,
            number=str(number),
            summary=f"{version.label}: {len(changes)} criteria differ from version {before.name}.",
            primaryReason=maker.make("StudyAmendmentReason", code=maker.own_code(NOT_STATED), otherReason=None),
            secondaryReasons=[],
            changes=changes,
            impacts=[],
            geographicScopes=[maker.make("GeographicScope", type=maker.own_code(NOT_STATED), code=None)],
            enrollments=[],
            dateValues=[],
            previousId=None,
            notes=[],
        )
    ]


def name_changes(before: Version, after: Version) -> list[tuple[str, str]]:
    """The criteria that were changed, added or removed, each with a sentence."""
    old, new = _by_id(before), _by_id(after)
    changes = []
    for name, criterion in new.items():
        if name not in old:
            changes.append((name, f"{name} is new: {criterion.text}"))
        elif _is_changed(old[name], criterion):
            changes.append((name, f"{name} read: {old[name].text} It now reads: {criterion.text}"))
    removed = [(name, f"{name} is gone: {old[name].text}") for name in old if name not in new]
    return changes + removed


def _is_changed(old: Criterion, new: Criterion) -> bool:
    """By rule and words; damaged words differ from copy to copy of a record, which is no amendment."""
    if old.rule_in_force != new.rule_in_force:
        return True
    return old.text != new.text and not (old.is_damaged or new.is_damaged)


def _by_id(version: Version) -> dict[str, Criterion]:
    return {each.id: each for each in (*version.inclusion, *version.exclusion, *version.gates)}


def _change(maker: UsdmMaker, place: str, summary: str, document_id: str) -> Made:
    sections = []
    if document_id:
        sections = [
            maker.make(
                "DocumentContentReference", sectionNumber=NOT_STATED, sectionTitle=NOT_STATED, appliesToId=document_id
            )
        ]
    return maker.make(
        "StudyChange",
        name=f"CHANGE_{place}",
        label=None,
        description=None,
        summary=summary,
        rationale=NOT_FOUND,
        changedSections=sections,
    )

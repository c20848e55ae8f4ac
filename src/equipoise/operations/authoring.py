"""A public record becomes a draft protocol, a page to review it on, and findings for machines."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from equipoise.authoring.compiling.criterion import Setup
from equipoise.authoring.compiling.lexicon import site_lexicon
from equipoise.authoring.drafting.criteria import draft_criteria
from equipoise.authoring.drafting.document import VERSION, protocol_data
from equipoise.authoring.drafting.draft import Draft
from equipoise.authoring.drafting.findings import findings_data
from equipoise.authoring.drafting.writing import protocol_yaml
from equipoise.authoring.model import RecordForm, Registration
from equipoise.authoring.proposals import check_proposals, read_proposals, with_proposals
from equipoise.authoring.registries.reading import read_record
from equipoise.authoring.registries.vocabulary import NCT
from equipoise.errors import Fault, UnreadableInputError
from equipoise.operations.output import new_folder
from equipoise.operations.progress import Progress, be_quiet
from equipoise.protocol.loading import FILE_NAME, load_protocol
from equipoise.reporting.review import render_review
from equipoise.terminology.catalogue import base_library, load_concepts, load_entries

MOST_LETTERS, MOST_SITES = 200_000, 20_000
"""Ten times what the largest records of ClinicalTrials.gov hold; its own limit of the criteria is 20,000 characters."""
REVIEW_FILE, FINDINGS_FILE, RECORDS_FOLDER = "review.html", "findings.json", "records"


def author_record(
    record: Path,
    out: Path,
    *,
    today: date,
    sibling: Path | None = None,
    concepts: Path | None = None,
    proposals: Path | None = None,
    force: bool = False,
    progress: Progress = be_quiet,
) -> str:
    """
    Draft a protocol from a public record; gives what was found, in words.

    Parameters
    ----------
    record
        A text page, ClinicalTrials.gov JSON (API v2) or USDM 4 JSON; plain or gzip.
    out
        Folder for `protocol.yaml`, `review.html`, `findings.json`, and the record itself under `records/`.
    today
        Written into the draft as the day on which it was made.
    sibling
        Another version of the record, whose intact sentences may close a hole of this one.
    concepts
        A site's own concepts, in the form of a concept file, with the terms by which texts name them.
    proposals
        Rules that an outside proposer offers, one JSON object on each line; each waits for a person.

    Raises
    ------
    UnreadableInputError
        The record is none, is far larger than that of one trial, or cannot be read; a file beside it cannot.
    OutputError
        `out` may not or cannot be written.
    """
    progress("reading the record")
    registration = read_record(record)
    other = read_record(sibling) if sibling is not None else None
    if other is not None:
        _check_sibling(registration, other)
    own = load_concepts(concepts) if concepts is not None else {}
    library = {**base_library(), **own}
    _check_size(registration)
    progress("drafting")
    draft = draft_criteria(registration, Setup(site_lexicon(library), library), other)
    if not draft.criteria:
        what, do = "its eligibility section holds no criterion", "Save the whole page, or get the registry's JSON."
        raise UnreadableInputError("The record cannot be drafted.", [Fault(registration.file_name, what, do)])
    offered = read_proposals(proposals) if proposals is not None else ()
    check_proposals(offered, draft, library)
    read = tuple(path for path in (record, sibling, concepts, proposals) if path is not None)
    with new_folder(out, force=force, inputs=read) as work:
        data = _write_record(work, draft, record, today)
        text = protocol_yaml(with_proposals(_with_own_concepts(data, concepts, own), offered))
        (work / FILE_NAME).write_text(text, encoding="utf-8")
        (work / FINDINGS_FILE).write_text(_json(findings_data(draft)), encoding="utf-8")
        progress("checking what was drafted")
        protocol = load_protocol(work / FILE_NAME)
        render_review(draft, protocol, protocol.library(base_library()), yaml_text=text, path=work / REVIEW_FILE)
    return _told(draft, out)


def _check_sibling(registration: Registration, other: Registration) -> None:
    """A record of another trial must close no hole; records without a registry number cannot be told apart."""
    numbers = [NCT.fullmatch(each.id) for each in (registration, other)]
    if all(numbers) and registration.id != other.id:
        what = f"it is the record of {other.id.upper()}, not of {registration.id.upper()}"
        do = "Give another version of the same trial's record, or leave --sibling out."
        raise UnreadableInputError("The other record cannot be used.", [Fault(other.file_name, what, do)])


def _check_size(registration: Registration) -> None:
    """Refuse what no registry holds of one trial, before minutes are spent on it."""
    n_letters = sum(end - start for start, end in registration.eligibility)
    n_sites = len(registration.sites)
    if n_letters > MOST_LETTERS:
        what = f"the eligibility section holds {n_letters:,} characters; one trial's holds some thousands"
        do = f"Give the record of one trial, with up to {MOST_LETTERS:,} characters."
    elif n_sites > MOST_SITES:
        what = f"the record names {n_sites:,} sites; one trial's names up to some thousands"
        do = f"Give the record of one trial, with up to {MOST_SITES:,} sites."
    else:
        return
    raise UnreadableInputError("The record cannot be drafted.", [Fault(registration.file_name, what, do)])


def _write_record(work: Path, draft: Draft, record: Path, today: date) -> dict[str, Any]:
    """Keeps the text of the record; gives the content of the protocol, which names it."""
    registration = draft.registration
    text_file = f"{RECORDS_FOLDER}/{registration.id}-{VERSION}.txt"
    (work / RECORDS_FOLDER).mkdir()
    (work / text_file).write_bytes(registration.text.encode())
    return protocol_data(
        draft,
        record_file=text_file,
        origin=_write_original(work / RECORDS_FOLDER, registration, record),
        drafted_by=f"equipoise {installed_version('equipoise')}",
        drafted_at=today,
    )


def _write_original(folder: Path, registration: Registration, record: Path) -> dict[str, Any] | None:
    """The record as it came, beside its text; None when it was text."""
    if registration.form is RecordForm.TEXT_PAGE:
        return None
    name = f"{registration.id}-{VERSION}.json"
    content = record.read_bytes()
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    (folder / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return {"file": f"{RECORDS_FOLDER}/{name}", "sha256": digest, "form": registration.form.value}


def _with_own_concepts(data: dict[str, Any], path: Path | None, own: Mapping[str, Any]) -> dict[str, Any]:
    """A site's concepts that a rule names are declared by the protocol, so that it can be read anywhere."""
    if path is None:
        return data
    named = json.dumps(data["versions"], default=str)
    used = {name: entry for name, entry in load_entries(path).items() if name in own and f'"{name}"' in named}
    return {**data, "concepts": {**used, **data.get("concepts", {})}} if used else data


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n"


def _told(draft: Draft, out: Path) -> str:
    counts = findings_data(draft)["counts"]
    outcomes = ", ".join(f"{number} {name}" for name, number in counts["outcomes"].items())
    lines = [
        f"{draft.registration.title or draft.registration.id}",
        f"{counts['criteria']} criteria: {outcomes or 'none'}",
        f"{counts['damage_marks']} marks of damage, which hold back {counts['damaged_criteria']} criteria; "
        f"{counts['repairs_proposed']} repairs proposed, {counts['readings_open']} readings open",
        *_told_of_schedule(draft),
        *(f"not understood: {note}" for note in draft.registration.not_understood),
        f"Draft that nobody has signed. Review it at {out / REVIEW_FILE}",
    ]
    return "\n".join(lines)


def _told_of_schedule(draft: Draft) -> list[str]:
    found = findings_data(draft)["schedule"]
    if found is None:
        return []
    parts = ", ".join(f"{found[name]} {name}" for name in ("visits", "courses", "steps", "decisions"))
    left = f"{len(found['assumed'])} assumptions, {len(found['not_taken'])} things not taken, each with its reason"
    return [f"schedule: {parts} in the plan; {left}"]

"""Reading a registry record, whatever its form: the only door to the readers of this package.

Decides which form a file has, and refuses what no draft can come of: another language, no criteria, two trials at once.
"""

import json
import re
from pathlib import Path
from typing import Any

from equipoise.authoring.model import Registration
from equipoise.authoring.registries.ctgov import eligibility_text, read_study
from equipoise.authoring.registries.files import open_record, refuse
from equipoise.authoring.registries.language import other_language
from equipoise.authoring.registries.page import Source
from equipoise.authoring.registries.text_page import read_text_page
from equipoise.authoring.registries.text_regions import PageLines, find_regions
from equipoise.authoring.registries.usdm import read_usdm
from equipoise.authoring.registries.vocabulary import NCT
from equipoise.criteria.truth import Kind

LARGEST_PAGE_MB = 20
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")
_KEYS_OF_A_PROTOCOL = tuple(
    re.compile(line, re.MULTILINE) for line in (r"^id: \S", r"^default_version: ", r"^versions:$")
)
_GIVE_RECORD = "Give the record that it was drafted from; `equipoise protocol show` reads a protocol."
_ONE_TRIAL = "Give each trial a file of its own, and read them one by one."
_GET_CRITERIA = "Save the whole page, with its inclusion and exclusion criteria, or get the registry's JSON."
_ENGLISH = "Only English records are read. Take the English version of the record; many registries have one."


def read_record(path: Path) -> Registration:
    """
    Read a registry record.

    Parameters
    ----------
    path
        A plain-text page of a registry or a mirror, ClinicalTrials.gov JSON (API v2), or CDISC USDM 4 JSON; plain or
        gzip. The form is told from the content, not from the name.

    Raises
    ------
    UnreadableInputError
        The file cannot be opened or is no text; the JSON is broken or of another kind; the record is not in English,
        has no criteria, or holds more than one trial.
    """
    file = open_record(path)
    if _JSON.match(file.text[:2000]):
        return _read_json(file.text, file.source)
    return _read_page(file.text, file.source)


def _read_page(text: str, source: Source) -> Registration:
    if len(text) > LARGEST_PAGE_MB * 1024 * 1024:
        raise refuse(source.file_name, f"the page is larger than {LARGEST_PAGE_MB} MB", "Give the page of one trial.")
    if all(key.search(text) for key in _KEYS_OF_A_PROTOCOL):
        raise refuse(source.file_name, "the file is a protocol, not the record of a trial", _GIVE_RECORD)
    lines = find_regions(text)
    if not lines.regions:
        _check_language(text, source)
        raise refuse(source.file_name, "the page has no eligibility section", _GET_CRITERIA)
    _check_language(" ".join(text[start:end] for start, end in lines.regions), source)
    _check_one_trial(lines, source)
    return read_text_page(text, lines, source)


def _check_language(text: str, source: Source) -> None:
    language = other_language(text)
    if language:
        raise refuse(source.file_name, f"the record is not in English; it looks like {language}", _ENGLISH)


def _check_one_trial(lines: PageLines, source: Source) -> None:
    """
    Refuse a page with two trials: two numbers, each with its own list of criteria.

    A number counts only outside the criteria or alone on its line, and only where it is new: a related trial that is
    merely mentioned stands beside no list of its own. Numbers may stand before each list or after it.
    """
    places = [line.start for line in lines.lines if line.criteria is Kind.INCLUSION]
    if len(places) < 2:
        return
    gaps: list[list[str]] = [[] for _ in range(len(places) + 1)]
    seen: set[str] = set()
    outside = {line.start for line in lines.outside()}
    for line in lines.lines:
        if line.start not in outside and not NCT.fullmatch(line.words):
            continue
        for number in NCT.findall(line.words):
            if number not in seen:
                seen.add(number)
                gaps[sum(place <= line.start for place in places)].append(f"NCT{number}")
    before, between, after = gaps[0], [number for gap in gaps[1:-1] for number in gap], gaps[-1]
    if between and (before or after or len(between) > 1):
        named = ", ".join(list(dict.fromkeys([*before, *between, *after]))[:5])
        raise refuse(source.file_name, f"the file holds more than one trial: {named}", _ONE_TRIAL)


def _read_json(text: str, source: Source) -> Registration:
    data = _only_study(_parse(text, source), source)
    study = data.get("study")
    if isinstance(data.get("protocolSection"), dict):
        _check_criteria(eligibility_text(data), source)
        return read_study(data, source)
    if isinstance(study, dict) and isinstance(study.get("versions"), list):
        registration = read_usdm(data, source)
        _check_criteria("\n".join(registration.text[start:end] for start, end in registration.eligibility), source)
        return registration
    keys = ", ".join(repr(key) for key in list(data)[:8]) or "none"
    what = f"the JSON is neither a ClinicalTrials.gov study (API v2) nor a USDM study; its top-level keys: {keys}"
    do = "Get the study with the registry's API, version 2 (it has a 'protocolSection'), or export USDM version 4."
    raise refuse(source.file_name, what, do)


def _check_criteria(text: str, source: Source) -> None:
    if not text.strip():
        raise refuse(source.file_name, "the study has no eligibility criteria", _GET_CRITERIA)
    _check_language(text, source)


def _parse(text: str, source: Source) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = _json_lines(text) if error.msg == "Extra data" else None
        if lines is not None:
            return lines
        where = f"{source.file_name}, line {error.lineno}, column {error.colno}"
        raise refuse(where, f"the JSON is broken: {error.msg}", "Download or export the record again.") from None
    except ValueError as error:  # a number with thousands of digits
        raise refuse(source.file_name, f"the JSON is broken: {error}", "Export the record again.") from None
    except RecursionError:
        raise refuse(source.file_name, "the JSON is nested too deeply", "Export the record again.") from None


def _json_lines(text: str) -> list[Any] | None:
    """
    A file with a JSON object in each line; None when it is not such a file.

    Only a line feed ends a line: the other marks that could may stand inside the words of an object.
    """
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return None


def _only_study(data: Any, source: Source) -> dict[str, Any]:
    """The one study of the document, which may stand in a list or under `studies`."""
    studies = data.get("studies") if isinstance(data, dict) else data
    if isinstance(studies, list):
        if not studies:
            raise refuse(
                source.file_name, "the list of studies is empty", "Search the registry again and save a study."
            )
        if len(studies) > 1:
            names = ", ".join(_name(study) for study in studies[:5])
            more = f" and {len(studies) - 5} more" if len(studies) > 5 else ""
            what = f"the file holds {len(studies)} trials: {names}{more}"
            raise refuse(source.file_name, what, _ONE_TRIAL)
        data = studies[0]
    if not isinstance(data, dict):
        raise refuse(source.file_name, "the JSON holds no study object", "Export the record again.")
    return data


def _name(study: Any) -> str:
    """What to call a study in a message: its number, else its title."""
    if not isinstance(study, dict):
        return "something that is no study"
    section = study.get("protocolSection")
    module = section.get("identificationModule") if isinstance(section, dict) else None
    named = module if isinstance(module, dict) else study.get("study")
    if not isinstance(named, dict):
        return "one without a name"
    return str(named.get("nctId") or named.get("briefTitle") or named.get("name") or "one without a name")

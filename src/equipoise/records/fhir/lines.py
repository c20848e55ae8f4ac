"""The slow lane: resources one by one, from damaged or mixed NDJSON, Bundles and single documents.

Every line and every entry is judged here once: not JSON, no resource, wrong shape, not needed, or cleaned into
the columns of `shapes` and written for the same SQL that reads well-formed files. A bad item never stops a file.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

from equipoise.errors import Fault
from equipoise.records.account import Account
from equipoise.records.fhir.files import numbered_lines, open_bytes
from equipoise.records.fhir.shapes import SHAPES, WrongShapeError, fit
from equipoise.records.report import Fate, FileReading

CONTAINER = "container: its entries are counted"
TYPE_NOT_USED = "resource type is not used"
_LINE = "line"
Json = dict[str, Any]


class _BadJsonError(ValueError):
    """Valid for a lenient parser only: a key twice, or a number that is none."""


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise _BadJsonError("a key stands twice")
    return result


def _no_constant(_: str) -> Any:
    raise _BadJsonError("a number is not finite")


def decode(text: bytes) -> Any:
    """Strict JSON with every number as its text; _BadJsonError or ValueError (UnicodeDecodeError too) otherwise."""
    return json.loads(
        text.decode("utf-8"),
        object_pairs_hook=_unique,
        parse_float=str,
        parse_int=str,
        parse_constant=_no_constant,
    )


class SlowLane:
    """Reads files item by item; cleaned resources of one type go to one NDJSON file in `folder`."""

    def __init__(self, account: Account, folder: Path) -> None:
        self._account = account
        self._folder = folder
        self._outputs: dict[str, IO[bytes]] = {}
        self._items = 0
        self._n_single_objects = 0
        self._seen: Counter[str] = Counter()

    def read_lines(self, path: Path, name: str) -> None:
        """Read a file with one item on each line. OSError, EOFError and zlib.error come through."""
        self._items, n_lines = 0, 0
        for number, line in numbered_lines(path):
            n_lines += 1
            place = f"{name}:{number}"
            try:
                item = decode(line)
            except _BadJsonError as error:
                self._refuse(name, _LINE, str(error), place)
            except (ValueError, RecursionError):
                self._refuse(name, _LINE, "not JSON", place)
            else:
                self._take(item, name, place)
        self._account.files.append(FileReading(name, n_lines, self._items, "line by line"))

    def read_document(self, path: Path, name: str) -> None:
        """Read a file that is one JSON document: a resource, a Bundle, or a list of resources."""
        with open_bytes(path) as file:
            text = file.read().removeprefix(b"\xef\xbb\xbf")
        try:
            document = decode(text)
        except (ValueError, RecursionError) as error:
            what = f"is not JSON ({error})" if isinstance(error, _BadJsonError) else "is not JSON"
            self._account.faults.append(Fault(name, what, "Export it again, or take it out of the folder."))
            return
        self._items = 0
        for position, item in enumerate(document if isinstance(document, list) else [document], start=1):
            self._take(item, name, f"{name}#{position}" if isinstance(document, list) else name)
        self._account.files.append(FileReading(name, 1, self._items, "line by line"))

    def close(self) -> None:
        for output in self._outputs.values():
            output.close()
        self._account.note("a single object stood where a list belongs: read as a list of one", self._n_single_objects)

    def outputs(self) -> Mapping[str, Path]:
        """Resource type to the file of its cleaned resources."""
        return {kind: self._folder / f"{kind}.ndjson" for kind in self._outputs}

    def _refuse(self, name: str, kind: str, why: str, place: str) -> None:
        self._items += 1
        self._account.add(name, kind, Fate.NOT_UNDERSTOOD, why, 1, [place])

    def _take(self, item: Any, name: str, place: str, full_url: str | None = None) -> None:
        kind = item.get("resourceType") if isinstance(item, dict) else None
        if not isinstance(kind, str):
            self._refuse(name, _LINE, "no resourceType", place)
        elif kind == "Bundle":
            self._items += 1
            self._account.add(name, kind, Fate.NOT_NEEDED, CONTAINER)
            self._take_entries(item, name, place)
        elif kind not in SHAPES:
            self._items += 1
            self._account.add(name, kind, Fate.NOT_NEEDED, TYPE_NOT_USED)
        else:
            self._write(kind, item, name, place, full_url)

    def _take_entries(self, bundle: Json, name: str, place: str) -> None:
        entries = bundle.get("entry") or []
        if not isinstance(entries, list):
            self._refuse(name, "Bundle", "wrong shape at entry", place)
            return
        targets = _full_urls(entries)
        for position, entry in enumerate(entries, start=1):
            here = f"{place}#entry-{position}"
            if not isinstance(entry, dict):
                self._refuse(name, "Bundle", "entry is not an object", here)
            elif entry.get("resource") is None:
                self._items += 1
                self._account.add(name, "Bundle", Fate.NOT_NEEDED, "entry without a resource")
            else:
                full_url = entry.get("fullUrl")
                resource = _redirect(entry["resource"], targets)
                self._take(resource, name, here, full_url if isinstance(full_url, str) else None)

    def _write(self, kind: str, resource: Json, name: str, place: str, full_url: str | None) -> None:
        try:
            fitted, n_single = fit(dict(SHAPES[kind]), resource)
        except WrongShapeError as error:
            self._refuse(name, kind, f"wrong shape at {error.path or 'the top'}", place)
            return
        self._items += 1
        self._n_single_objects += n_single
        if not fitted.get("id") and full_url:
            fitted["id"] = _id_of(full_url)
        if kind not in self._outputs:
            self._outputs[kind] = (self._folder / f"{kind}.ndjson").open("wb")
        line = msgspec.json.encode(fitted | {"place_file": name, "place": place})
        self._outputs[kind].write(line + b"\n")


def _id_of(full_url: str) -> str:
    return full_url.rsplit("/", 1)[-1].removeprefix("urn:uuid:").removeprefix("urn:oid:")


def _full_urls(entries: list[Any]) -> dict[str, str]:
    """fullUrl of each entry to `Type/id`, by which its neighbours can be found in the tables."""
    targets = {}
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        full_url = entry.get("fullUrl") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and isinstance(full_url, str):
            targets[full_url] = f"{resource.get('resourceType')}/{resource.get('id') or _id_of(full_url)}"
    return targets


def _redirect(value: Any, targets: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: targets.get(part, part) if key == "reference" and isinstance(part, str) else _redirect(part, targets)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_redirect(part, targets) for part in value]
    return value

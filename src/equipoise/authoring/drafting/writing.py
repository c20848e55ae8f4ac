"""A protocol's content as YAML that a person edits: on one line where a line is enough, with a word on what to do."""

import re
from typing import Any

import yaml

_WIDTH = 116
_FLOW_UP_TO = 100
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")

HEADER = """\
# A draft, made by equipoise author from a public record. Nobody has signed it.
#
# To finish it: read review.html beside this file; accept or reject each repair by its `status` (accepted needs
# `accepted_by` and `accepted_at`); choose a reading by its label (`chosen:` and `by:`), or leave it open; give codes to
# the concepts that have none; then write `status: signed`, `signed_by` and `signed_at` into `review`.
# `equipoise protocol lint` tells what is still open.
"""


class _Dumper(yaml.SafeDumper):
    """Short mappings and lists stand on one line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_mapping(dumper: _Dumper, data: dict[str, Any]) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=_is_short(data))
    return node


def _represent_list(dumper: _Dumper, data: list[Any]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=_is_short(data))


def _represent_words(dumper: _Dumper, words: str) -> yaml.Node:
    """Rare marks that end a line are lost between other quotes, and are written by their number between double ones."""
    style = '"' if _LINE_ENDS.search(words) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", words, style=style)


_Dumper.add_representer(str, _represent_words)
_Dumper.add_representer(dict, _represent_mapping)
_Dumper.add_representer(list, _represent_list)


def _is_short(data: Any) -> bool:
    """Whether it holds nothing nested deeper than a list of words, and fits on a line."""
    parts = list(data.values()) if isinstance(data, dict) else list(data)
    has_mapping = any(isinstance(part, dict) for part in parts)
    is_spans = isinstance(data, dict) and "spans" in data
    return (not has_mapping or (isinstance(data, list) and len(parts) == 1 and "record" in parts[0])) and (
        is_spans or len(repr(data)) <= _FLOW_UP_TO
    )


def protocol_yaml(data: dict[str, Any], header: str = HEADER) -> str:
    """
    The text of a protocol file, comments of `header` first.

    Equal data give equal text; `document.parse_document` reads it back as the same data.
    """
    body = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return f"{header}\n{body}"

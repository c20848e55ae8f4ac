"""Fields of a form as they are typed: `administered=7.4`, or, where a field is a group, `lesions="lesion=L1 mm=23"`.

Decides how text on a command line becomes the content of a form. What is right for a field is the form's own to say.
"""

import inspect
import re
import shlex
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from equipoise.cli.usage import WrongUseError
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.reading import FORMS
from equipoise.errors import Fault

_NOT_TYPED = ("on",)
"""Given by an option of its own."""
_RESULT = re.compile(r"(?P<value>\S+)(?: +(?P<unit>[^\[ ]\S*))?(?: +\[(?P<low>[0-9.]*)-(?P<high>[0-9.]*)\])?")
"""`142 10*9/L [150-400]`: value, unit, normal range."""


def read_content(kind: FormKind, typed: Sequence[str], file: Path | None) -> dict[str, Any]:
    """
    The content of a form: that of a file, then what was typed.

    Raises
    ------
    EquipoiseError
        Something typed is no FIELD=VALUE, or the file cannot be read.
    """
    content = {} if file is None else _read_file(file)
    groups, faults = _groups_of(FORMS[kind]), []
    seen: set[str] = set()
    for number, text in enumerate(typed, start=1):
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            do = f"Fields: equipoise trial fields {kind.value}"
            faults.append(Fault(f"field {number}", "is not FIELD=VALUE", do))
            continue
        field = name.strip().replace("-", "_")
        if field in seen and field in FORMS[kind].model_fields and field not in groups:
            faults.append(Fault(name.strip(), "is given twice", "Say it once."))
        seen.add(field)
        _put(content, kind, field, name.strip(), value.strip(), groups)
    if faults:
        raise WrongUseError(*faults)
    return content


def field_lines(kind: FormKind) -> Iterator[str]:
    """The fields of a form, with what its docstring says of them, for a terminal."""
    form = FORMS[kind]
    yield f"{kind.value}: {(inspect.getdoc(form) or '').splitlines()[0]}"
    yield from _lines_of(form, "  ")
    if kind is FormKind.RESULTS:
        yield '  For short, one for each result: platelets="142 10*9/L [150-400]" (value, unit, normal range).'


def _lines_of(form: type[BaseModel], indent: str) -> Iterator[str]:
    told = field_words(form)
    # What is common to all forms stands last.
    for name, field in sorted(form.model_fields.items(), key=lambda item: item[0] == "comment"):
        if name in _NOT_TYPED and issubclass(form, Form):
            continue
        words = [told.get(name, "")]
        choices = _choices(field.annotation)
        if choices:
            words.append(f"One of: {', '.join(choices)}.")
        need = "needed" if field.is_required() else "optional"
        yield f"{indent}{name:<20} {need:<9} {' '.join(filter(None, words))}".rstrip()
        part = _part(field.annotation)
        if part is not None:
            yield f'{indent}  a group, once for each: {name}="{_first_field(part)}=… …", of'
            yield from _lines_of(part, indent + "    ")


def _put(content: dict[str, Any], kind: FormKind, field: str, name: str, value: str, groups: dict[str, Any]) -> None:
    form = FORMS[kind]
    if kind is FormKind.RESULTS and field not in form.model_fields:
        content.setdefault("results", []).append(_result(name, value))
    elif field in groups:
        part = groups[field]
        content.setdefault(field, []).append(value if part is None else _pairs(field, value))
    else:
        content[field] = value


def _result(concept: str, text: str) -> dict[str, str]:
    found = _RESULT.fullmatch(text)
    if found is None:
        do = 'Write it like platelets="142 10*9/L [150-400]".'
        raise WrongUseError(Fault(concept, "is no result: value, unit, normal range", do))
    given = {
        "concept": concept,
        "value": found["value"],
        "unit": found["unit"],
        "range_low": found["low"],
        "range_high": found["high"],
    }
    return {name: value for name, value in given.items() if value}


def _pairs(field: str, text: str) -> dict[str, str]:
    """`lesion=L1 mm=23 organ="left lobe"` as a mapping."""
    pairs: dict[str, str] = {}
    for name, sign, value in (part.partition("=") for part in _split(text)):
        if not sign or name.replace("-", "_") in pairs:
            what = f"says {name} twice" if sign else "is a group of NAME=VALUE"
            raise WrongUseError(Fault(field, what, f'Write {field}="NAME=VALUE NAME=VALUE".'))
        pairs[name.replace("-", "_")] = value
    return pairs


def _split(text: str) -> list[str]:
    """Parts of a text; a quote that is not closed leaves it whole, and so no group."""
    try:
        return shlex.split(text)
    except ValueError:
        return [""]


def _read_file(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        fault = Fault(str(file), "cannot be read as YAML or JSON", "Give the fields of the form, one on each line.")
        raise WrongUseError(fault) from error
    if not isinstance(content, dict):
        raise WrongUseError(Fault(str(file), "does not hold fields", "Write FIELD: VALUE lines."))
    return content


def _groups_of(form: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    """The fields that hold several things; with the shape of each where that is a group."""
    return {
        name: _part(field.annotation)
        for name, field in form.model_fields.items()
        if getattr(field.annotation, "__origin__", None) is tuple
    }


def _part(annotation: Any) -> type[BaseModel] | None:
    inner = [each for each in get_args(annotation) if inspect.isclass(each) and issubclass(each, BaseModel)]
    return inner[0] if inner else None


def _choices(annotation: Any) -> list[str]:
    """The words of an enumeration, wherever it stands in the annotation."""
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return [str(member.value) for member in annotation]
    inner = [each for each in get_args(annotation) if each is not Ellipsis]
    if inner and all(isinstance(each, str) for each in inner):
        return inner
    return next((choices for each in inner if (choices := _choices(each))), [])


def _first_field(part: type[BaseModel]) -> str:
    return next(iter(part.model_fields))


def field_words(form: type[BaseModel]) -> dict[str, str]:
    """What docstrings say of each field, numpydoc style, its own after that of every form; `a, b` speaks of both."""
    told: dict[str, str] = {}
    for shape in reversed(form.__mro__):
        if issubclass(shape, BaseModel) and shape is not BaseModel:
            told |= _parameters(inspect.cleandoc(shape.__doc__ or "").splitlines())
    return told


def _parameters(lines: Sequence[str]) -> dict[str, str]:
    if "Parameters" not in lines:
        return {}
    told: dict[str, str] = {}
    names: list[str] = []
    for line in lines[lines.index("Parameters") + 2 :]:
        if line and not line.startswith(" "):
            names = [name.strip() for name in line.split(":")[0].split(",")]
        elif line.strip():
            for name in names:
                told[name] = f"{told.get(name, '')} {line.strip()}".strip()
    return told

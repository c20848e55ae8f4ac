"""Kinds of fields that forms share: days, times, exact numbers, units, codes, words.

Decides which text is one of them, strictly: what is doubtful (a day written the other way round, a comma in a number)
is refused and not guessed. A message names what is wrong and never the value, which may be patient data.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from equipoise.records.tables import DECIMAL_SCALE
from equipoise.terminology.systems import canonical_system
from equipoise.terminology.units import resolve_unit

WRONG = "wrong"
"""The type of our own faults in pydantic's list: their `what` and `do` are sentences of ours."""
_MAX_TEXT = 4000
_NUMBER = re.compile(rf"[+-]?[0-9]{{1,12}}(?:\.[0-9]{{1,{DECIMAL_SCALE}}})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")


def wrong(what: str, do: str = "") -> PydanticCustomError:
    """A fault of a field, to be raised by a validator."""
    return PydanticCustomError(WRONG, "{what}", {"what": what, "do": do})


class Part(BaseModel):
    """A group of fields within a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_day(value: Any) -> date:
    """A calendar day from a `date` or its ISO text; raises PydanticCustomError."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise wrong("is no calendar day", "Write it like 2026-01-15.")


def _read_clock(value: Any) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value.replace(microsecond=0)
    if isinstance(value, str) and _CLOCK.fullmatch(value.strip()):
        try:
            return time.fromisoformat(value.strip())
        except ValueError:
            pass
    raise wrong("is no time of day", "Write it like 09:30.")


def _read_number(value: Any) -> Decimal:
    """A float counts as its shortest decimal: files of other programs have them. Nothing is rounded."""
    text = "" if isinstance(value, bool) else f"{value}".strip()
    if isinstance(value, Decimal) and value.is_finite():
        text = f"{value:f}"
    if not _NUMBER.fullmatch(text):
        do = f"Write digits with a decimal point, at most {DECIMAL_SCALE} places: 7.4."
        raise wrong("is no number that can be kept exactly", do)
    return Decimal(text)


def _read_whole(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", f"{value}".strip()):
        raise wrong("is no whole number", "Write it in digits: 3.")
    return int(value)


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong("is no text, or an empty one", "Write it in words.")
    if len(value) > _MAX_TEXT:
        raise wrong(f"is longer than {_MAX_TEXT} characters", "Write it shorter.")
    text = value.strip()
    if any(not character.isprintable() and character not in "\n\t" for character in text):
        raise wrong("has characters that cannot be printed", "Write it again by hand.")
    return text


def _read_unit(value: Any) -> str:
    """The UCUM unit that the spelling means."""
    unit = resolve_unit(value) if isinstance(value, str) else None
    if unit is None:
        raise wrong("is no unit that is understood", "Write it in UCUM: GBq, mg/dL, 10*9/L.")
    return unit


def _read_coding(value: Any) -> str:
    """`system|code` with the canonical name of the system."""
    system, bar, code = value.rpartition("|") if isinstance(value, str) else ("", "", "")
    named = canonical_system(system)
    if not bar or named is None or not code.strip():
        raise wrong("is no code of a system", "Write system|code: loinc|718-7.")
    return f"{named}|{code.strip()}"


def split_coding(coding: str) -> tuple[str, str]:
    """System and code."""
    system, _, code = coding.rpartition("|")
    return system, code


def plain(number: Decimal) -> str:
    """A number for people, without zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


Day = Annotated[date, BeforeValidator(read_day)]
Clock = Annotated[time, BeforeValidator(_read_clock)]
Number = Annotated[Decimal, BeforeValidator(_read_number), PlainSerializer(lambda n: f"{n:f}", return_type=str)]
Whole = Annotated[int, BeforeValidator(_read_whole)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Text = Annotated[str, BeforeValidator(_read_text)]
Unit = Annotated[str, BeforeValidator(_read_unit)]
Coding = Annotated[str, BeforeValidator(_read_coding)]
"""`system|code`."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""An id of the plan, of a concept, of a lesion."""
EntryId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,199}$")]
"""What names an entry of the log."""

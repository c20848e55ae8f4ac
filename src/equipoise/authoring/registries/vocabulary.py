"""The words of registries and what they mean here: statuses, sexes, yes and no, dates, phases, identifiers.

A word that is not known gives nothing (None or an empty text); the readers then say so.
"""

import re
from datetime import datetime

NCT = re.compile(r"\bNCT\s?-?(\d{8})\b", re.IGNORECASE)

STATUSES = {
    "not yet recruiting": "not-yet-recruiting",
    "recruiting": "recruiting",
    "enrolling by invitation": "enrolling-by-invitation",
    "active not recruiting": "active-not-recruiting",
    "ongoing not recruiting": "active-not-recruiting",
    "suspended": "suspended",
    "completed": "completed",
    "terminated": "terminated",
    "withdrawn": "withdrawn",
}
_SEXES = {
    "all": "all",
    "both": "all",
    "both sexes": "all",
    "both males and females": "all",
    "male and female": "all",
    "males and females": "all",
    "any": "all",
    "female": "female",
    "females": "female",
    "female only": "female",
    "women": "female",
    "male": "male",
    "males": "male",
    "male only": "male",
    "men": "male",
}
_YES_NO = {
    "yes": True,
    "true": True,
    "accepts healthy volunteers": True,
    "no": False,
    "false": False,
    "does not accept healthy volunteers": False,
}
_DAY_FORMS = ("%Y-%m-%d", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%Y/%m/%d")
_MONTH_FORMS = ("%Y-%m", "%B %Y", "%b %Y", "%B, %Y")
_DATE_KIND = re.compile(r"\s*\(?\b(actual|estimated|anticipated)\b\)?\s*$", re.IGNORECASE)


def plain(words: str) -> str:
    """The words in lower case, with single spaces, without marks between them: `NOT_YET_RECRUITING` is its label."""
    return " ".join(re.sub(r"[\W_]+", " ", words.lower()).split())


def read_status(words: str) -> str | None:
    """The word of `protocol.model.RegistryStatus` for a recruitment status, None when it has none."""
    return STATUSES.get(plain(words))


def read_sex(words: str) -> str | None:
    """`all`, `female` or `male`."""
    return _SEXES.get(plain(words))


def read_yes_no(words: str) -> bool | None:
    """Whether the words accept (healthy volunteers, say); None when they say neither."""
    return _YES_NO.get(plain(words))


def read_date(words: str) -> tuple[str, str] | None:
    """
    A date as ISO (to the month where no day is given) and its kind ("actual", "estimated", or empty).

    A date in figures whose order is not certain (`11/09/2022`) is not read.
    """
    found = _DATE_KIND.search(words)
    kind = found.group(1).lower() if found else ""
    day = (words[: found.start()] if found else words).strip()
    for forms, as_iso in ((_DAY_FORMS, "%Y-%m-%d"), (_MONTH_FORMS, "%Y-%m")):
        for form in forms:
            try:
                return datetime.strptime(day, form).strftime(as_iso), "estimated" if kind == "anticipated" else kind
            except ValueError:
                continue
    return (day, kind) if re.fullmatch(r"(19|20)\d\d", day) else None


def label_of(code: str) -> str:
    """A code of the registry as its label: `ACTIVE_COMPARATOR` is "Active Comparator"; other words stay."""
    return code.replace("_", " ").title() if re.fullmatch(r"[A-Z][A-Z0-9_]*", code) else code


def phase_of(codes: tuple[str, ...]) -> str:
    """Phases as the registry prints them: "Phase 1/Phase 2", "Early Phase 1", "Not Applicable"."""
    if codes == ("NA",):
        return "Not Applicable"
    return "/".join(re.sub(r"(?<=Phase)(?=\d)", " ", label_of(code)) for code in codes)


def slug(words: str) -> str:
    """Words as an identifier: lower case, dashes between."""
    return re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")


def registration_id(nct: str, file_name: str) -> tuple[str, str]:
    """
    The identifier of a record, and a note where it was not stated.

    Parameters
    ----------
    nct
        The NCT number that the record states as its own; may be empty.
    """
    if nct:
        return nct.lower(), ""
    named = NCT.search(file_name.replace("_", " "))
    made = f"nct{named.group(1)}" if named else slug(file_name.split(".")[0]) or "record"
    return made, f"the record states no registry number of its own; {made!r} is taken from the name of the file"

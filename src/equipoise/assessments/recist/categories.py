"""The words of response, and the published tables that combine them.

The tables are data: each row as printed in Eisenhauer 2009, Eur J Cancer 45:228, tables 1 and 2, and one for subjects
without disease at baseline. The first row that fits decides.
"""

from enum import StrEnum

from equipoise.errors import EquipoiseError, Fault


class Response(StrEnum):
    """Response of targets, of non-targets or overall; NE stands for every cause for which there is none."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    NON_CR_NON_PD = "NON-CR/NON-PD"
    NED = "NED"
    PD = "PD"
    NE = "NE"


class Disease(StrEnum):
    """Which lesions a subject has at baseline: it chooses the table."""

    TARGET = "target"
    NON_TARGET_ONLY = "non-target only"
    NONE = "none"


_R = Response
_ANY = frozenset(Response)
_TARGETS = frozenset({_R.CR, _R.PR, _R.SD, _R.PD, _R.NE})
_NON_TARGETS = frozenset({_R.CR, _R.NON_CR_NON_PD, _R.PD, _R.NE, _R.NED})
Row = tuple[frozenset[Response], frozenset[Response], bool | None, Response]
"""Targets, non-targets, whether there is a new lesion (None: either), and the overall response."""

TABLES: dict[Disease, tuple[Row, ...]] = {
    Disease.TARGET: (
        (frozenset({_R.PD}), _NON_TARGETS, None, _R.PD),
        (_TARGETS, frozenset({_R.PD}), None, _R.PD),
        (_TARGETS, _NON_TARGETS, True, _R.PD),
        (frozenset({_R.CR}), frozenset({_R.CR, _R.NED}), False, _R.CR),
        (frozenset({_R.CR}), frozenset({_R.NON_CR_NON_PD}), False, _R.PR),
        (frozenset({_R.CR}), frozenset({_R.NE}), False, _R.PR),
        (frozenset({_R.PR}), frozenset({_R.CR, _R.NED, _R.NON_CR_NON_PD, _R.NE}), False, _R.PR),
        (frozenset({_R.SD}), frozenset({_R.CR, _R.NED, _R.NON_CR_NON_PD, _R.NE}), False, _R.SD),
        (frozenset({_R.NE}), frozenset({_R.CR, _R.NED, _R.NON_CR_NON_PD, _R.NE}), False, _R.NE),
    ),
    Disease.NON_TARGET_ONLY: (
        (_ANY, frozenset({_R.PD}), None, _R.PD),
        (_ANY, _NON_TARGETS - {_R.NED}, True, _R.PD),
        (_ANY, frozenset({_R.CR}), False, _R.CR),
        (_ANY, frozenset({_R.NON_CR_NON_PD}), False, _R.NON_CR_NON_PD),
        (_ANY, frozenset({_R.NE}), False, _R.NE),
    ),
    Disease.NONE: (
        (_ANY, _ANY, True, _R.PD),
        (_ANY, _ANY, False, _R.NED),
    ),
}


def combine_responses(
    *, target: Response, non_target: Response, has_new_lesion: bool, disease: Disease = Disease.TARGET
) -> Response:
    """
    Overall response at one visit by the published tables.

    Parameters
    ----------
    target
        CR, PR, SD, PD or NE; read only where there are targets.
    non_target
        CR, NON_CR_NON_PD, PD, NE, or NED when there was no non-target lesion at baseline.
    has_new_lesion
        Whether a new lesion is unequivocal. An equivocal one is none yet.
    disease
        What there was at baseline.

    Raises
    ------
    EquipoiseError
        The two do not fit the table: a target response of NON_CR_NON_PD, for example.

    Examples
    --------
    >>> combine_responses(target=Response.CR, non_target=Response.NON_CR_NON_PD, has_new_lesion=False)
    <Response.PR: 'PR'>
    """
    for targets, non_targets, new, overall in TABLES[disease]:
        if target in targets and non_target in non_targets and new in (None, has_new_lesion):
            return overall
    raise EquipoiseError(
        "No row of the table of responses fits.",
        [Fault("response", f"targets {target} with non-targets {non_target}", "Give a response that each can have.")],
    )

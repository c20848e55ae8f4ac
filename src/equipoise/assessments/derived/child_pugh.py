"""Child-Pugh score and class of chronic liver disease.

Decides: the rows of the published table, and which of them is read for a result. Leaves to others: whether the
patient has cirrhosis, without which the score means little, and which results are of one time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.derived.measured import QUANTITIES, Measured, Number, amounts_of, join, scale_between
from equipoise.terminology.units import resolve_unit

SOURCE = "Pugh et al., Br J Surg 1973;60:646-649"


class Row(StrEnum):
    """The measured rows of the table, one for each way in which it is printed."""

    BILIRUBIN_MG_PER_DL = "bilirubin-mg-per-dl"
    BILIRUBIN_UMOL_PER_L = "bilirubin-umol-per-l"
    BILIARY_MG_PER_DL = "biliary-bilirubin-mg-per-dl"
    BILIARY_UMOL_PER_L = "biliary-bilirubin-umol-per-l"
    ALBUMIN_G_PER_DL = "albumin-g-per-dl"
    INR = "inr"
    PROTHROMBIN_PROLONGED_S = "prothrombin-prolonged-s"


# Limits between 1 and 2 and between 2 and 3 points; both belong to 2 points, as the table prints them.
ROW_LIMITS: Mapping[Row, tuple[Fraction, Fraction]] = MappingProxyType(
    {
        Row.BILIRUBIN_MG_PER_DL: (Fraction(2), Fraction(3)),
        Row.BILIRUBIN_UMOL_PER_L: (Fraction(34), Fraction(51)),
        Row.BILIARY_MG_PER_DL: (Fraction(4), Fraction(10)),
        Row.BILIARY_UMOL_PER_L: (Fraction(68), Fraction(171)),
        Row.ALBUMIN_G_PER_DL: (Fraction("2.8"), Fraction("3.5")),
        Row.INR: (Fraction("1.7"), Fraction("2.3")),
        Row.PROTHROMBIN_PROLONGED_S: (Fraction(4), Fraction(6)),
    }
)


class BilirubinRows(StrEnum):
    """Whether bilirubin is read by the ordinary rows or by those for primary biliary cholangitis (Pugh's footnote)."""

    ORDINARY = "ordinary"
    BILIARY = "primary-biliary"


class ClottingRow(StrEnum):
    """Which of the two clotting rows the protocol reads: one or the other, never both."""

    INR = "inr"
    PROTHROMBIN_TIME = "prothrombin-time"


class Ascites(StrEnum):
    """What a person saw: none; slight, or controlled by medication; moderate to severe, or refractory."""

    NONE = "none"
    SLIGHT = "slight"
    MODERATE = "moderate"


class Encephalopathy(StrEnum):
    """What a person saw: none; grade 1 or 2, or controlled by medication; grade 3 or 4."""

    NONE = "none"
    GRADE_1_2 = "grade-1-2"
    GRADE_3_4 = "grade-3-4"


class ChildPughClass(StrEnum):
    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True)
class ChildPugh:
    """Points (5 to 15) and class (A 5-6, B 7-9, C 10-15)."""

    points: int
    class_: ChildPughClass


def compute_row_points(*, row: Row, value: Number) -> int:
    """
    Points of a measured value by one row of the table: 1, 2 or 3.

    References
    ----------
    Pugh RNH et al. Transection of the oesophagus for bleeding oesophageal varices. Br J Surg 1973;60:646-649. The
    rows in umol/L and for INR are those of Harrison's Principles of Internal Medicine, 20th ed.

    Examples
    --------
    >>> compute_row_points(row=Row.BILIRUBIN_MG_PER_DL, value=2), compute_row_points(row=Row.INR, value=1)
    (2, 1)
    """
    low, high = ROW_LIMITS[row]
    points = 1 if value < low else 3 if value > high else 2
    return 4 - points if row is Row.ALBUMIN_G_PER_DL else points


def compute_child_pugh_class(points: int) -> ChildPughClass:
    """
    Class of a score: A 5-6, B 7-9, C 10-15.

    Examples
    --------
    >>> compute_child_pugh_class(7).value
    'B'
    """
    return ChildPughClass.A if points <= 6 else ChildPughClass.B if points <= 9 else ChildPughClass.C


def assess_child_pugh(
    *,
    bilirubin: Measured | None,
    albumin: Measured | None,
    ascites: Ascites | None,
    encephalopathy: Encephalopathy | None,
    clotting_row: ClottingRow,
    inr: Measured | None = None,
    prothrombin_time: Measured | None = None,
    control_s: Number | None = None,
    bilirubin_rows: BilirubinRows = BilirubinRows.ORDINARY,
) -> Answer[ChildPugh]:
    """
    Child-Pugh score and class.

    Bilirubin is judged by the limits printed for the unit it was reported in (2 and 3 mg/dL; 34 and 51 umol/L), since
    the two do not convert into each other exactly; a note says so where the other row would give other points.

    Parameters
    ----------
    ascites, encephalopathy
        Answers of a person; without one there is no score, since absence of a record is not absence of ascites.
    prothrombin_time, control_s
        Read for `ClottingRow.PROTHROMBIN_TIME`: the time and that of the laboratory's control, whose difference the
        row is about. [s]
    """
    if clotting_row is ClottingRow.INR:
        clotting = _points_of("inr", inr, Row.INR)
    else:
        clotting = _prothrombin_points(prothrombin_time, control_s)
    parts = (
        _bilirubin_points(bilirubin, bilirubin_rows),
        _points_of("albumin", albumin, Row.ALBUMIN_G_PER_DL),
        clotting,
        _seen("ascites", ascites, tuple(Ascites)),
        _seen("hepatic-encephalopathy", encephalopathy, tuple(Encephalopathy)),
    )
    problems = [part for part in parts if isinstance(part, NotEvaluable)]
    if problems:
        return join(problems)
    found = [part for part in parts if isinstance(part, Assessed)]
    points = sum(part.value for part in found)
    inputs = tuple(each for part in found for each in part.inputs)
    notes = tuple(note for part in found for note in part.notes)
    source = SOURCE + ("; bilirubin rows for primary biliary cholangitis" if bilirubin_rows != "ordinary" else "")
    return Assessed(ChildPugh(points, compute_child_pugh_class(points)), inputs, source, notes)


def _points_of(name: str, result: Measured | None, row: Row) -> Answer[int]:
    amounts = amounts_of({name: result})
    if isinstance(amounts, NotEvaluable):
        return amounts
    return Assessed(compute_row_points(row=row, value=amounts[name]), amounts.inputs, SOURCE)


def _bilirubin_points(result: Measured | None, rows: BilirubinRows) -> Answer[int]:
    is_ordinary = rows is BilirubinRows.ORDINARY
    by_mass = _points_of("bilirubin", result, Row.BILIRUBIN_MG_PER_DL if is_ordinary else Row.BILIARY_MG_PER_DL)
    if isinstance(by_mass, NotEvaluable) or result is None or result.value is None:
        return by_mass
    # Without a concept only units of one kind convert: this asks whether the result was an amount of substance.
    scale = scale_between("as-reported", resolve_unit(result.unit) or "", "umol/L")
    if scale is None:
        return by_mass
    row = Row.BILIRUBIN_UMOL_PER_L if is_ordinary else Row.BILIARY_UMOL_PER_L
    points = compute_row_points(row=row, value=Fraction(result.value) * scale)
    other = f"bilirubin converted to mg/dL would give {by_mass.value} points in place of {points}"
    return Assessed(points, by_mass.inputs, SOURCE, () if points == by_mass.value else (other,))


def _prothrombin_points(result: Measured | None, control_s: Number | None) -> Answer[int]:
    amounts = amounts_of({"prothrombin-time": result})
    if isinstance(amounts, NotEvaluable):
        return amounts
    if control_s is None:
        because = "the laboratory's control for the prothrombin time is not known"
        return NotEvaluable(Why.NO_REFERENCE_RANGE, because, amounts.inputs, ("prothrombin-time-control",))
    plausible = QUANTITIES["prothrombin-time"]
    if not plausible.least <= control_s <= plausible.most:
        because = f"the control does not lie between {plausible.least} and {plausible.most} s"
        return NotEvaluable(Why.IMPLAUSIBLE, because, amounts.inputs, ("prothrombin-time-control",))
    prolonged = amounts["prothrombin-time"] - Fraction(control_s)
    inputs = (*amounts.inputs, Input("prothrombin-time-control", f"{control_s} s"))
    return Assessed(compute_row_points(row=Row.PROTHROMBIN_PROLONGED_S, value=prolonged), inputs, SOURCE)


def _seen(name: str, answer: StrEnum | None, order: tuple[StrEnum, ...]) -> Answer[int]:
    """Points of what a person saw, in the order of the table."""
    if answer is None:
        return NotEvaluable(Why.NEEDS_PERSON, f"a person must say what {name} there is", (), (name,))
    return Assessed(order.index(answer) + 1, (Input(name, answer.value),), SOURCE)

"""Units. Expected sizes: definitions of UCUM 2.2 and arithmetic shown; conversions: reference trial, printed limits."""

import math
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import Concept, ConceptKind
from equipoise.terminology.units import _spellings, factor, is_same_kind, resolve_unit, size_of

COUNT_SPELLINGS = {
    "10*9/L": ("10*9/L", "10^9/L", "x10^9/L", "X10*9/L", "10e9/L", "10E9/L", "x10E9/l", "10⁹/L", "10**9/L", "Gpt/L"),
    "10*3/uL": ("10*3/uL", "K/uL", "k/ul", "K/mcL", "K/µL", "x10E3/uL", "10^3/uL", "thou/mcL", "Thousand/uL", "K/mm3"),
    "10*3/mm3": ("10*3/mm3", "10^3/mm3", "x10(3)/mm3", "10^3/cumm"),
    "/uL": ("/uL", "/mcL", "cells/uL", "{cells}/uL", "/μL"),
    "/mm3": ("/mm3", "cells/mm3", "/cumm"),
}


@pytest.fixture(scope="module")
def registry():
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@pytest.mark.parametrize(("unit", "spelling"), [(u, s) for u, each in COUNT_SPELLINGS.items() for s in each])
def test_spellings_of_counts(unit, spelling):
    assert resolve_unit(spelling) == unit


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("mg/dl", "mg/dL"),
        ("MG/DL", "mg/dL"),
        ("gm/dL", "g/dL"),
        ("G/DL", "g/dL"),
        ("g/l", "g/L"),
        ("mmol/l", "mmol/L"),
        ("µmol/L", "umol/L"),
        ("μmol/L", "umol/L"),
        ("mcmol/L", "umol/L"),
        ("mcg/dL", "ug/dL"),
        ("%", "%"),
        ("{score}", "1"),
        ("{INR}", "1"),
        ("{krenning}", "1"),
        ("1", "1"),
        ("sec", "s"),
        ("lb", "[lb_av]"),
        ("lbs", "[lb_av]"),
        ("in", "[in_i]"),
        ("ml/min", "mL/min"),
        ("IU/L", "[iU]/L"),
        ("mm[Hg]", "mm[Hg]"),
        ("pmol/L", "pmol/L"),
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("cmH2O", "cm[H2O]"),
        ("kg/m^2", "kg/m2"),
        ("ng/ml", "ng/mL"),
        ("mcg/L", "ug/L"),
        ("mIU/ml", "m[iU]/mL"),
        ("copies/mL", "/mL"),
        ("bpm", "/min"),
        ("msec", "ms"),
        ("weeks", "wk"),
        ("years", "a"),
        ("ml", "mL"),
    ],
)
def test_spellings_of_other_units(spelling, unit):
    assert resolve_unit(spelling) == unit


@pytest.mark.parametrize("spelling", [None, "", " ", "furlong/week", "mg per dl maybe", "1e9/L", "mg/dLL", "μ", "ю/л"])
def test_what_is_not_understood_is_unknown(spelling):
    assert resolve_unit(spelling) is None


@pytest.mark.parametrize("spelling", ["G/L", "T/L", "M/uL"])
def test_a_spelling_of_two_meanings_is_unknown(spelling):
    """G/L is giga per litre in French laboratories, gram per litre in capitals, and gauss per litre in UCUM."""
    assert resolve_unit(spelling) is None


@pytest.mark.parametrize(
    "spelling", ["mL/min/1.73m2", "mL/min/1.73 m²", "mL/min/{1.73_m2}", "ml/min/1.73m^2", "mL/min/1.73.m2"]
)
def test_a_clearance_normalised_to_body_surface_is_another_kind(spelling):
    unit = resolve_unit(spelling)
    assert unit == "mL/min/{1.73_m2}"
    assert not is_same_kind(unit, "mL/min")
    assert factor(base_library()["measured-clearance"], unit, "mL/min") is None


def test_an_annotation_of_body_surface_is_no_comment_in_unusual_forms_either():
    assert not is_same_kind(resolve_unit("mL/min/{BSA}"), "mL/min")
    assert not is_same_kind(resolve_unit("mL/s/{1.73_m2}"), "mL/s")


def test_kelvin_per_microlitre_is_never_meant():
    assert is_same_kind(resolve_unit("K/uL"), "10*9/L")


@pytest.mark.parametrize("unit", sorted(_spellings().sizes))
def test_the_table_of_sizes_is_what_ucum_defines(unit):
    from equipoise.terminology.ucum import compute_size

    assert _spellings().sizes[unit] == compute_size(unit)


def test_every_alias_stands_for_a_unit_with_a_size_save_temperatures_which_convert_by_an_offset():
    assert {unit for unit in _spellings().aliases.values() if size_of(unit) is None} == {"Cel", "[degF]"}


@pytest.mark.parametrize(
    ("a", "b"),
    [("g/dL", "g/L"), ("mg/dL", "g/L"), ("10*9/L", "10*3/uL"), ("/uL", "10*9/L"), ("[lb_av]", "kg"), ("[in_i]", "cm"),
     ("mL/s", "mL/min"), ("umol/L", "mmol/L"), ("ukat/L", "U/L"), ("min", "s"), ("m[Hg]", "kPa")],
)  # fmt: skip
def test_factors_agree_with_pint(registry, a, b):
    """Second source: pint 0.25 with the definitions of ucumvert, in floating point."""
    expected = registry.from_ucum(a).to(registry.from_ucum(b).units)
    expected = expected.magnitude / registry.from_ucum(b).magnitude
    assert math.isclose(size_of(a).factor / size_of(b).factor, expected, rel_tol=1e-5)


def test_counts_and_amounts_of_substance_are_apart():
    """UCUM makes the mole a number, so that 10*9/L would convert to mmol/L."""
    assert not is_same_kind("10*9/L", "mmol/L")


def test_arbitrary_units_are_kinds_of_their_own():
    assert not is_same_kind("[iU]/L", "U/L")
    assert not is_same_kind("/[HPF]", "/mm3")


@pytest.mark.parametrize(
    ("concept", "start", "end", "expected"),
    [
        ("haemoglobin", "g/L", "g/dL", Fraction(1, 10)),
        ("haemoglobin", "mmol/L", "g/dL", Fraction("1.611")),
        ("haemoglobin", "mmol/L", "g/L", Fraction("16.11")),
        ("leukocytes", "10*3/uL", "10*9/L", Fraction(1)),
        ("leukocytes", "/uL", "10*9/L", Fraction(1, 1000)),
        ("platelets", "10*9/L", "/mm3", Fraction(1000)),
        ("bilirubin", "mg/dL", "umol/L", Fraction("17.1")),
        ("bilirubin", "mmol/L", "mg/dL", Fraction("1000") / Fraction("17.1")),
        ("creatinine", "mg/dL", "umol/L", Fraction("88.4")),
        ("creatinine", "umol/L", "mg/dL", 1 / Fraction("88.4")),
        ("creatinine", "mg/L", "umol/L", Fraction("8.84")),
        ("fasting-glucose", "mmol/L", "mg/dL", Fraction(18)),
        ("albumin", "g/L", "g/dL", Fraction(1, 10)),
        ("measured-clearance", "mL/s", "mL/min", Fraction(60)),
        ("body-weight", "[lb_av]", "kg", Fraction("0.45359237")),
        ("body-height", "[in_i]", "cm", Fraction("2.54")),
        ("alt", "[iU]/L", "U/L", Fraction(1)),
        ("mitoses-per-2mm2", "/mm2", "/(2.mm2)", Fraction(2)),
        ("mitoses-per-2mm2", "1", "/(2.mm2)", Fraction(1)),
        ("potassium", "meq/L", "mmol/L", Fraction(1)),
    ],
)
def test_conversion_is_exact(concept, start, end, expected):
    found = factor(base_library()[concept], start, end)
    assert found == expected
    assert isinstance(found, Fraction)


def test_printed_limits_of_the_protocol_meet():
    """3 mg/dL of bilirubin is 51.3 umol/L; 5.0 mmol/L of haemoglobin is 8.055 g/dL and not 8.0."""
    library = base_library()
    assert 3 * factor(library["bilirubin"], "mg/dL", "umol/L") == Fraction("51.3")
    assert 5 * factor(library["haemoglobin"], "mmol/L", "g/dL") == Fraction("8.055")


@pytest.mark.parametrize(
    ("concept", "start", "end"),
    [
        ("albumin", "umol/L", "g/dL"),
        ("leukocytes", "mmol/L", "10*9/L"),
        ("creatinine", "mL/min", "mg/dL"),
        ("haemoglobin", "1", "g/dL"),
        ("inr", "s", "1"),
        ("haemoglobin", "Cel", "g/dL"),
        ("haemoglobin", "no such unit", "g/dL"),
    ],
)
def test_units_of_other_kinds_do_not_convert(concept, start, end):
    assert factor(base_library()[concept], start, end) is None


@pytest.mark.parametrize(("concept", "unit"), [("inr", "%"), ("ki-67", "1"), ("karnofsky", "%")])
def test_numbers_and_per_cent_do_not_convert(concept, unit):
    assert factor(base_library()[concept], unit, base_library()[concept].unit) is None


def test_a_scale_with_an_offset_converts_to_itself_only():
    temperature = Concept("temperature", "temperature", ConceptKind.QUANTITY, unit="Cel")
    assert factor(temperature, "Cel", "Cel") == 1
    assert factor(temperature, "K", "Cel") is None
    assert is_same_kind("Cel", "Cel")
    assert not is_same_kind("K", "Cel")


def test_common_units_load_no_parser():
    """The parser takes half a second; a run on clean units must not pay for it."""
    code = (
        "import sys\n"
        "from equipoise.terminology.catalogue import base_library\n"
        "from equipoise.terminology.units import factor, resolve_unit\n"
        "library = base_library()\n"
        "assert factor(library['creatinine'], resolve_unit('µmol/l'), 'mg/dL')\n"
        "assert factor(library['leukocytes'], resolve_unit('K/uL'), '10*9/L')\n"
        "assert resolve_unit('mL/min/1.73m2') and resolve_unit('G/L') is None\n"
        "sys.exit('ucumvert' in sys.modules or 'pint' in sys.modules)\n"
    )
    source = Path(__file__).parents[3] / "src"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(source)}, check=False)
    assert done.returncode == 0

"""What every function of dosimetry refuses alike."""

from math import isfinite

from equipoise.errors import EquipoiseError, Fault


def check_positive(name: str, value: float) -> None:
    """Raise unless the value is finite and above 0: anything else is wrong use."""
    if not (isfinite(value) and value > 0):
        raise EquipoiseError("Cannot compute a dose.", [Fault(name, "must be above 0", "Give a number above 0.")])

"""The scripts of `benchmarks` import their helpers from their own folder, as `python benchmarks/…` lets them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

"""The same made-up protocol and screening as the tests of screening use."""

import importlib.util
from pathlib import Path

_path = Path(__file__).parents[1] / "screening" / "conftest.py"
_spec = importlib.util.spec_from_file_location("screening_fixtures", _path)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

made_up = _module.made_up
screen_made_up = _module.screen_made_up

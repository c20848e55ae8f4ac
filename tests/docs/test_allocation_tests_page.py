"""The page of the fourteen tests finds what is there, and fails for what is not."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """
import pytest

def test_01_a_claim():
    pass

@pytest.mark.long
@pytest.mark.parametrize("n", [1])
def test_01_the_same_in_full(n):
    pass

class TestAll:
    @pytest.mark.long
    def test_02_inside_a_class(self):
        pass

def test_without_a_number():
    pass

def helper_03_of_tests():
    pass
"""


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


page = load("allocation_tests")


def test_numbered_tests_are_found_with_when_they_run():
    assert list(page.numbered_tests(SOURCE)) == [
        (1, "test_01_a_claim", False),
        (1, "test_01_the_same_in_full", True),
        (2, "test_02_inside_a_class", True),
    ]


@pytest.mark.parametrize("mark", ["pytest.mark.long", "[pytest.mark.long]"])
def test_a_module_may_be_long_as_a_whole(mark):
    source = f"import pytest\npytestmark = {mark}\n\ndef test_11_crash():\n    pass\n"
    assert list(page.numbered_tests(source)) == [(11, "test_11_crash", True)]


def found_with(numbers):
    return {number: [page.Found("tests/test_x.py", f"test_{number:02}_x", False)] for number in numbers}


def test_a_claim_without_a_test_fails():
    with pytest.raises(LookupError, match=r"without a test: test_07_…, test_12_…; without a claim: none"):
        page.check_numbers(found_with(set(range(1, 15)) - {7, 12}))


def test_a_test_without_a_claim_fails():
    with pytest.raises(LookupError, match=r"without a test: none; without a claim: test_15_x"):
        page.check_numbers(found_with(range(1, 16)))


def test_there_are_fourteen_claims():
    assert list(page.CLAIMS) == list(range(1, 15))


def test_the_page_lists_each_test_once_below_its_claim(tmp_path):
    (tmp_path / "tests").mkdir()
    source = "".join(f"def test_{number:02}_it_holds():\n    pass\n" for number in range(1, 15))
    (tmp_path / "tests" / "test_all.py").write_text(source, encoding="utf-8")
    text = page.render(tmp_path)
    assert re.findall(r"^## (\d+)\. ", text, flags=re.MULTILINE) == [str(number) for number in range(1, 15)]
    assert re.findall(r"^- `(test_\d\d_it_holds)`$", text, flags=re.MULTILINE) == [
        f"test_{number:02}_it_holds" for number in range(1, 15)
    ]
    assert text.count("In [tests/test_all.py](../../tests/test_all.py):") == 14

"""Generated pages are what the program would print now; links of written pages lead somewhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import resolve
from equipoise.protocol.site import load_site
from equipoise.terminology.catalogue import base_library

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changelog.d").glob("*.md")])


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


@pytest.mark.parametrize("name", GENERATOR.PAGES)
def test_page_is_not_stale(name):
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATOR.PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_the_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [page.relative_to(ROOT).as_posix() for page in PAGES if page.is_relative_to(ROOT / "docs")]
    assert [page for page in pages if page not in readme and "docs/decisions/" not in page] == []


def test_every_command_has_a_heading_and_an_example():
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    commands = re.findall(r"^## (equipoise .+)$", page, flags=re.MULTILINE)
    assert len(commands) >= 6
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    assert [section.splitlines()[0] for section in sections if "```sh\nequipoise " not in section] == []


def test_the_site_file_of_the_page_can_be_used(tmp_path):
    page = (ROOT / "docs" / "how-to" / "write-a-site-file.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "site.yaml").write_text(block, encoding="utf-8")
    (tmp_path / "our-codes.csv").write_text("concept,system,code\nplatelets,urn:oid:1.2.3,PLT\n", encoding="utf-8")
    version = load_protocol("nct05610826").version("original")
    resolved = resolve(version, base_library(), load_site(tmp_path / "site.yaml"))
    assert resolved.site == "University hospital"
    assert {use.name: use.chosen for use in resolved.readings}["bilirubin-unit"] == "mg-per-dl"
    assert dict(resolved.site_codes) == {"haemoglobin": 1, "platelets": 1}

"""Imports point down the list; packages of one line never import each other. ARCHITECTURE.md prints this list."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "equipoise"

LAYERS = (
    ("cli", "web"),
    ("store",),
    ("operations",),
    ("simulation", "feasibility", "reporting"),
    ("authoring", "screening", "allocation", "conduct", "analysis"),
    ("protocol",),
    ("criteria",),
    ("assessments",),
    ("records", "synthetic"),
    ("terminology",),
)
FOR_EVERYONE = ("errors",)
DOORS = ("cli", "web")
RANK = {package: rank for rank, layer in enumerate(LAYERS) for package in layer}
PACKAGES = sorted(folder.name for folder in SOURCE.iterdir() if (folder / "__init__.py").exists())


def imported_packages(source: str, package: str) -> Iterator[str]:
    """Top-level packages of equipoise that a module of `package` imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names = [f"equipoise.{package}"] if node.level == 1 else ["relative import upwards"]
        elif isinstance(node, ast.ImportFrom) and node.module == "equipoise":
            names = [f"equipoise.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.split(".")[0] in ("equipoise", "relative import upwards"):
                yield name.split(".")[1] if "." in name else name


def is_allowed(importer: str, imported: str) -> bool:
    if imported in FOR_EVERYONE or imported == importer:
        return True
    return imported in RANK and RANK[imported] > RANK[importer]


def draw_layers() -> str:
    """The diagram of ARCHITECTURE.md: one line for each layer, imports point down."""
    return "\n".join("  ".join(layer) for layer in LAYERS)


def test_every_package_stands_in_the_list():
    assert set(PACKAGES) <= set(RANK)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_down(package):
    wrong = [
        f"{path.relative_to(SOURCE)} imports {imported}"
        for path in sorted((SOURCE / package).rglob("*.py"))
        for imported in imported_packages(path.read_text(encoding="utf-8"), package)
        if not is_allowed(package, imported)
    ]
    assert wrong == []


def test_errors_import_nothing_of_ours():
    source = (SOURCE / "errors.py").read_text(encoding="utf-8")
    assert list(imported_packages(source, "errors")) == []


@pytest.mark.parametrize(
    ("importer", "source", "fault"),
    [
        ("criteria", "from equipoise.protocol.model import Protocol", "protocol"),
        ("records", "import equipoise.synthetic.population", "synthetic"),
        ("operations", "from equipoise import cli", "cli"),
        ("screening", "def f():\n    from equipoise.reporting import render", "reporting"),
    ],
)
def test_the_check_sees_an_import_that_points_up_or_sideways(importer, source, fault):
    found = [name for name in imported_packages(source, importer) if not is_allowed(importer, name)]
    assert found == [fault]


def test_no_package_imports_a_door():
    assert not any(is_allowed(package, door) for package in RANK if package not in DOORS for door in DOORS)


def test_architecture_page_prints_this_list():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert f"```text\n{draw_layers()}\n```" in page

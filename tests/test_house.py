"""The house: floors, imports that go down only, a light start, plug-ins found by their stems."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from negotiate import registry

ROOT = Path(__file__).parents[1] / "negotiate"
FLOOR = {
    "errors": 0, "tolerance": 0, "registry": 0, "view": 0, "solution": 0,
    "model": 1, "kernels": 1, "levers": 2, "forms": 3, "solutions": 4, "loading": 4, "whatif": 5,
    "display": 6, "report": 7, "course": 7, "cli": 8, "__init__": 9, "__main__": 9,
}  # fmt: skip
HEAVY = ("scipy.optimize", "matplotlib", "sympy", "pandas", "xarray", "networkx", "nashpy", "numba")


def modules() -> list[Path]:
    return sorted(p for p in ROOT.rglob("*.py") if "_games" not in p.parts)


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Modules of ours that a file imports, and whether only for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("negotiate"):
            names = [f"{node.module}.{a.name}" for a in node.names]
            for name in names:
                yield name, id(node) in guarded
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("negotiate"):
                    yield alias.name, id(node) in guarded


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down_only(path: Path) -> None:
    own = room(path)
    assert own in FLOOR, f"{own} has no floor: add it to FLOOR and to CONTRIBUTING.md"
    for name, guarded in imports(path):
        parts = name.split(".")
        if len(parts) < 2 or guarded:
            continue
        other = parts[1]
        if other in ("__version__",):
            continue
        assert other in FLOOR, f"{path}: {name}"
        assert FLOOR[other] < FLOOR[own] or other == own or FLOOR[other] == 0, (
            f"{path.relative_to(ROOT)} (floor {FLOOR[own]}) imports {name} (floor {FLOOR[other]})"
        )


def test_starting_is_light() -> None:
    code = (
        "import sys, negotiate; negotiate.__version__;"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from negotiate.cli import main; main(['--help']);"
        f"print([m for m in (*{HEAVY!r}, 'numpy', 'pydantic') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip().endswith("[]")


def test_listing_plugins_imports_none_of_them() -> None:
    code = (
        "import sys; from negotiate import registry; registry.names('solutions');"
        "print([m for m in sys.modules if m.startswith('negotiate.solutions.')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_broken_plugin_gives_one_named_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = ROOT / "solutions" / "zz_broken_for_test.py"
    broken.write_text("raise RuntimeError('broken on purpose')\n")
    registry.names.cache_clear()
    try:
        assert "zz_broken_for_test" in registry.names("solutions")
        with pytest.raises(registry.BrokenPluginError, match=r"zz_broken_for_test\.py.*on purpose"):
            registry.load("solutions", "zz_broken_for_test")
        assert registry.load("solutions", "nash_equilibrium")
    finally:
        broken.unlink()
        registry.names.cache_clear()


def test_tolerances_are_defined_in_one_place() -> None:
    """A comparison against a small literal belongs in tolerance.py."""
    offenders = []
    for path in modules():
        if path.stem == "tolerance" or room(path) == "display":  # pixels are not payoffs
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                for part in ast.walk(node):
                    if (
                        isinstance(part, ast.Constant)
                        and isinstance(part.value, float)
                        and 0 < abs(part.value) < 1e-4
                    ):
                        offenders.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not offenders, offenders

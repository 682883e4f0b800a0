"""Benchmarks are scripts, run by hand; a test keeps them from falling behind the code."""

import ast
import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
FILES = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_names_it_imports_exist(path):
    """Every ``from negotiate... import name``, at the top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("negotiate"):
            module = importlib.import_module(node.module)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_says_what_it_prints(path):
    text = path.read_text(encoding="utf-8")
    assert "--quick" in text and "json.dumps" in text

"""Figures of the house, counted from its text: ``python docs/_ext/house_figures.py [TREE ...]``.

For each tree (a checkout; by default this one) a line of each figure: files, lines of code and of
docstrings, functions over 60 lines, files over 600 lines, private files with one user under 150
lines, formatter exemptions, imports inside one room, circles of imports.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parents[2]


def figures(tree: Path) -> dict[str, str]:
    """The figures of the package in a checkout, in words."""
    root = tree / "negotiate"
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*.py"))
        if "_games" not in path.parts
    }
    parsed = {path: ast.parse(text) for path, text in texts.items()}
    notes = {path: _docstring_lines(node) for path, node in parsed.items()}
    written = {p: sum(1 for one in t.splitlines() if one.strip()) for p, t in texts.items()}
    edges = [
        (path, other)
        for path, node in parsed.items()
        for other in _imported(node, root)
        if other != path
    ]
    users = Counter(other for _, other in set(edges))
    among = [(a, b) for a, b in edges if b.parent != root]  # errors, units ... serve all rooms
    inside = sum(_room(a, root) == _room(b, root) for a, b in among)
    circles = _circles(set(edges))
    lonely = [
        p for p in texts
        if p.stem.startswith("_") and p.stem != "__init__" and users[p] == 1 and written[p] < 150
    ]  # fmt: skip
    return {
        "files": str(len(texts)),
        "lines that are not empty": f"{sum(written.values()):,}",
        "of them in docstrings": f"{sum(notes.values()):,}",
        "functions over 60 lines": str(sum(_long(node) for node in parsed.values())),
        "files over 600 lines": str(sum(t.count("\n") > 600 for t in texts.values())),
        "private files of one user, under 150 lines": str(len(lonely)),
        "formatter exemptions": str(sum(t.count("fmt: " + "skip") for t in texts.values())),
        "imports inside one room": f"{inside / len(among):.0%} of {len(among):,}",
        "circles of imports": f"{len(circles)} over {sum(map(len, circles))} files",
    }


def _docstring_lines(tree: ast.Module) -> int:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    total = 0
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            inner = ast.get_docstring(node, clean=False) or ""
            total += sum(1 for one in inner.splitlines() if one.strip()) if first else 0
    return total


def _long(tree: ast.Module) -> int:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return sum(
        (node.end_lineno or 0) - node.body[0].lineno >= 60
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    )


def _imported(tree: ast.Module, root: Path) -> Iterator[Path]:
    """Files of the package that a file imports, in a function or not; hints of types left out."""
    hints = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and id(node) not in hints and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] != "negotiate":
                continue
            for size in (len(parts), len(parts) - 1):
                path = root.joinpath(*parts[1:size]).with_suffix(".py")
                if size > 1 and path.is_file():
                    yield path
                    break


def _room(path: Path, root: Path) -> str:
    parts = path.relative_to(root).parts
    return parts[0] if len(parts) > 1 else path.stem


def _circles(edges: set[tuple[Path, Path]]) -> list[set[Path]]:
    import networkx as nx

    found = nx.strongly_connected_components(nx.DiGraph(sorted(edges)))
    return [one for one in found if len(one) > 1]


def main(trees: list[Path]) -> None:
    """Print one table, a column for each tree."""
    columns = [figures(tree) for tree in trees]
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")


if __name__ == "__main__":
    main([Path(one) for one in sys.argv[1:]] or [HERE])

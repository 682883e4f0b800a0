"""Pages written from the code: commands, file format, cases, the API and the notebooks.

Everything goes to ``docs/_generated`` (not in version control) and is rewritten only where its
text changed, so that a second build reads little.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import page_api
import page_cases
import page_commands
import page_concepts
import page_format

HERE = Path(__file__).parents[1]
TARGET = HERE / "_generated"
NOTEBOOKS = HERE.parent / "notebooks"


def write(files: dict[str, str]) -> None:
    """Write what changed, remove what is no longer made."""
    for name, text in files.items():
        path = TARGET / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in TARGET.rglob("*"):
        if path.is_file() and path.relative_to(TARGET).as_posix() not in files:
            path.unlink()


def pages() -> dict[str, str]:
    """Every generated page by name."""
    files = {"commands.md": page_commands.page(), "file-format.md": page_format.page()}
    files |= page_concepts.pages()
    files |= page_cases.pages()
    files |= page_api.pages()
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        files[f"notebooks/{path.name}"] = path.read_text(encoding="utf-8")
    return files


def build(app: Any) -> None:
    """Write the pages before Sphinx looks for documents."""
    write(pages())


def clean() -> None:
    """Remove every generated page."""
    shutil.rmtree(TARGET, ignore_errors=True)


def setup(app: Any) -> dict[str, Any]:
    """Hook into the start of the build."""
    write(pages())
    return {"parallel_read_safe": True, "parallel_write_safe": True}

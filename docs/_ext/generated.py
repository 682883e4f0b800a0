"""Pages written from the code: commands, file format, cases, the API and the notebooks.

Everything goes to ``docs/_generated`` (not in version control) and is rewritten only where its
text changed, so that a second build reads little.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import page_api
import page_architecture
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
    files["architecture.md"] = page_architecture.page()
    files |= page_concepts.pages()
    files |= page_cases.pages()
    files |= page_api.pages()
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        files[f"notebooks/{path.name}"] = notebook(path.read_text(encoding="utf-8"))
    return files


def notebook(text: str) -> str:
    """A notebook whose links fit the site.

    Jupyter writes the anchor of a heading as its text with hyphens; the site as a slug. Files of
    the repository that are no page of the site lose their link and keep their words.
    """
    book = json.loads(text)
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            source = "".join(cell["source"])
            cell["source"] = LINK.sub(_link, source).splitlines(keepends=True)
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((#[^)\s]+|[^)\s:]+)\)")


def _link(match: re.Match[str]) -> str:
    words, target = match.groups()
    if target.startswith("#"):
        slug = re.sub(r"[^\w\- ]", "", target[1:].replace("-", " ").strip().lower())
        return f"[{words}](#{slug.replace(' ', '-')})"
    if target.endswith(".ipynb") and "/" not in target:
        return match.group(0)
    if target.startswith("../docs/") and target.endswith(".md"):
        return f"[{words}](../../{target.removeprefix('../docs/')})"
    return words


def clean() -> None:
    """Remove every generated page."""
    shutil.rmtree(TARGET, ignore_errors=True)


def setup(app: Any) -> dict[str, Any]:
    """Hook into the start of the build."""
    write(pages())
    return {"parallel_read_safe": True, "parallel_write_safe": True}

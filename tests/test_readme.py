"""The README's Python runs as doctests; its commands and links exist."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from negotiate import declare

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^(?:\.venv/bin/)?negotiate (\w+)(.*)$", TEXT, flags=re.MULTILINE)


def test_there_is_python_and_it_is_tested() -> None:
    assert BLOCKS
    assert all(">>>" in block for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS)
def test_python(block: str) -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    test = doctest.DocTestParser().get_doctest(block, {}, "README", "README.md", 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=flags)
    output: list[str] = []
    runner.run(test, out=output.append)
    assert runner.failures == 0, "".join(output)


def test_commands_exist() -> None:
    assert {name for name, _ in COMMANDS} <= set(declare.files_in("cli"))
    assert {"list", "new", "check", "show", "solve", "whatif", "threshold", "report"} <= {
        name for name, _ in COMMANDS
    }


def _arguments(rest: str) -> list[str]:
    return [word.strip("'") for word in rest.split("#")[0].split()]


def test_commands_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the README's order and in one folder, as a newcomer types them; slow ones are left out."""
    from negotiate.cli import main

    monkeypatch.chdir(tmp_path)
    for name, rest in COMMANDS:
        words = [name, *_arguments(rest)]
        if name in ("report", "threshold", "archive", "verify") or "--tornado" in words:
            continue
        assert main(words) == 0, (words, capsys.readouterr().err)
        assert capsys.readouterr().out.strip(), words


def test_links_exist() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []

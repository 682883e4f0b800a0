"""The pages of the site: their code runs, their links lead somewhere, their words are spelt.

Building the site (`make docs`) does all of this and more; these tests do it in seconds, without
Sphinx, and say which page.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tomllib
from pathlib import Path

import pytest

from negotiate import declare

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for path in DOCS.rglob("*.md")
    if not {"_generated", "_build"} & set(path.relative_to(DOCS).parts)
)
CELL = re.compile(
    r"^```\{code-cell\} python\n(?::tags:[^\n]*\n)?(.*?)^```", flags=re.DOTALL | re.MULTILINE
)
FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1", flags=re.DOTALL | re.MULTILINE)


def name(path: Path) -> str:
    return path.relative_to(DOCS).as_posix()


EXECUTED = [path for path in PAGES if CELL.search(path.read_text(encoding="utf-8"))]


def test_there_are_pages_that_run() -> None:
    assert {"tutorial.md", "comparison.md"} <= {name(path) for path in EXECUTED}
    assert sum(path.parent.name == "howto" for path in EXECUTED) >= 10


@pytest.mark.parametrize("path", EXECUTED, ids=name)
def test_cells_run(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every cell, in order, in one namespace; the value of a last expression is shown."""
    monkeypatch.chdir(tmp_path)
    pytest.importorskip("IPython")
    space: dict[str, object] = {"__name__": "__main__"}
    for count, source in enumerate(CELL.findall(path.read_text(encoding="utf-8")), 1):
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        where = f"{name(path)}, cell {count}"
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(tree, where, "exec"), space)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), where, "eval"), space)
                if hasattr(value, "text") and hasattr(value, "html"):
                    assert value.text() and value.html(), where


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_shown_commands_and_files_are_real(path: Path) -> None:
    """Commands exist with their options; fragments of TOML parse."""
    for _, language, body in FENCE.findall(path.read_text(encoding="utf-8")):
        if language == "toml":
            text = body if not body.startswith("{") else f"quantity = {body}"
            tomllib.loads(text)
        if language in ("sh", "bash"):
            for line in body.splitlines():
                match = re.match(r"(?:\S*/)?(?:python -m )?negotiate (\w[\w-]*)(.*)", line.strip())
                if match:
                    command, rest = match.groups()
                    assert command in declare.files_in("cli"), line
                    for option in re.findall(r"(?<=\s)--[\w-]+", rest.split("  #")[0]):
                        assert option in _options(command), f"{name(path)}: {line}"


def _options(command: str) -> str:
    """Source of a command: its options stand in it by name, or as a parameter."""
    folder = ROOT / "negotiate" / "cli"
    text = (folder / f"{command}.py").read_text(encoding="utf-8")
    shared = (folder / "_options.py").read_text(encoding="utf-8")
    spelt = re.findall(r"^    (\w+):", text, flags=re.MULTILINE)
    return text + shared + " ".join(f"--{word.replace('_', '-')}" for word in spelt) + " --help"


@pytest.mark.parametrize(
    "path",
    [*PAGES, *(ROOT / n for n in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))],
    ids=lambda path: path.name,
)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text(encoding="utf-8")))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        place = (path.parent / target.split("#")[0]).resolve()
        if "_generated" in place.parts:
            continue  # made by the build, which checks it
        assert place.exists(), f"{path.name}: {target}"


AMERICAN = re.compile(
    r"\b(?:behavior\w*|color\w*|favor\w*|neighbor\w*|analyz\w+|center\w*|modeling|modeled|labeled|"
    r"defense|license[ds]?(?! =)|traveled|canceled|catalog|gray|judgment\w*|fulfill\w*|honor\w*)\b",
    re.IGNORECASE,
)
MISSPELT = re.compile(
    r"\b(?:teh|recieve\w*|seperat\w+|occured|occurence\w*|definately|accomodat\w+(?<!accommodat)|"
    r"equilibirum|equilibrum|negotation\w*|negociat\w+|probabilty|seperable|wich|untill|existance|"
    r"dependan\w+|thier|adress\w*|begining|beleive\w*|committment\w*|independant|(\w+) \1)\b",
)
TWICE = {"that that", "had had"}


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=lambda path: path.name)
def test_spelling(path: Path) -> None:
    """British spelling, common slips and doubled words; names, quotations and code are left out."""
    text = FENCE.sub("", CELL.sub("", path.read_text(encoding="utf-8")))
    text = re.sub(r"\$\$.*?\$\$", " ", text, flags=re.DOTALL)
    text = re.sub(r"\{[^}\n]*\}|`[^`\n]*`|\]\([^)]*\)|https?:\S+|\$[^$]*\$|\"[^\"\n]*\"", " ", text)
    text = re.sub(r"\|.*\|", lambda m: m.group().replace("|", " ; "), text)
    found = [m.group() for m in MISSPELT.finditer(text) if m.group().lower() not in TWICE]
    if path.parent.name not in ("theory", "decisions"):  # titles of American papers stand there
        found += [m.group() for m in AMERICAN.finditer(text)]
    assert not found, found


def test_one_version_everywhere() -> None:
    import negotiate

    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = re.search(r"^version: (\S+)$", citation, flags=re.MULTILINE)
    assert cited
    assert cited.group(1) == pyproject["project"]["version"] == negotiate.__version__
    assert re.search(r"^license: MIT$", citation, flags=re.MULTILINE)
    assert pyproject["project"]["license"] == "MIT"


def test_every_public_name_is_in_the_reference_and_documented() -> None:
    import inspect

    import negotiate as ng

    for public in ng.__all__:
        assert inspect.getdoc(getattr(ng, public)), public


def test_every_public_name_has_an_example_that_runs() -> None:
    """Used in a cell of the two pages that say what each is for, and named in their words."""
    import negotiate as ng

    pages = [
        (DOCS / page).read_text(encoding="utf-8") for page in ("whatif.md", "reference/names.md")
    ]
    used = "".join("".join(CELL.findall(text)) for text in pages)
    words = "".join(CELL.sub("", text) for text in pages)
    for public in ng.__all__:
        assert f"`ng.{public}`" in words, public
        if public != "explore":  # widgets: an example of it runs in tests/display
            assert re.search(rf"\bng\.{public}\b", used), public


def test_every_theory_page_is_in_the_order_by_topic() -> None:
    listed = re.findall(
        r"^theory/(\w+)$", (DOCS / "theory.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(path.stem for path in (DOCS / "theory").glob("*.md"))


@pytest.fixture
def generators(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpydoc")
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))


def test_the_command_page_has_every_command(generators: None) -> None:
    import page_commands

    text = page_commands.page()
    for command in declare.files_in("cli"):
        assert f"\n## {command.removesuffix('_').replace('_', '-')}\n" in text, command
    assert "| `--set` PATH=VALUE |" in text and "`-o`, `--out` PATH" in text
    for example in page_commands.EXAMPLES.values():
        command, *words = example.split()[1:]
        for word in words:
            assert not word.startswith("--") or word in _options(command), example


def test_the_format_page_has_every_key(generators: None) -> None:
    import page_format

    from negotiate.case.schema import schema

    text = page_format.page()
    document = schema()
    for model in (document, *document["$defs"].values()):
        for key in model.get("properties", ()):
            assert f"| `{key}` |" in text, key


def test_the_format_page_shows_game_files_that_load(generators: None, tmp_path: Path) -> None:
    """Each whole file on the page is read; the three layouts of a tree are one game."""
    import page_format

    import negotiate as ng
    from negotiate.case.game_file import Expected, GameFile
    from negotiate.dynamic._stochastic_file import State, StochasticFile
    from negotiate.extensive._tree_tables import _NODE
    from negotiate.strategic._file import StrategicFile

    text = page_format.page()
    assert not re.search(r"^@.*@$", text, flags=re.MULTILINE)
    for model in (GameFile, Expected, StrategicFile, StochasticFile, State):
        for key in model.model_fields:
            assert f"| `{key}` |" in text, (model, key)
    for key in _NODE:
        assert f"`{key}`" in text, key
    kinds: dict[str, list[object]] = {}
    for _, language, body in FENCE.findall(text):
        if language == "toml" and body.startswith("format"):
            path = tmp_path / "file.toml"
            path.write_text(body, encoding="utf-8")
            kind = tomllib.loads(body)["kind"]
            kinds.setdefault(kind, []).append(ng.open(path))
    assert {kind: len(games) for kind, games in kinds.items()} == {
        "strategic": 1,
        "extensive": 3,
        "stochastic": 1,
    }
    solve = declare.concept_named("subgame_perfect")
    found = {tuple(solve(game)[0].payoffs.values()) for game in kinds["extensive"]}
    assert found == {(1, 1)}


def test_a_docstring_means_the_same_in_markdown(generators: None) -> None:
    import text

    shown = text.prose(
        "A <p> and `x_i` of *form* a_b::\n\n    p = 1\n\n- one | two\n  more\n\n>>> 1 + 1\n2\n"
    )
    assert "A \\<p\\> and `x_i` of *form* a\\_b:" in shown
    assert "```text\np = 1\n```" in shown and "- one \\| two more" in shown
    assert "```python\n>>> 1 + 1\n2\n```" in shown
    assert text.table(("a",), [("x|y",)]) == "| a |\n|---|\n| x\\|y |\n"

"""Findings: where, what, what is allowed; all of them at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from negotiate.course import reader
from negotiate.errors import CaseError, NegotiateError
from tests.course.test_drawing import TINY

ROOT = Path(__file__).parents[2]


def said(text: str) -> str:
    return "\n".join(map(str, reader.findings(text)[0]))


def test_the_small_exercise_has_no_error() -> None:
    assert not [f for f in reader.findings(TINY)[0] if f.severity == "error"]


QUESTION = '\n[[question]]\nid = "z"\nkind = "number"\ntext = "t"\ntolerance = 0\n'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('topic = "t"\n', 'topic = "t"\ntopik = 1\n', "did you mean 'topic'?"),
        ("difficulty = 1", "difficulty = 9", "less than or equal to 5"),
        ("difficulty = 1\n", "", "'difficulty' is missing"),
        ('kind = "fraction"', 'kind = "fractions"', "did you mean 'fraction'?"),
        ('answer = "a + b"', 'answer = "a + bb"', "there is no"),
        ('answer = "a + b"', "", "'answer' is missing"),
        ('answer = "a + b"', 'answer = "a +"', "expected a number or a name"),
        ('answer = "a + b"', 'answer = { solve = "nash_equilibrum", read = "count" }',
         "did you mean 'nash_equilibrium'?"),
        ('answer = "a + b"', 'answer = { metric = "x", root = "a" }', "exactly one of"),
        ('answer = "a + b"', 'answer = { low = 1, high = 2, read = "x" }', "'read' has no mean"),
        ('answer = "a + b"', 'answer = { low = 1, high = 2 }', "no exact number"),
        ('answer = "a + b"', 'answer = "a + b"\ntolerance = 1', "has no meaning for an answer"),
        ('answer = "a + b"', 'answer = "a + b"\nfollow = { a = "later" }', "earlier question"),
        ('answer = "a + b"', 'answer = "a + b"\npublic = ["answr > 0"]', "did you mean 'answer'?"),
        ('answer = "a + b"', 'answer = "a + b"\nexplain = "nash"', "there is no concept"),
        ('"<<a>>"', '"<<c>>"', "there is no quantity 'c'"),
        ('"<<a>>"', '"<<a"', "a placeholder is not closed"),
        ('"<<a>>"', '"<<a:roman>>"', "style 'roman'"),
        ('"<<a>>"', '"<<answer.q>>"', "would tell the answer"),
        ('"<<a>>"', '"<<game>>"', "there is no game"),
        ('require = ["a != 2"]', 'require = ["a <> 2"]', "condition"),
        ('require = ["a != 2"]', 'require = ["a > 9"]', "none of"),
        ("a = [1, 2, 3]", "a = [1, 2, 2]", "stands twice"),
        ("a = [1, 2, 3]", "a = { low = 1, high = 2, step = 0.3 }", "no multiple of step"),
        ("a = [1, 2, 3]", "a = { low = 1, high = 2 }", "needs low, high and step"),
        ("a = [1, 2, 3]", "a = { low = 0, high = 1, step = 1e-9 }", "1,000,000,001 values"),
        ("a = [1, 2, 3]", "a = [1, 2, 3]\nc = 4", "nothing reads 'c'"),
        ("a = [1, 2, 3]", 'a = "c"\nc = "a"', "define each other"),
        ("[draw]", '[game.g]\nkind = "stratgic"\n[draw]', "did you mean 'strategic'?"),
        ("[draw]", '[game.g]\nkind = "bargaining"\n[draw]', "'disagreement' is missing"),
        ("[draw]", '[game.g]\nkind = "case"\ncase = "idlib"\n[draw]', "did you mean 'idlib-2020'"),
        ("[draw]", '[game.g]\nkind = "repeated"\nstage = "g"\ndiscount = "1/2"\n[draw]',
         "made of itself"),
        ("[draw]", "[value]\nv = 1\na = 2\n[draw]", "is a quantity too"),
        ('text = "<<a>>"', 'text = "<<v>>"', "there is no quantity 'v'"),
    ],
)  # fmt: skip
def test_findings(old: str, new: str, words: str) -> None:
    assert old in TINY
    assert words in said(TINY.replace(old, new, 1))


def test_results_are_not_shown_by_mistake() -> None:
    text = TINY.replace("[draw]", '[value]\nv = "a * b"\n[draw]').replace('"<<a>>"', '"<<v>>"')
    assert "would show the result 'v'" in said(text)
    shown = text.replace("difficulty = 1", 'difficulty = 1\nshown = ["v"]')
    assert "would show" not in said(shown)


def test_all_findings_come_at_once_with_lines() -> None:
    broken = TINY.replace("difficulty = 1", "difficulty = 7\nfoo = 1").replace(
        "[1, 2, 3]", "[1, 1]"
    )
    with pytest.raises(CaseError) as caught:
        reader.loads(broken)
    assert len(caught.value.findings) == 3
    assert all(f.line for f in caught.value.findings)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "x", "[[[", "a = " + "[" * 5000, "\x00"])
def test_what_is_no_exercise(text: str) -> None:
    with pytest.raises(NegotiateError):
        reader.loads(text)


def test_small_grids_warn() -> None:
    assert "the grids allow 9 draws" in said(TINY)


def test_ids_and_names_of_files_agree(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(TINY)
    assert "the file is 'other.toml'" in "\n".join(map(str, reader.check(path)))


def test_unknown_exercises_say_what_is_near() -> None:
    with pytest.raises(LookupError, match="did you mean 'chicken-commitment'"):
        reader.load("chicken-comitment")


def test_the_page_on_the_format_names_everything() -> None:
    """Every key of the format and every kind of game, answer and reading stands on its page."""
    from negotiate.course.builders import KINDS as GAMES
    from negotiate.course.casework import FACTS
    from negotiate.course.exercise import KINDS, WAYS, Draw, Exercise, Mistake, Question
    from negotiate.course.games import parametric
    from negotiate.course.references import _WHOLE

    page = (ROOT / "docs" / "course" / "format.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_.]*", page))
    wanted = {*KINDS, *WAYS, *GAMES, *parametric(), *FACTS, *_WHOLE}
    for model in (Exercise, Question, Mistake, Draw):
        wanted |= set(model.model_fields)
    for kind in GAMES.values():
        wanted |= {*kind.needs, *kind.takes}
    assert not {word for word in wanted - {"interval"} if word not in words}


def test_the_schema_is_the_models_and_accepts_the_exercises() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    import json
    import tomllib

    from negotiate.course.exercise import schema

    written = json.loads((ROOT / "docs" / "schema" / "exercise.schema.json").read_text())
    assert written == json.loads(json.dumps(schema()))
    validator = jsonschema.Draft202012Validator(written)
    paths = [*reader.exercises().values(), Path(__file__).parent / "data" / "wide.toml"]
    for path in paths:
        found = list(validator.iter_errors(tomllib.loads(path.read_text(encoding="utf-8"))))
        assert not found, (path.stem, found[0].message[:300])
    broken = tomllib.loads(TINY.replace("difficulty = 1", "difficulty = 1\nfoo = 2"))
    assert not validator.is_valid(broken)

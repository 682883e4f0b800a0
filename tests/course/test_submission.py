"""Reading what was handed in: files and notebooks, as data."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.course.literals import LiteralError, literal
from negotiate.course.submission import read, write_answers
from negotiate.errors import NegotiateError

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(value=PLAIN)
def test_literals_read_what_python_writes(value: Any) -> None:
    """`repr` of plain data; characters that repr escapes by number are kept as they stand."""
    text = repr(value)
    if "\\x" in text or "\\u" in text or "\\U" in text or "\\r" in text:
        return
    assert literal(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3/4", Fraction(3, 4)), ("-1 / 3", Fraction(-1, 3)), ("1_000", 1000),
        (".5", Fraction(1, 2)), ("('a',)", ["a"]), ('{"A": 1/3, }', {"A": Fraction(1, 3)}),
        ("'''two\nlines'''", "two\nlines"),
        ("(3/4)", Fraction(3, 4)), ('("one "\n "two")', "one two"), ("()", []),
        ("[1, # one\n 2]", [1, 2]), ("1e-3", Fraction(1, 1000)),
    ],
)  # fmt: skip
def test_literals(text: str, value: Any) -> None:
    assert literal(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "x", "f(1)", "1 + 1", "None.__class__", "True()", "[1", "{1: 2}", "{'a' 1}", "'open",
     "[" * 50 + "]" * 50, "1/0", "9" * 100, "b'x'", "f'{1}'", "`ls`", "1e9999",
     "[" + "1," * 3000 + "]"],
)  # fmt: skip
def test_what_is_no_literal_is_refused(text: str) -> None:
    with pytest.raises(LiteralError):
        literal(text)


def notebook(*cells: str, **metadata: Any) -> str:
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    book = {"cells": code, "metadata": {"negotiate": metadata}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book)


def test_a_notebook_is_read_and_not_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    path = tmp_path / "x.ipynb"
    path.write_text(
        notebook(
            "answers = {}\nimport os",
            f'open({str(trap)!r}, "w")\nanswers["a"] = 3/4  # a comment\nanswers["b"] = "war"',
            'answers["c"] = [\n  {"A": "x",\n   "B": {"y": 1/2, "z": 0.5}},\n]\nprint(answers)',
            'answers["d"] = 1 + 1',
            f'answers["e"] = open({str(trap)!r}, "w")',
            'answers["b"] = "peace"',
            'if True:\n    answers["f"] = 1',
            exercise="chicken",
            student="s1",
            stamp="abc",
        )
    )
    found = read(path)
    assert found is not None
    assert (found.exercise, found.student, found.stamp) == ("chicken", "s1", "abc")
    assert found.answers == {
        "a": Fraction(3, 4),
        "b": "peace",
        "c": [{"A": "x", "B": {"y": Fraction(1, 2), "z": Fraction(1, 2)}}],
    }
    assert set(found.problems) == {"d", "e"} and "computed" in found.problems["d"]
    assert not trap.exists()


def test_answers_survive_writing_and_reading(tmp_path: Path) -> None:
    answers = {
        "a": Fraction(1, 3), "b": 0.1, "c": "we said \"no\"\n\t\\ ü \x7f", "d": ["1/2", 2],
        "e": {"A b": {"x.y": "1/3"}}, "f": None, "g": True, "h": [{"A": "x"}], "i": (1, 2),
        "j": 1 / 7, "k": 0.1414213562373095,
    }  # fmt: skip
    path = tmp_path / "a.toml"
    path.write_text(write_answers("e", "s", "t", answers), encoding="utf-8")
    found = read(path)
    assert found is not None and not found.problems
    assert found.answers == {
        **answers,
        "a": "1/3",
        "b": "1/10",
        "f": "",
        "i": [1, 2],
        "j": "1/7",
        "k": Fraction("0.1414213562373095"),
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.toml", b""), ("a.toml", b"\xff\xfe"), ("a.toml", b"answers = ["), ("a.json", b"{"),
        ("a.json", b"[1]"), ("a.json", b'{"answers": {"a": NaN}}'), ("a.json", b"[" * 100_000),
        ("a.toml", b"answers = " + b"[" * 10_000), ("a.json", b'{"answers": [1]}'),
        ("a.toml", b"answers = 3"), ("a.ipynb", b"{}"), ("a.ipynb", b'{"cells": 3}'),
        ("a.json", b'{"a": ' + b"9" * 5000 + b', "answers": {}}'), ("a.toml", b"x" * 300_000),
        ("a.ipynb", b"null"), ("a.toml", b"exercise = 'a'\n[answers.x]\n[answers.x]"),
    ],
)  # fmt: skip
def test_broken_files_are_errors_of_ours(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NegotiateError):
        read(path)


@pytest.mark.parametrize(
    "answers",
    ['{"a": 1e999999}', '{"a": "' + "x" * 30_000 + '"}', '{"a": ' + "[" * 20 + "]" * 20 + "}"],
)
def test_a_hostile_entry_costs_that_entry_only(tmp_path: Path, answers: str) -> None:
    from negotiate.course.kinds import KINDS, NotReadable

    path = tmp_path / "a.json"
    path.write_text('{"exercise": "e", "student": "s", "answers": ' + answers + "}")
    found = read(path)
    assert found is not None
    if "a" not in found.problems:
        with pytest.raises(NotReadable):
            KINDS["number"].read(None, found.answers["a"], dict)  # type: ignore[arg-type]


def test_other_files_are_no_submissions(tmp_path: Path) -> None:
    case = tmp_path / "case.toml"
    case.write_text('format = 1\nkind = "negotiation"\nid = "x"\n')
    assert read(case) is None
    book = tmp_path / "scratch.ipynb"
    book.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "1"}], "metadata": {}}))
    assert read(book) is None


def test_a_whole_table_and_the_odd_semicolon(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(
        notebook(
            'answers["old"] = 1',
            'answers = {"a": 1/3, "b": [1]}  # all at once\r\nanswers["c"] = 2;\r\n',
            'answers == {"a": 5}\nanswers["d"] = 1; answers["e"] = 2',
        )
    )
    found = read(path)
    assert found is not None
    assert found.answers == {"a": Fraction(1, 3), "b": [1], "c": 2}
    assert set(found.problems) == {"d"}  # two statements on a line are not a plain answer

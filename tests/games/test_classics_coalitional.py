"""Textbook games of coalitions, voting and claims: each file's expected answers, exactly."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from negotiate import declare
from negotiate.coalitions import _file as files

FOLDER = Path(__file__).parents[2] / "games" / "classics"
FILES = sorted(
    path
    for path in (*FOLDER.glob("*.toml"), *FOLDER.parent.glob("*.toml"))
    if tomllib.loads(path.read_text(encoding="utf-8")).get("kind") in files.KINDS
)


def test_there_are_some() -> None:
    assert {path.stem for path in FILES} >= {
        "un-security-council",
        "eec-1958",
        "three-person-majority",
        "glove-market",
        "airport",
        "talmud",
        "contested-garment",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_expected_answers(path: Path) -> None:
    file = files.open_file(path)
    cited = {source.id for source in file.source}
    assert file.id == path.stem and file.source and file.expected
    for expected in file.expected:
        assert set(expected.source) <= cited
        found = declare.concept_named(expected.concept)(file.game(), **expected.settings)
        assert found.complete == expected.complete and found.exact
        right = [tuple(Fraction(str(v)) for v in point["payoffs"]) for point in expected.points]
        assert sorted(tuple(p.payoffs[q] for q in file.players) for p in found.points) == right

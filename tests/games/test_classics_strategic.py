"""Every textbook game answers as its own file says, and every answer passes its definition."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from negotiate import declare
from negotiate.strategic._file import open_file

FOLDER = Path(__file__).parents[2] / "games" / "classics"
FILES = sorted(
    path
    for path in FOLDER.glob("*.toml")
    if tomllib.loads(path.read_text(encoding="utf-8")).get("kind") == "strategic"
)
CASES = [(path, k) for path in FILES for k in range(len(open_file(path).expected))]


def _key(game, point):
    strategies = tuple(
        tuple(float(Fraction(point["strategies"][p].get(s, 0))) for s in game.strategies[p])
        for p in game.players
    )
    return strategies, tuple(float(Fraction(v)) for v in point["payoffs"])


def test_all_ten_games_are_there():
    assert {path.stem for path in FILES} >= {
        "prisoners-dilemma", "chicken", "stag-hunt", "battle-of-the-sexes", "matching-pennies",
        "inspection", "cuba-1962", "deadlock", "hero", "leader",
    }  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_file_has_sources_and_answers(path):
    file = open_file(path)
    assert file.id == path.stem
    assert file.source and file.expected
    known = {source.id for source in file.source}
    assert {s for e in file.expected for s in e.source} <= known


@pytest.mark.parametrize(
    ("path", "number"),
    CASES,
    ids=[f"{p.stem}-{open_file(p).expected[k].concept}" for p, k in CASES],
)
def test_expected_answers(path, number):
    file = open_file(path)
    game, expected = file.game(), file.expected[number]
    concept = declare.concept_named(expected.concept)
    solution = concept(game, **expected.settings)
    wanted = sorted(_key(game, {"strategies": p, "payoffs": p["payoffs"]}) for p in expected.points)
    found = sorted(
        _key(game, {"strategies": p.strategies, "payoffs": list(p.payoffs.values())})
        for p in solution.points
    )
    if expected.complete:
        assert solution.complete
        assert len(found) == len(wanted)
    for (x, u), (y, v) in zip(wanted, found, strict=True):
        assert sum(x, ()) == pytest.approx(sum(y, ()), abs=1e-9)
        assert u == pytest.approx(v, abs=1e-9)
    for point in solution.points:
        assert concept.holds(game, point).holds

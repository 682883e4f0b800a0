"""Textbook stochastic games: each file's expected answers, found and judged by the definition."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from negotiate import declare
from negotiate.dynamic import _stochastic_file as files
from negotiate.solution import Point

FOLDER = Path(__file__).parents[2] / "games" / "classics"
FILES = sorted(
    path
    for path in FOLDER.glob("*.toml")
    if tomllib.loads(path.read_text(encoding="utf-8")).get("kind") == "stochastic"
)


def test_there_are_some():
    assert {path.stem for path in FILES} >= {"big-match", "war-of-attrition"}


def plan(file, point):
    return {
        player: {
            state: {a: Fraction(str(w)) for a, w in mix.items()}
            for state, mix in point.get(player, {}).items()
        }
        for player in file.players
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_expected_answers(path):
    file = files.open_file(path)
    game = file.game()
    cited = {source.id for source in file.source}
    assert file.expected
    for expected in file.expected:
        assert set(expected.source) <= cited
        module = declare.concept_named(expected.concept)
        found = module(game, **expected.settings)
        if expected.complete:
            assert found.complete and len(found) == len(expected.points)
        for point in expected.points:
            strategies = plan(file, point)
            payoffs = {
                p: Fraction(str(v)) for p, v in zip(file.players, point["payoffs"], strict=True)
            }
            # the stated answer satisfies the definition exactly, and its payoffs are its own
            verdict = module.holds(game, Point(payoffs=payoffs, strategies=strategies))
            assert verdict.holds and verdict.value == 0
            worth = game.values(strategies)
            assert {p: worth[p][game.start] for p in game.players} == payoffs
            assert any(near(other, strategies) for other in found)


def near(point, strategies):
    return all(
        abs(float(point.strategies[player][state].get(action, 0)) - float(weight)) < 1e-7
        for player, mine in strategies.items()
        for state, mix in mine.items()
        for action, weight in mix.items()
    )

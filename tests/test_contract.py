"""What every declaration owes, checked on all that exist: a new file is under it at once.

A concept is solved on random games of each of its kinds; its answers must pass its own check, each
declared axiom is attacked, and some points moved a little must be refuted by the check. That a
lying concept fails is itself a test.
"""

from __future__ import annotations

import inspect
import os
import random
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from negotiate import declare
from negotiate.errors import InputError, NoSolutionError, NotApplicableError, TooLargeError
from tests.contract import attacks

ROOT = Path(__file__).parents[1]
FIELDS = {"rational", "algebraic", "transcendental"}
ROUNDS = 6
"""Random games of each kind that every concept meets."""
NEEDS_MORE = (NotApplicableError, InputError, NoSolutionError, TooLargeError)
"""A concept may refuse a game with a reason; on every one of them it may not."""


@pytest.mark.parametrize("name", declare.names("concept"))
def test_a_concept_declares_what_the_contract_asks(name: str) -> None:
    concept = declare.concept_named(name)
    assert concept.field in FIELDS and concept.title and concept.short
    assert inspect.getdoc(concept.function)
    assert (inspect.getmodule(concept.function).__doc__ or "").strip()
    takers = [g for g in declare.names("game") if name in declare.concepts_of(g)]
    assert takers, f"{name} solves no game"
    for game in set(concept.games) & set(attacks.GAMES):
        for axiom in concept.axioms:
            known = (game, axiom) in attacks.AXIOMS or (game, axiom) in attacks.ELSEWHERE
            assert known, f"nothing attacks '{axiom}' on {game} games"


def _met(name: str, game: str) -> list[Any]:
    """Random games of a kind that the concept answers, with its answers."""
    concept, met, refused = declare.concept_named(name), [], []
    for seed in range(ROUNDS):
        thing = attacks.GAMES[game](random.Random(f"{game} {seed}"))
        try:
            met.append((thing, concept(thing)))  # an answer that fails its own check is an error
        except NEEDS_MORE as error:
            refused.append(error)
    if not met:
        pytest.skip(f"needs more than a {game} game: {refused[0]}")
    return met


PAIRS = [
    (name, game)
    for name in declare.names("concept")
    for game in declare.entry("concept", name).facts["games"]
    if game in attacks.GAMES
]


@pytest.mark.parametrize(("name", "game"), PAIRS)
def test_axioms_hold_on_random_games(name: str, game: str) -> None:
    concept = declare.concept_named(name)
    for seed, (thing, _) in enumerate(_met(name, game)):
        for axiom in sorted(concept.axioms):
            attack = attacks.AXIOMS.get((game, axiom))
            if attack is not None:
                refuted = attack(concept, thing, random.Random(seed))
                assert not refuted, f"{axiom}: {refuted} in {thing!r}"


@pytest.mark.parametrize(("name", "game"), PAIRS)
def test_the_check_refutes_points_that_were_moved(name: str, game: str) -> None:
    concept = declare.concept_named(name)
    tried = refuted = 0
    for thing, answer in _met(name, game):
        for point in answer.points[:3]:
            for wrong in _moved(point):
                tried += 1
                try:
                    refuted += not concept.holds(thing, wrong).holds
                except (*NEEDS_MORE, ArithmeticError, KeyError, ValueError):
                    refuted += 1  # refused outright
    if tried:
        assert refuted, f"none of {tried} moved points was refuted: what does it check?"


def _moved(point: Any) -> list[Any]:
    """The point with every payoff worse, and with each player's mixture given to one strategy."""
    out = []
    if point.payoffs and all(_is_number(v) for v in point.payoffs.values()):
        size = max(abs(Fraction(v)) for v in point.payoffs.values()) or Fraction(1)
        worse = {name: value - size / 3 for name, value in point.payoffs.items()}
        uneven = dict(point.payoffs)
        uneven[next(iter(uneven))] += size / 2
        out += [replace(point, payoffs=worse), replace(point, payoffs=uneven)]
    for player, mixture in point.strategies.items():
        if isinstance(mixture, dict) and len(mixture) > 1:
            for kept in mixture:
                pure = {name: Fraction(name == kept) for name in mixture}
                if pure != mixture:
                    out.append(replace(point, strategies={**point.strategies, player: pure}))
    joint = point.facts.get("distribution")
    if joint:  # correlated: all on a combination that was given nothing, or the rest of it
        labels = {part: None for name in joint for part in name.split(", ")}
        for name in (", ".join((a, b)) for a in labels for b in labels):
            if joint.get(name) != 1:
                out.append(replace(point, facts={**point.facts, "distribution": {name: 1}}))
    kept = point.facts.get("survivors")
    if kept:  # sets of strategies: one strategy fewer
        for player, left in kept.items():
            if len(left) > 1:
                fewer = {**kept, player: tuple(left[1:])}
                out.append(replace(point, facts={**point.facts, "survivors": fewer}))
    joined = point.facts.get("coalitions")
    if joined:  # a partition: everybody alone, everybody together
        everybody = sorted(name for part in joined for name in part)
        for other in ([[name] for name in everybody], [everybody]):
            if sorted(map(sorted, joined)) != other:
                out.append(replace(point, facts={**point.facts, "coalitions": other}))
    return out


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Fraction)) and not isinstance(value, bool)


LIAR = '''
"""A concept that lies: the same to everybody, six axioms claimed, a check that says yes."""

from negotiate.declare import concept
from negotiate.solution import Evidence, Point, Solution


@concept(
    "liar",
    title="Liar",
    games=("bargaining",),
    field="rational",
    axioms=("pareto", "symmetry", "scale invariance", "translation invariance",
            "individual rationality", "independence of irrelevant alternatives"),
)
def liar(problem):
    """Seven to everybody."""
    point = Point(payoffs=dict.fromkeys(problem.parties, 7))
    return Solution("liar", problem.parties, (point,), complete=True, exact=True)


@liar.checked_by
def holds(problem, point):
    """Always."""
    return Evidence(True, 0, "nothing")
'''


def test_a_lying_plug_in_fails(tmp_path: Path) -> None:
    (tmp_path / "liar.py").write_text(LIAR, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(Path(__file__)),
         "--rootdir", str(ROOT), "-k", "liar and not lying"],
        cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "NEGOTIATE_PATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "test_axioms_hold_on_random_games[liar-bargaining]" in done.stdout
    assert "test_the_check_refutes_points_that_were_moved[liar-bargaining]" in done.stdout


@pytest.mark.parametrize("name", declare.names("game"))
def test_a_game_documents_itself(name: str) -> None:
    game = declare.game_named(name)
    assert inspect.getdoc(game.type) and game.title
    for metric in game.metrics:
        assert metric.meaning, metric


@pytest.mark.parametrize("name", declare.files_in("cli"))
def test_a_command_has_help(name: str) -> None:
    module = declare.file_named("cli", name)
    assert hasattr(module, "program") or inspect.getdoc(module.command)

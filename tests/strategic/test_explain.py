"""Worked steps: every concept of strategic games has them, with the game's own numbers."""

import re
from fractions import Fraction

import numpy as np
import pytest

from negotiate import declare
from negotiate.errors import NotApplicableError
from negotiate.loading import load
from negotiate.strategic.correlated import correlated as correlated_equilibrium
from negotiate.strategic.evolutionarily_stable import evolutionarily_stable
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.learning import DYNAMICS, learning
from negotiate.strategic.nash import nash as nash_equilibrium
from negotiate.strategic.proper import proper as proper_equilibrium
from negotiate.strategic.quantal_response import quantal_response
from negotiate.strategic.rationalizability import rationalizability
from negotiate.strategic.selection import selection
from negotiate.strategic.theory_of_moves import theory_of_moves
from negotiate.strategic.trembling_hand import trembling_hand

CLASSICS = (
    "prisoners-dilemma", "chicken", "stag-hunt", "battle-of-the-sexes", "matching-pennies",
    "inspection", "cuba-1962", "deadlock", "hero", "leader",
)  # fmt: skip
CONCEPTS = [
    name for name in declare.names("concept") if declare.concept_named(name).games == ("strategic",)
]


@pytest.mark.parametrize("name", CONCEPTS)
@pytest.mark.parametrize("case", CLASSICS)
def test_every_strategic_concept_explains_the_classics(name, case):
    game = load(case)
    try:
        text = declare.concept_named(name).explain(game)
    except NotApplicableError as error:  # an asymmetric game has no evolutionarily stable strategy
        assert name == "evolutionarily_stable" and "symmetric" in str(error)
        return
    assert len(text) > 150 and text.count("$") % 2 == 0
    assert any(label in text for labels in game.strategies.values() for label in labels)
    assert text.count("{") == text.count("}")
    # Formulas are TeX, never Python's way of printing.
    assert "Fraction(" not in text and "**" not in re.sub(r"\*\*[^*]+\*\*", "", text)


def test_the_numbers_are_the_game_s_own():
    game = load("inspection")
    text = nash_equilibrium.explain(game)
    assert r"p_{\text{Cheat}} = \tfrac{1}{5}" in text and "gets $-2$" in text
    pays = game.payoff({"Inspector": "Inspect", "Inspectee": "Cheat"})
    assert f"{pays['Inspector']}" in text and f"{pays['Inspectee']}" in text


def test_obedience_conditions_are_the_definition():
    # Aumann's chicken: told to cooperate against p(1,1), p(1,2): 6 p11 + 2 p12 >= 7 p11 + 0 p12.
    game = StrategicGame.from_arrays([[[6, 2], [7, 0]], [[6, 7], [2, 0]]])
    text = correlated_equilibrium.explain(game)
    assert r"$-p(\text{1, 1}) + 2\,p(\text{1, 2}) \ge 0$" in text
    assert "5 corners" in text
    best = correlated_equilibrium.explain(game, objective="welfare")
    assert r"$p(\text{1, 1}) = \tfrac{1}{2}$" in best


def test_risk_dominance_shows_the_products_of_deviation_losses():
    game = load("stag-hunt")
    text = selection.explain(game)
    # (9 - 8)(9 - 8) = 1 against (7 - 0)(7 - 0) = 49
    assert "$(9 - 8)(9 - 8) = 1$" in text and "$(7 - 0)(7 - 0) = 49$" in text
    assert "**risk dominant**" in text and "picks Hare, Hare" in text


def test_evolutionary_stability_names_the_mutant():
    hawk_dove = StrategicGame.from_arrays(
        [[[-1, 2], [0, 1]], [[-1, 0], [2, 1]]], strategies=[("Hawk", "Dove")] * 2
    )
    text = evolutionarily_stable.explain(hawk_dove)
    # x = (1/2, 1/2) earns 1/2 (-1) + 1/2 (0) = -1/2 against Hawk, which earns -1 against itself.
    assert r"$-\tfrac{1}{2} > -1$" in text and text.count("**stable**") == 1
    rps = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    assert "There is none." in evolutionarily_stable.explain(
        StrategicGame.from_arrays([rps, rps.T])
    )


def test_perfection_shows_the_dominating_strategy_or_the_belief():
    game = StrategicGame.from_arrays(
        [[[1, 0], [0, 0]], [[1, 0], [0, 0]]], strategies=[("T", "B"), ("L", "R")]
    )
    text = trembling_hand.explain(game)
    first, second = text.split("**T, L**")[1].split("**B, R**")
    assert "undominated" in first and "**perfect**" in first
    assert "could play T instead" in second and "not perfect" in second


def test_properness_rejects_myerson_s_second_equilibrium():
    a = [[1, 0, -9], [0, 0, -7], [-9, -7, -7]]
    game = StrategicGame.from_arrays([a, a], strategies=[("a1", "a2", "a3"), ("b1", "b2", "b3")])
    text = proper_equilibrium.explain(game)
    assert "**not proper**" in text.split("**a2, b2** (perfect)")[1]
    assert "Player 1's order: a1 > a2 > a3." in text


def test_quantal_response_is_a_fixed_point_on_paper():
    text = quantal_response.explain(load("chicken"), precision=2.0)
    rows = [line for line in text.splitlines() if line.startswith(("| Swerve", "| Straight"))]
    shares = [float(re.findall(r"\$([\d.]+)\$", row)[-1]) for row in rows]
    assert len(rows) == 4 and abs(shares[0] + shares[1] - 1) < 1e-3
    # u(Swerve) against the column's shares, from the table 3, 2 of chicken.
    swerve = float(re.findall(r"\$([\d.]+)\$", rows[0])[0])
    assert abs(swerve - (3 * shares[2] + 2 * shares[3])) < 1e-3


def test_beliefs_behind_rationalizable_strategies_are_shown():
    game = load("prisoners-dilemma")
    text = rationalizability.explain(game)
    assert "strictly dominated" in text
    for player in game.players:
        assert f"For {player}:" in text


def test_moves_end_where_the_concept_says():
    game = load("chicken")
    text = theory_of_moves.explain(game)
    for point in theory_of_moves(game).points:
        assert f"({point.label})" in text.splitlines()[-1]


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_first_steps_of_every_dynamic(dynamics):
    game = load("stag-hunt")
    text = learning.explain(game, dynamics=dynamics)
    assert len(text) > 150 and text.count("$") % 2 == 0
    if dynamics == "fictitious_play":
        # Against equal chances Stag pays 9/2, Hare 15/2: both play Hare from the first round on.
        assert r"Stag $\tfrac{9}{2}$, Hare $\tfrac{15}{2}$" in text
        assert text.endswith("Stag $0$, Hare $1$.")
    if dynamics == "replicator":
        mean = (Fraction(9, 2) + Fraction(15, 2)) / 2
        assert f"mean payoff is ${mean}$" in text and r"$-\tfrac{3}{4}$" in text

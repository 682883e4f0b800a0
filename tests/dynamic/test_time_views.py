"""Views of games over time: they draw, escape what a file says, and tell draws from one case."""

from importlib import import_module

import numpy as np
import pytest

import negotiate
from negotiate.dynamic.durability import from_case as durability
from negotiate.dynamic.enforcement import from_case as enforcement
from negotiate.dynamic.markov_perfect import markov_perfect
from negotiate.dynamic.repeated import from_case as repeated
from negotiate.dynamic.views import durability as durability_view
from negotiate.dynamic.views import stochastic as stochastic_view
from negotiate.whatif.study.case import draw

durability_file = import_module("negotiate.dynamic.durability")


@pytest.fixture(scope="module")
def idlib():
    return negotiate.load("idlib-2020")


@pytest.mark.parametrize("form", [durability, enforcement])
def test_one_case_and_many_draws_have_text_html_and_a_figure(idlib, form):
    for case in (idlib, draw(idlib, 64, seed=1)):
        compiled = form(case)
        assert "russia" in compiled.text() and "<table" in compiled.html()
        assert compiled.figure().startswith("<svg")


def test_the_chain_says_what_each_side_does(idlib):
    kept = durability(idlib)
    drawn = durability_view.chain(kept)
    assert "russia violates" in drawn and "turkey lets it pass" in drawn
    many = durability_view.chain(durability(draw(idlib, 64, seed=1)))
    assert " in " in many and "%" in many


def test_curves_reach_the_events_they_mark(idlib):
    figure = durability_view.curves(
        {"as signed": durability(idlib)}, months=12, events=((90.0, "broke <here>"),)
    )
    assert "broke &lt;here&gt;" in figure and "UCDP" in figure


def test_a_repeated_game_shows_what_patience_sustains(idlib):
    game = repeated(idlib)
    assert "honour, honour" in game.figure() and "0.960" in game.figure()


def test_play_of_an_equilibrium_is_drawn(idlib):
    game = durability_file.game(idlib)
    point = markov_perfect(game, plans="pure")[0]
    assert "turkey: let pass" in stochastic_view.play(game, point)
    many = durability_file.game(draw(idlib, 8, seed=1))
    assert "8 draws" in many.text() and many.figure().startswith("<svg")
    assert np.isfinite(many.arrays[0]).all()

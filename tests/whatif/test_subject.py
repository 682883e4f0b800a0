"""What a question may be asked of: a case, its id, its file, a game with quantities."""

import numpy as np
import pytest

import negotiate as ng
from negotiate.case import read as casefile
from negotiate.errors import InputError
from negotiate.whatif.study.design import Sobol

METRIC, PATH = "deal.margin.least", "lever.sanctions.cost.turkey"

QUESTIONS = {
    "study": lambda case: ng.study(case, [METRIC], Sobol(64)).metric(METRIC),
    "sensitivity": lambda case: ng.sensitivity(case, METRIC, draws=4000).records(),
    "threshold": lambda case: ng.threshold(case, PATH, METRIC, "> 0.5", draws=8).text(),
    "discover": lambda case: ng.discover(case, METRIC, "> 0.5", draws=256).sentence(),
    "counterfactual": lambda case: ng.counterfactual(
        case, METRIC, without="force", draws=64
    ).text(),
    "attribute": lambda case: ng.attribute(case, METRIC, levers=["force"], draws=1).text(),
    "information": lambda case: ng.information(case, METRIC, "> 0.5", draws=256).text(),
    "tornado": lambda case: ng.tornado(case, METRIC).answers,
    "curve": lambda case: ng.curve(case, PATH, [METRIC], points=5).answers[METRIC],
    "spider": lambda case: ng.spider(case, METRIC, points=5, paths=[PATH]).answers,
    "cells": lambda case: ng.cells(case, PATH, METRIC, condition="> 0.5", points=9).text(),
    "phase": lambda case: (
        ng.phase(case, PATH, "lever.force.cost.russia", METRIC, "> 0.5", grid=5).map
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_id_is_as_good_as_the_case(name):
    asked = QUESTIONS[name]
    given, opened = asked("idlib-2020"), asked(ng.load("idlib-2020"))
    assert np.all(np.asarray(given == opened))


def test_a_path_and_a_keyword_are_taken_too():
    path = casefile.resolve("idlib-2020")
    wanted = ng.curve(ng.load("idlib-2020"), PATH, [METRIC], points=3).answers[METRIC]
    for given in (path, str(path)):
        assert (ng.curve(given, PATH, [METRIC], points=3).answers[METRIC] == wanted).all()
    found = ng.curve(case="idlib-2020", path=PATH, names=[METRIC], points=3)
    assert (found.answers[METRIC] == wanted).all()


TREE = """
kind = "extensive"
players = ["Entrant", "Incumbent"]
quantity = { war = { value = -1, low = -2, high = 2 } }
[tree]
player = "Entrant"
information_set = "entry"
actions.out = { payoffs = [0, 2] }
[tree.actions.in]
player = "Incumbent"
information_set = "reply"
actions = { fight = { payoffs = [-1, "war"] }, yield = { payoffs = [1, 1] } }
"""


def test_a_tree_with_quantities_is_the_case_of_them(tmp_path):
    path = tmp_path / "entry.toml"
    path.write_text(TREE, encoding="utf-8")
    name = "extensive.payoff.Entrant"
    for given in (path, ng.open(path), ng.open(path).as_case()):
        # above war = 1 the incumbent fights, so the entrant stays out
        found = ng.curve(given, "quantity.war", [name], points=9).answers[name]
        assert found[:6].tolist() == [1.0] * 6 and found[7:].tolist() == [0.0] * 2


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_strategic_game_is_sent_to_its_own_questions(name):
    with pytest.raises(InputError, match="equilibrium_map"):
        QUESTIONS[name](ng.open("chicken"))
    with pytest.raises(InputError, match="int is no case"):
        QUESTIONS[name](3)

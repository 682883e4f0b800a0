"""Views of strategic games, solutions and points: right marks, hostile labels, all kinds."""

import re
import xml.etree.ElementTree as ET
from fractions import Fraction

import numpy as np
import pytest

from negotiate.errors import NotApplicableError
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic.correlated import correlated as correlated_equilibrium
from negotiate.strategic.dominance import dominance
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.nash import nash as nash_equilibrium
from negotiate.strategic.quantal_response import quantal_response
from negotiate.strategic.trembling_hand import trembling_hand

F = Fraction
EVIL = '<script>alert("x")</script>'


def chicken(name="Row"):
    return StrategicGame.from_arrays(
        [[[3, 2], [4, 1]], [[3, 4], [2, 1]]],
        players=(name, "Column"),
        strategies=[("Swerve", "Straight")] * 2,
        title="Chicken",
    )


def shapes(svg):
    root = ET.fromstring(svg)
    return [element.tag.rsplit("}", 1)[-1] for element in root.iter()]


def test_best_replies_and_equilibria_are_marked():
    game = chicken()
    assert "[4*, 2*]" in game.text() and "3, 3" in game.text() and "[3" not in game.text()
    assert game.html().count('class="ng-equilibrium"') == 2
    assert game.html().count("<u>") == 4
    bundle = game._repr_mimebundle_()
    assert bundle["text/latex"].count(r"\underline") == 4
    # one underline (a line in the SVG) per best reply
    assert shapes(game.figure()).count("line") == 4


def test_more_players_get_a_table_for_each_further_profile():
    game = StrategicGame.from_arrays([np.arange(12).reshape(2, 2, 3)] * 3)
    assert game.html().count("<table") == 3
    assert "Player 3: 2" in game.text()


@pytest.mark.parametrize("shape", [(1,), (1, 1), (2, 3), (20, 2), (2, 2, 2, 20)])
def test_all_shapes_have_all_views(shape):
    game = StrategicGame.from_arrays([np.zeros(shape, int)] * len(shape))
    ET.fromstring(game.figure())
    assert game.text() and game.html()
    if max(shape) > 16:
        assert "shown" in game.text()


def test_labels_are_escaped_everywhere():
    game = chicken(EVIL)
    for solution in (nash_equilibrium(game), dominance(game)):
        assert "<script" not in solution.html() + game.html()
    assert "<script" not in nash_equilibrium(game).figure() + game.figure()
    ET.fromstring(nash_equilibrium(game).figure())


def test_the_square_shows_points_segments_and_rectangles():
    generic = shapes(nash_equilibrium(chicken()).figure())
    assert generic.count("circle") == 3 and "polygon" not in generic
    flat = StrategicGame.from_arrays([np.zeros((2, 2), int)] * 2)
    assert shapes(nash_equilibrium(flat).figure()).count("polygon") == 1
    segment = StrategicGame.from_arrays([[[1, 1], [0, 0]], [[1, 1], [0, 1]]])
    picture = nash_equilibrium(segment).figure()
    assert shapes(picture).count("circle") == 2 and 'stroke-width="5"' in picture


def test_simplices_are_drawn_for_three_strategies():
    zero = StrategicGame.from_arrays([np.zeros((3, 3), int)] * 2)
    picture = nash_equilibrium(zero).figure()
    assert shapes(picture).count("polygon") == 2  # the whole simplex of each player
    assert shapes(trembling_hand(zero).figure()).count("circle") == 18


def test_a_set_has_one_colour_in_both_simplices():
    # c is as good as a or b against x, and x a best reply where neither a nor b is above 1/2: a
    # quadrilateral times one point; the mixture of a and b alone allows a segment towards y and z.
    game = StrategicGame.from_arrays(
        [[[1, 2, 0], [1, 0, 2], [1, 1, 1]], [[1, 2, 0], [1, 0, 2], [1, 0, 0]]]
    )
    picture = nash_equilibrium(game).figure()
    assert shapes(picture).count("polygon") == 1  # the quadrilateral
    assert picture.count('stroke-width="5"') == 1
    assert picture.count('r="7"') == 2  # each set is one point in the other player's triangle


def test_an_indifference_at_the_end_of_the_range_belongs_to_the_best_replies():
    # The incumbent is indifferent where the entrant stays out: all its replies are drawn there.
    entry = StrategicGame.from_arrays([[[1, 1], [0, 2]], [[2, 2], [0, 1]]])
    lines = re.findall(r'points="([^"]*)"', nash_equilibrium(entry).figure())
    spots = [path.split() for path in lines]
    assert ["70,330", "370,330", "370,30"] in spots


def test_solutions_of_every_kind_have_text_and_html():
    game = chicken()
    answers = [
        nash_equilibrium(game),
        correlated_equilibrium(game),
        dominance(game),
        quantal_response(StrategicGame.from_arrays([np.random.default_rng(0).normal(
            size=(5, 2, 2))] * 2)),
        Solution("nash_bargaining", ("a", "b"), (Point(payoffs={"a": F(1, 2), "b": F(3, 4)},
            terms={"land": F(2, 3), "mode": "joint patrols"}, marks=("kink",)),), True, True),
        Solution("perfect_bayesian", ("s",), (Point(
            payoffs={"s": 1}, strategies={"s": {"h1": {"fight": F(1, 3), "yield": F(2, 3)}}},
            beliefs={"h1": {"weak": F(1)}}, facts={"cost": 0.25, "set": ("x", "y")}),) * 2,
            False, False, evidence=(Evidence(False, 2, "gain", "s at h1"),)),
        Solution("core", ("a",), (), True, True, notes=("The core is empty.",)),
    ]  # fmt: skip
    for solution in answers:
        assert solution.text() and solution.html().count("<div") == solution.html().count("</div")
        for point in solution:
            assert point.text() and point.html()
    assert "land: 2/3" in answers[4].text() and "kink" in answers[4].text()
    assert "h1: fight 1/3, yield 2/3" in answers[5].text()
    assert "DOES NOT HOLD" in answers[5].text()
    assert "no point" in answers[6].text() and "The core is empty." in answers[6].html()
    with pytest.raises(NotApplicableError):
        answers[6].figure()
    for solution in answers[4:6]:
        ET.fromstring(solution.figure())


def test_exact_numbers_stay_exact_and_draws_are_summarised():
    solution = nash_equilibrium(chicken())
    assert "Swerve 1/2, Straight 1/2" in solution.text() and "5/2" in solution.text()
    point = Point(payoffs={"a": np.array([1.0, 3.0, np.nan])})
    assert "mean 2.000 (1.000 to 3.000; 3 draws, undefined in 1)" in point.text()

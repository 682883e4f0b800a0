"""Every way of asking, against formulas derived by hand for each draw."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from negotiate.course import drawing
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from negotiate.course.marking import mark
from negotiate.course.text import fill
from tests.course.conftest import KEY

WANTED: dict[str, Callable[..., Any]] = {
    # Nash (1950) on a pie: halve what is left after both disagreement payoffs
    "share": lambda pie, dA, dB, cost, delta: (pie + dA - dB) / 2,
    "weighted": lambda pie, dA, dB, cost, delta: dA + Fraction(2, 3) * (pie - dA - dB),
    # each side gets the issue it weighs more: both have 1/2 + cost, the symmetric point
    "terms": lambda **q: {"border": 1, "trade": 0},
    # Fearon (1995): from p - c_A to p + c_B
    "range": lambda pie, dA, dB, cost, delta: (delta - cost, delta + cost / 2),
    "rubinstein": lambda pie, dA, dB, cost, delta: 1 / (1 + delta),
    "binding": lambda pie, dA, dB, cost, delta: "yes",  # delta / (1 + delta) < 1/2 < 7/10
    "paid": lambda **q: Fraction(3, 10),  # Binmore, Shaked and Sutton (1989): B gets 7/10
    "patience": lambda pie, dA, dB, cost, delta: pie / (pie + 2),  # (T - R) / (T - P)
    "temptation": lambda pie, dA, dB, cost, delta: pie,
    "survivors": lambda **q: ("break",),
    # (1 - d) t <= d q s with s = 2, q = 4/5
    "monitored": lambda pie, dA, dB, cost, delta: pie / (pie + Fraction(8, 5)),
    "entry": lambda **q: {"Entrant": {"entry": {"in": 1}}, "Incumbent": {"reply": {"share": 1}}},
    "route": lambda **q: "in",
    "nash_count": lambda **q: 2,  # (in, share) and (out, fight)
    "pooling": lambda **q: "pooling on beer",  # Cho and Kreps (1987)
    # squeezing would cost B 2 and A 1: it moves the deal towards A, so B does not squeeze
    "threaten": lambda pie, dA, dB, cost, delta: (pie + dA - dB) / 2,
    "concedes": lambda **q: 0,  # carrying out costs the holder: no credible threat
    "win_set": lambda pie, dA, dB, cost, delta: max(Fraction(1, 2), 2 * cost),
    "breaks": lambda pie, dA, dB, cost, delta: 24 - dA + dB,
    "what_if": lambda pie, dA, dB, cost, delta: (2 * pie + dA - dB) / 2,
    "months": lambda pie, dA, dB, cost, delta: 1 / cost,  # mean of a geometric time
}


@pytest.fixture(scope="module")
def variants(wide: Exercise) -> list[Variant]:
    return [drawing.first(wide, f"w{i}", KEY) for i in range(4)]


@pytest.mark.parametrize("name", WANTED)
def test_answers_by_hand(variants: list[Variant], name: str) -> None:
    for variant in variants:
        question = next(q for q in variant.exercise.question if q.id == name)
        found = variant.world.correct(question)
        wanted = WANTED[name](**variant.drawn)
        if isinstance(wanted, (int, Fraction)):
            assert float(found) == pytest.approx(float(wanted), rel=1e-9), variant.drawn
            if question.kind == "fraction":
                assert isinstance(found, (int, Fraction)) and found == wanted
        else:
            assert found == wanted


def test_a_formula_is_compared_with_the_toolkit_at_other_numbers(variants: list[Variant]) -> None:
    question = next(q for q in variants[0].exercise.question if q.id == "formula")
    for text, wanted in (
        ("(pie + dA - dB) / 2", "right"),
        ("dA + (pie - dA - dB) * 0.5", "right"),
        ("(pie - dA + dB) / 2", "wrong"),
        ("pie / 2", "wrong"),
        ("(pie + dA - dB + 0 * cost) / 2", "unreadable"),  # cost is not one of the letters
    ):
        got, _ = mark(question, text, variants[0].world, key=KEY, seed="s")
        assert got.status == wanted, text


def test_the_mistake_of_the_other_side(variants: list[Variant]) -> None:
    variant = variants[0]
    question = variant.exercise.question[0]
    q = variant.drawn
    other = (q["pie"] + q["dB"] - q["dA"]) / 2
    got, _ = mark(question, str(other), variant.world, key=KEY, seed="s")
    assert got.status == "mistake" and got.points == Fraction(1, 4)
    assert "disagreement point of the other side" in got.feedback[0]


def test_a_metric_of_a_case_is_the_cases_own(variants: list[Variant]) -> None:
    import negotiate as ng
    from negotiate.whatif.metric import number

    question = next(q for q in variants[0].exercise.question if q.id == "turkey")
    name = "bargaining.nash_bargaining.utility.turkey"
    assert float(variants[0].world.correct(question)) == number(ng.load("idlib-2020"), name)


def test_texts_show_the_students_numbers(variants: list[Variant]) -> None:
    variant = variants[0]
    text = fill(variant.exercise.text, variant.world)
    assert str(variant.drawn["pie"]) in text and "<<" not in text
    assert "no deal" in text  # the bargaining game as a table


def test_games_of_the_library_with_other_quantities() -> None:
    """A matrix and a tree of ``games/classics`` as they stand, and one with a quantity set."""
    from negotiate.case.read import cases
    from negotiate.course import games
    from negotiate.course.exercise import Exercise as Model
    from negotiate.course.world import World
    from negotiate.strategic._file import open_file

    question = {"id": "q", "kind": "text", "text": "t"}
    world = World(
        Model.model_validate({
            "format": 1, "kind": "exercise", "id": "x", "title": "x", "topic": "x",
            "difficulty": 1, "text": "x", "question": [question],
        }),
        {},
    )  # fmt: skip
    for name in ("chicken", "entry-deterrence"):
        assert games.build({"kind": "case", "case": name}, world, "g").players
    found = 0
    for name, path in cases().items():
        if 'kind = "strategic"' in path.read_text() and open_file(path).quantity:
            quantity = next(q for q, e in open_file(path).quantity.items() if not e.is_expression)
            game = games.build({"kind": "case", "case": name, "set": {quantity: "1/7"}}, world, "g")
            wanted = open_file(path).game({quantity: Fraction(1, 7)})
            assert all((game.table(p) == wanted.table(p)).all() for p in game.players)
            found += 1
    assert found

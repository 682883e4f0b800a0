"""Compiled games: strategic games by hand, the dispute by brute force over terms and levers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import negotiate as ng
from negotiate.case.slots import disagreement
from negotiate.coalitions import secure, stable_agreements, stable_partitions
from negotiate.coalitions.formation import partitions
from negotiate.coalitions.spoilers import Spoilers, from_case, spoiler_terms
from negotiate.errors import InputError
from negotiate.solution import Point
from negotiate.strategic.game import StrategicGame
from negotiate.whatif import metric

ASSUMED = ("alpha", "gamma", "delta", "threat", "none")


@pytest.fixture(scope="module")
def idlib() -> object:
    return ng.load("idlib-2020")


# ---- strategic games -----------------------------------------------------------------------------


def pennies() -> StrategicGame:
    return StrategicGame.from_arrays([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])


def test_pure_alpha_lies_below_mixed_below_pure_beta() -> None:
    """Matching pennies: committing first secures -1, second 1, a mixture 0."""
    found = {
        a: secure.from_strategic(pennies(), outsiders=a).number(1)
        for a in ("alpha", "mixed", "beta")
    }
    assert found == {"alpha": -1, "mixed": 0, "beta": 1}


def test_threat_worths_of_two_players_are_nash_s() -> None:
    """Nash 1953: u_i = (v(N) +- val(A - B)) / 2; chicken's difference game is worth zero."""
    game = StrategicGame.from_arrays([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
    threat = secure.from_strategic(game, outsiders="threat")
    assert [threat.number(m) for m in (1, 2, 3)] == [3, 3, 6]


def test_delta_and_gamma_of_three_polluters() -> None:
    """Each abates at cost 3 for a benefit of 2 to everybody: alone nobody does, two do for both."""
    acts = [0, 1]
    payoffs = np.empty((3, 2, 2, 2), dtype=object)
    for cell in product(acts, repeat=3):
        for k in range(3):
            payoffs[(k, *cell)] = Fraction(2 * sum(cell) - 3 * cell[k])
    game = StrategicGame.from_arrays(list(payoffs))
    alpha = secure.from_strategic(game, outsiders="alpha")
    for assumed in ("gamma", "delta"):
        other = secure.from_strategic(game, outsiders=assumed)
        assert all(other.number(m) >= alpha.number(m) for m in range(8))
    gamma = secure.from_strategic(game, outsiders="gamma")
    # two abate (2 x 4 - 6 = 2), the third does not; all abate: 3 x 6 - 9 = 9
    assert [gamma.number(m) for m in (1, 3, 7)] == [0, 2, 9]
    # under delta the two others abate for their own good, and the single player rides free: 4
    assert secure.from_strategic(game, outsiders="delta").number(1) == 4
    names = game.players
    found = secure.in_partition(game, [[names[0], names[1]], [names[2]]])
    assert list(found.values()) == [2, 4]


def test_bad_assumption_and_bad_partition() -> None:
    with pytest.raises(InputError, match="outsiders"):
        secure.from_strategic(pennies(), outsiders="omega")
    with pytest.raises(InputError, match="divide"):
        secure.in_partition(pennies(), [["Player 1"]])


# ---- the dispute ---------------------------------------------------------------------------------


def test_best_terms_against_a_grid(idlib) -> None:
    dispute = secure.Dispute(idlib.floats())
    for mask in (3, 7, 11, 15):
        terms, worth = dispute.best(mask)
        members = [dispute.players[k] for k in range(4) if mask >> k & 1]
        total = 0.0
        for issue in idlib.issues:
            levels = np.linspace(0, 1, 2001)
            value = sum(
                float(idlib.weight(p, issue)) * idlib.floats().worth(p, issue, levels)
                for p in members
                if idlib.has(f"weight.{p}.{issue}")
            )
            total += value.max()
            assert abs(levels[value.argmax()] - terms[issue]) < 1e-3
        assert worth == pytest.approx(total, abs=1e-6)


def test_worths_without_a_deal_against_every_use_of_levers(idlib) -> None:
    """Alpha and none by enumeration: the best set of levers of S, the worst of the others."""
    case = idlib.floats()
    dispute = secure.Dispute(case)
    for mask in (1, 2, 5, 9, 13, 14):
        members = [dispute.players[k] for k in range(4) if mask >> k & 1]
        mine = [x for x in dispute.levers if dispute.holder[x] in members]
        others = [x for x in dispute.levers if x not in mine]

        def total(used: list[str], members: list[str] = members) -> float:
            point = disagreement.point(case, used, parties=members)
            return sum(point.values())

        best = max(
            min(
                total([x for x, on in zip(mine, a) if on] + [x for x, on in zip(others, b) if on])
                for b in product([False, True], repeat=len(others))
            )
            for a in product([False, True], repeat=len(mine))
        )
        groups = dispute.groups(mask, "alpha")
        assert dispute.no_deal(mask, "alpha", groups) == pytest.approx(best, abs=1e-12)


def test_the_threat_worths_of_two_sides_share_what_all_have(idlib) -> None:
    game = secure.from_case(idlib, outsiders="threat")
    for mask in range(1, game.grand):
        assert game.number(mask) + game.number(game.grand ^ mask) == game.number(game.grand)


@pytest.mark.parametrize("assumed", ASSUMED)
def test_draws_are_a_loop(idlib, assumed: str) -> None:
    draws = {
        "lever.force.cost.syria": np.array([0.2, 0.4, 0.6]),
        "ideal.turkey.front_line": np.array([0.0, 0.3, 0.45]),
    }
    whole = secure.from_case(idlib.with_draws(draws), outsiders=assumed)
    for k in range(3):
        one = secure.from_case(
            idlib.with_values({path: float(row[k]) for path, row in draws.items()}),
            outsiders=assumed,
        )
        assert np.allclose(whole.table[k], one.floats().table, atol=1e-12)


def test_idlib_who_signs_and_who_spoils(idlib) -> None:
    """The signed partition is core stable; Damascus would break the deal but for Turkish force."""
    formed = stable_partitions(secure.from_case(idlib), payoffs=secure.by_partition(idlib))
    stable = [p.label for p in formed.points if "core stable" in p.marks]
    assert stable == ["{russia, turkey} {syria} {eu}"]
    signed = {
        tuple(p.facts["signatories"]) for p in stable_agreements(secure.agreement(idlib)).points
    }
    assert ("russia", "turkey") in signed
    game = from_case(idlib)
    point = spoiler_terms(game)[0]
    held = idlib.utility("syria", idlib.terms("signed"))
    gain = disagreement.base(idlib, "syria") - held
    assert game.gain("syria") == gain > 0 > game.gain("eu")
    assert point.facts["needed_chance"]["syria"]["force"] == gain / idlib["lever.force.cost.syria"]
    assert point.payoffs["syria"] == 0 and not game.spoils("syria")
    without = from_case(idlib.with_value("lever.force.available", False))
    assert spoiler_terms(without)[0].payoffs["syria"] == gain and without.spoils("syria")


def test_metrics_answer_to_what_ifs(idlib) -> None:
    names = [
        "coalitional.shapley.payoff.turkey",
        "coalitional.nucleolus.payoff.syria",
        "coalitional.core.least_epsilon",
        "coalitional.core.exists",
        "coalitional.surplus",
        "coalitional.worth.russia+turkey",
        "spoilers.payment.syria",
        "spoilers.spoils.syria",
        "spoilers.margin.syria",
        "spoilers.afforded",
    ]
    base = metric.evaluate(idlib, names)
    drawn = metric.evaluate(
        idlib.with_draws({"lever.force.cost.syria": np.array([0.0, 0.4])}), names
    )
    for name in names:
        assert drawn[name].shape == (2,) and drawn[name].dtype.kind in "fb"
        assert drawn[name][1] == pytest.approx(float(base[name]), abs=1e-8)
    assert drawn["spoilers.payment.syria"][0] > 0 == drawn["spoilers.payment.syria"][1]
    assert drawn["spoilers.spoils.syria"].tolist() == [True, False]


# ---- spoilers ------------------------------------------------------------------------------------


def test_false_terms_are_refuted() -> None:
    game = Spoilers(
        ("j", "k"),
        held={"j": 1, "k": 2},
        broken={"j": 4, "k": 1},
        chance={"j": "1/2"},
        cost={"j": "1/4"},
        levers={"j": {"l": (2, "1/8")}},
        signatories={"s": (5, 1)},
    )
    point = spoiler_terms(game)[0]
    # 1/2 (4 - 1 - t) = 1/4 + 1/4: t = 2
    assert point.payoffs == {"j": 2, "k": 0} and point.facts["left_after_payments"] == 2
    for wrong in ({"j": Fraction(1), "k": 0}, {"j": Fraction(3), "k": 0}, {"j": 2, "k": 1}):
        assert not spoiler_terms.holds(game, Point(payoffs=wrong)).holds


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"held": {"x": 1}}, "exactly the outsiders"),
        ({"chance": {"j": 0}}, "above 0 to 1"),
        ({"levers": {"j": {"l": (-1, 1)}}}, "harm from 0"),
        ({"cost": {"x": 1}}, "no outsider 'x'"),
    ],
)
def test_bad_spoilers(changes: dict[str, object], text: str) -> None:
    parts: dict[str, object] = {"held": {"j": 1}, "broken": {"j": 2}}
    with pytest.raises((InputError, LookupError), match=text):
        Spoilers(("j",), **(parts | changes))  # type: ignore[arg-type]


# ---- agreements and formation --------------------------------------------------------------------


def test_partitions_are_counted_by_bell_numbers() -> None:
    assert [sum(1 for _ in partitions(n)) for n in range(1, 8)] == [1, 2, 5, 15, 52, 203, 877]


def test_stability_by_hand() -> None:
    """Two share 10; the third would join them, and is not let in."""
    game = ng.coalitions.from_worths(
        {"a+b": 10, "a+c": 2, "b+c": 2, "a+b+c": 9}, players="abc", unlisted="zero"
    )
    answer = stable_partitions(game)
    top = answer.points[0]
    assert top.label == "{a, b} {c}"
    assert {"core stable", "individually stable"} <= set(top.marks)
    assert "Nash stable" not in top.marks
    lie = Point(
        payoffs={},
        marks=("core stable",),
        facts={"coalitions": [["a"], ["b"], ["c"]], "rule": "equal"},
    )
    assert stable_partitions.holds(game, lie).witness == "{a, b}"

"""Packages against brute force: every deal listed and the definitions applied to the list."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from negotiate import declare
from negotiate.bargaining.arithmetic import merging
from negotiate.bargaining.packages import RULES, best_packages, holds, packages
from negotiate.bargaining.problem import from_issues
from negotiate.bargaining.values import linear, table
from negotiate.case.constraint import Constraint
from negotiate.case.negotiation import Negotiation
from negotiate.errors import NotApplicableError
from negotiate.solution import Point


def made(rng, parties, issues, options, d=0):
    names = "abcde"[:parties]
    keys = [f"i{k}" for k in range(issues)]
    weights = {p: {k: Fraction(rng.randint(1, 9)) for k in keys} for p in names}
    values = {
        p: {k: table([Fraction(rng.randint(0, 10), 10) for _ in range(options)]) for k in keys}
        for p in names
    }
    labels = {k: tuple(f"o{j}" for j in range(options)) for k in keys}
    return from_issues(weights, values, dict.fromkeys(names, Fraction(d)), options=labels)


def listed(game):
    """Every package the constraints allow, with exact worth, by the definition of utility."""
    out = []
    for cell in itertools.product(*game.choices):
        terms = dict(zip(game.issues, cell))
        if not any(rule.broken(terms) for rule in game.constraints):
            worth = game.problem.utilities(terms)
            out.append((terms, [worth[p] for p in game.players]))
    return out


def best_by(rule, rows, d):
    """Worth of the best packages by a rule, from its definition."""
    gains = {tuple(u): [x - y for x, y in zip(u, d)] for _, u in rows}
    if rule == "maximin":
        key = {u: min(u) for u in gains}
    elif rule == "welfare":
        key = {u: sum(u) for u in gains}
    else:
        gains = {u: g for u, g in gains.items() if min(g) >= 0}
        top = [max(g[j] for g in gains.values()) for j in range(len(d))] if gains else []
        score = {
            "nash": lambda g: np.prod(g),
            "egalitarian": min,
            "leximin": lambda g: sorted(g),
            "kalai-smorodinsky": lambda g: min(x / m for x, m in zip(g, top)),
        }[rule]
        if rule == "kalai-smorodinsky" and (not top or min(top) <= 0):
            return set()
        key = {u: score(g) for u, g in gains.items()}
        if rule == "nash" and (not key or max(key.values()) <= 0):
            return set()
    best = max(key.values(), default=None)
    return {u for u, k in key.items() if k == best}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("parties", [2, 3, 4])
def test_every_rule_takes_a_best_package(seed, parties):
    rng = random.Random(100 * parties + seed)
    rules = [Constraint(id="c", forbid={"i0": "o0", "i1": ("o1", "o2")})] if seed % 3 == 1 else []
    if seed % 3 == 2:
        rules = [Constraint(id="b", budget={"i0": {"o1": 2, "o2": 3}, "i2": {"o0": 2}}, limit=3)]
    game = packages(made(rng, parties, 4, 3, d=rng.choice([0, 4, 9])), constraints=rules)
    rows = listed(game)
    d = list(game.d)
    worths = {tuple(u) for _, u in rows}
    front = {
        u for u in worths
        if not any(v != u and all(x >= y for x, y in zip(v, u)) for v in worths)
    }  # fmt: skip
    assert {tuple(row) for row in game.front.worth} == front
    for rule in RULES:
        found = {tuple(game.front.worth[i]) for i in game.pick(rule)}
        wanted = best_by(rule, rows, d)
        assert found == {u for u in wanted if u in front}, rule
        assert bool(found) == bool(wanted), rule
    for index in range(min(len(game.front.worth), 5)):
        worth = game.problem.utilities(game.terms(index))
        assert [worth[p] for p in game.players] == list(game.front.worth[index])


def test_the_search_is_within_its_own_bound():
    rng = random.Random(3)
    game = packages(made(rng, 3, 5, 4))
    rows = np.array([[float(x) for x in u] for _, u in listed(game)])
    weights = [Fraction(1, 3)] * 3
    for rule in ("nash", "egalitarian", "maximin", "welfare"):
        score = merging.score_of(rule, game.d, weights)
        best = float(score(rows).max())
        for keep in (5, 20_000):
            found = merging.bounded(
                game.blocks, np.asarray(game.problem.base), [], score, keep=keep
            )
            assert found.score <= best + 1e-9 <= found.bound + 2e-9
        assert found.score == pytest.approx(best)  # nothing was dropped


def test_a_million_deals_are_searched_where_the_frontier_is_too_long():
    rng = random.Random(1)
    game = packages(made(rng, 5, 10, 6, d=5))
    assert game.count == 6**10
    found = best_packages(game)
    assert not found.complete
    assert any("no package is better by more than" in note for note in found.notes)
    assert all(evidence.holds for evidence in found.evidence)


def test_the_check_refutes_another_package():
    game = packages(made(random.Random(5), 2, 3, 3))
    worst = min(listed(game), key=lambda row: sum(row[1]))
    wrong = Point(dict(zip(game.players, worst[1])), terms=worst[0], facts={"rules": ("nash",)})
    assert not holds(game, wrong).holds


def test_an_interval_is_cut_into_a_grid():
    pie = from_issues(
        {"a": {"x": 1}, "b": {"x": 1}}, {"a": {"x": linear(1)}, "b": {"x": linear(0)}},
        {"a": 0, "b": 0},
    )  # fmt: skip
    found = best_packages(packages(pie, grid=5))
    assert found[0].terms == {"x": Fraction(1, 2)}
    assert found[0].payoffs == {"a": Fraction(1, 2), "b": Fraction(1, 2)}


def two_issues(**more):
    return Negotiation.build(
        "pair", "Rotation and a treaty",
        parties={
            "north": {"weights": {"rotation": "0.6", "treaty": "0.4"}, "values": {
                "rotation": {"form": "table", "table": {"yes": 0, "no": 1}},
                "treaty": {"form": "table", "table": {"yes": 1, "no": 0}}}},
            "south": {"weights": {"rotation": "0.6", "treaty": "0.4"}, "values": {
                "rotation": {"form": "table", "table": {"yes": 1, "no": 0}},
                "treaty": {"form": "table", "table": {"yes": 1, "no": 0}}}},
        },
        issues={"rotation": {"options": ["yes", "no"]}, "treaty": {"options": ["yes", "no"]}},
        **more,
    )  # fmt: skip


def test_a_constraint_of_the_file_is_obeyed_and_lotteries_say_where_to_go():
    free = two_issues()
    game = declare.load("compiles", "packages")(free)
    assert {tuple(p.terms.values()) for p in game.solve() if "welfare" in p.label} == {
        ("yes", "yes"), ("no", "yes"),
    }  # fmt: skip
    rule = {"exclusive": {"forbid": {"rotation": "no", "treaty": "yes"}}}
    bound = two_issues(constraints=rule)
    game = declare.load("compiles", "packages")(bound)
    assert {tuple(p.terms.values()) for p in game.solve() if "welfare" in p.label} == {
        ("yes", "yes"),
    }  # fmt: skip
    with pytest.raises(NotApplicableError, match="packages"):
        declare.load("compiles", "bargaining")(bound).solve()
    with pytest.raises(NotApplicableError, match="packages"):
        declare.load("compiles", "threats")(bound)

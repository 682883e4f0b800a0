"""Perfect Bayesian equilibria and their refinements, judged by the definition."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError
from negotiate.extensive._signalling_tree import to_extensive
from negotiate.extensive.divinity_d1 import divinity_d1
from negotiate.extensive.intuitive_criterion import intuitive_criterion
from negotiate.extensive.perfect_bayesian import perfect_bayesian
from negotiate.extensive.sequential import sequential_equilibrium
from negotiate.extensive.signalling import (
    Signalling,
    beer_quiche,
    from_tables,
    pure_label,
    pure_margin,
    pure_margins,
    pure_profiles,
)

HALF = Fraction(1, 2)


def game(types: int, messages: int, responses: int, numbers: list[int]) -> Signalling:
    names = [
        [f"{letter}{i}" for i in range(k)] for letter, k in zip("tmr", (types, messages, responses))
    ]
    feed = iter(numbers)
    tables = [
        {t: {m: {r: next(feed) for r in names[2]} for m in names[1]} for t in names[0]}
        for _ in range(2)
    ]
    return from_tables({t: Fraction(1, types) for t in names[0]}, *tables)


def test_beer_quiche_cho_kreps() -> None:
    # Cho and Kreps (1987): for Pr(weak) < 1/2 both pooling outcomes, supported by
    # Pr(weak | the other breakfast) >= 1/2; the intuitive criterion leaves beer only.
    answer = perfect_bayesian(beer_quiche(Fraction(1, 10)))
    assert answer.complete and answer.exact
    assert [p.label for p in answer] == ["pooling on beer", "pooling on quiche"]
    for point, other in zip(answer, ("quiche", "beer")):
        assert point.facts["off_path"][other]["beliefs"]["weak"] == ((HALF, 1),)
        assert point.strategies["receiver"][other]["duel"] == 1
        # the weak type at its less liked breakfast gets 2; 3 - 2 Pr(duel) <= 2
        assert point.facts["off_path"][other]["responses"]["duel"] == (HALF, 1)
    assert [p.label for p in intuitive_criterion(answer.form)] == ["pooling on beer"]
    assert [p.label for p in divinity_d1(answer.form)] == ["pooling on beer"]
    assert len(sequential_equilibrium(answer.form)) == 2


@given(st.fractions(Fraction(51, 100), Fraction(99, 100), max_denominator=200))
@settings(max_examples=15, deadline=None)
def test_beer_quiche_weak_likely_is_semi_separating(weak: Fraction) -> None:
    # Derivation: all strong drink beer; the weak mix so that Pr(weak | beer) = 1/2, i.e. drink
    # beer with probability (1 - w)/w; the duel after beer has probability 1/2 (3 - 2 = 1 for
    # the weak after quiche against 2(1 - d) = 1).
    answer = perfect_bayesian(beer_quiche(weak))
    assert len(answer) == 1
    point = answer[0]
    assert point.marks == ("semi-separating",)
    assert point.strategies["sender"]["weak"]["beer"] == (1 - weak) / weak
    assert point.strategies["receiver"]["beer"]["duel"] == HALF
    assert point.beliefs["beer"]["weak"] == HALF
    assert not any(margin >= 0 for margin in pure_margins(answer.form).values())


def test_degenerate_prior_gives_components() -> None:
    answer = perfect_bayesian(beer_quiche(HALF))
    # After the pooled breakfast the receiver is indifferent; any duel up to the point where the
    # weak (beer) or strong (quiche) leaves is an equilibrium: two continua, two corners each.
    assert answer.degenerate and len(answer.components) == 2
    assert all(len(c) == 2 for c in answer.components)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_random_games_by_definition(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([(2, 2, 2), (2, 2, 3), (3, 2, 2), (2, 3, 2)]))
    size = 2 * shape[0] * shape[1] * shape[2]
    numbers = data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    form = game(*shape, numbers)
    answer = perfect_bayesian(form)
    # Existence (Kreps and Wilson 1982) and the definition at every point.
    assert len(answer) > 0
    for point in answer:
        assert perfect_bayesian.holds(form, point).holds
    # All pure equilibria, against a separate enumeration of strategy pairs.
    by_margin = {pure_label(p) for p in pure_profiles(form) if pure_margin(form, p) >= 0}
    found = set()
    for point in answer:
        rows = [*point.strategies["sender"].values(), *point.strategies["receiver"].values()]
        if all(x in (0, 1) for row in rows for x in row.values()):
            parts = [
                {a: max(row, key=lambda k: row[k]) for a, row in point.strategies[who].items()}
                for who in form.players
            ]
            found.add(pure_label((parts[0], parts[1])))
    assert found == by_margin
    labels = [p.label for p in answer]
    assert len(set(labels)) == len(labels)
    d1 = {p.label for p in divinity_d1(form)}
    intuitive = {p.label for p in intuitive_criterion(form)}
    assert d1 <= intuitive <= set(labels)


def test_holds_refutes_with_a_witness() -> None:
    form = beer_quiche(Fraction(1, 10))
    point = perfect_bayesian(form)[0]
    strategies = {
        "sender": point.strategies["sender"],
        "receiver": {**point.strategies["receiver"], "quiche": {"no": 1, "duel": 0}},
    }
    from dataclasses import replace

    verdict = perfect_bayesian.holds(form, replace(point, strategies=strategies))
    assert not verdict.holds and "weak" in verdict.witness


def test_margins_broadcast_over_draws() -> None:
    weak = np.array([0.1, 0.4, 0.6, 0.9])
    margins = pure_margins(beer_quiche(weak))
    pooling = margins["weak: beer, strong: beer | beer: no, quiche: duel"]
    # binding term: (1 - w) - w = 1 - 2w, the receiver's gain from no duel after beer
    np.testing.assert_allclose(pooling, np.minimum(1 - 2 * weak, 1))


def test_separating_only_when_costly_enough() -> None:
    # Spence with two types: education costs 1 to the able, c to the other; wage 2 if believed
    # able, else 0 (the firm matches type). Separation needs c >= 2.
    def spence(cost: Fraction) -> Signalling:
        sender = {
            t: {"degree": {"high": 2 - k, "low": 0 - k}, "none": {"high": 2, "low": 0}}
            for t, k in (("able", 1), ("other", cost))
        }
        receiver = {"able": {"high": 1, "low": 0}, "other": {"high": 0, "low": 1}}
        return from_tables({"able": Fraction(1, 3), "other": Fraction(2, 3)}, sender, receiver)

    kinds = {
        cost: {m for p in perfect_bayesian(spence(Fraction(cost))) for m in p.marks}
        for cost in (1, 3)
    }
    assert "separating" in kinds[3] and "separating" not in kinds[1]
    kept = [p.marks[0] for p in intuitive_criterion(spence(Fraction(3)))]
    assert kept == ["separating"]


def test_a_type_that_cannot_occur_is_not_believed() -> None:
    answer = perfect_bayesian(beer_quiche(Fraction(0)))
    assert [p.strategies["sender"] for p in answer] == [{"strong": {"beer": 1, "quiche": 0}}]


def test_bad_input() -> None:
    with pytest.raises(InputError, match="prior"):
        from_tables(
            {"a": 0.5, "b": 0.2},
            {"a": {"m": {"r": 1}}, "b": {"m": {"r": 1}}},
            {"a": {"r": 1}, "b": {"r": 1}},
        )
    with pytest.raises(LookupError, match="type"):
        from_tables({"a": 1}, {"b": {"m": {"r": 1}}}, {"a": {"r": 1}})


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_trees_are_read_as_signalling_games(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([(2, 2, 2), (2, 2, 3), (3, 2, 2)]))
    size = 2 * shape[0] * shape[1] * shape[2]
    form = game(*shape, data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size)))
    tree = to_extensive(form)
    direct, answer = perfect_bayesian(form), perfect_bayesian(tree)
    assert [p.payoffs for p in direct] == [p.payoffs for p in answer]
    for point in answer:
        assert perfect_bayesian.holds(tree, point).holds
        assert sequential_equilibrium.holds(tree, point).holds


def test_tree_with_a_message_that_ends_the_game() -> None:
    # Entry with a weak or strong entrant that may stay out: out needs no answer.
    from negotiate.extensive.build import GameTree

    tree = GameTree(["E", "I"])
    start = tree.root.chance({"strong": Fraction(1, 2), "weak": Fraction(1, 2)})
    for t, fought in (("strong", 1), ("weak", -1)):
        node = start[t].move("E", ["out", "in"], information_set=t)
        node["out"].pays(0, 2)
        reply = node["in"].move("I", ["fight", "yield"], information_set="entry")
        reply["fight"].pays(fought, -1 if t == "strong" else 1)
        reply["yield"].pays(2, 0)
    answer = perfect_bayesian(tree.build())
    assert answer.complete
    assert all(perfect_bayesian.holds(answer.form, p).holds for p in answer)
    # At even odds the incumbent is indifferent (-1 + 1 = 0 = yield), so pooling on entry stands
    # with any fight up to the weak entrant's indifference, 2 - 3 f = 0.
    pooled = [p for p in answer if p.label.startswith("pooling on in")]
    fights = {p.strategies["I"]["entry"]["fight"] for p in pooled}
    assert fights == {0, Fraction(2, 3)}
    assert all(set(p.strategies["I"]) == {"entry"} for p in answer)


def test_other_trees_are_solved_too() -> None:
    from negotiate.extensive.build import GameTree

    tree = GameTree(["A", "B"])
    tree.root.move("A", ["x", "y"])
    tree.root["x"].pays(0, 0)
    tree.root["y"].pays(1, 1)
    answer = perfect_bayesian(tree.build())
    assert answer.complete and [p.strategies["A"]["start"]["y"] for p in answer] == [1]

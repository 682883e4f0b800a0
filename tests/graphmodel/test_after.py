"""Post-stability analysis: status quo, paths, the inverse problem, robustness."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from negotiate.errors import InputError
from negotiate.graphmodel._definition import Rules
from negotiate.graphmodel._engine import table
from negotiate.graphmodel.inverse import CONCEPTS, Change, apply, inverse
from negotiate.graphmodel.robustness import equilibria_over, margins_over, robustness
from negotiate.graphmodel.status_quo import paths, status_quo
from tests.graphmodel import oracle
from tests.graphmodel.models import graphs, plain
from tests.graphmodel.test_stability import ELMIRA


def test_elmira_from_the_status_quo():
    """From delay (1) the local government insists (5); 8 takes a move that does not improve."""
    found = status_quo(ELMIRA, equilibria={"nash": ["5", "8", "9"]})
    assert found.start == "1"
    assert str(found.improvements["5"]) == "1 -[Local government]-> 5"
    assert "8" not in found.improvements and "8" in found.moves
    assert "9" not in found.improvements and found.equilibria["nash"] == ("5", "8", "9")
    said = str(found)
    assert "The nash equilibrium 5 is reached by improvements alone, in 1 move" in said
    assert "The nash equilibrium 8 is reached only with a move that does not improve" in said


@given(graphs(most_players=3, most_states=6))
@settings(max_examples=60, deadline=None)
def test_what_is_reached_agrees_with_the_transcription(model):
    g = plain(model)
    for s, label in enumerate(model.states):
        found = status_quo(model, start=label)
        everybody = range(len(model.players))
        for got, ways in (
            (found.moves, oracle.group_moves(g, everybody)),
            (found.improvements, oracle.group_improvements(g, everybody)),
        ):
            assert {model.state(q) for q in got} == oracle.reach(g, ways, s)
            for q, path in got.items():
                _legal(model, path, label, q)


def _legal(model, path, start, end):
    state, last = start, None
    for (who, to), improving in zip(path.steps, path.improving):
        assert who != last
        i = model.player(who)
        assert model.state(to) in model.moves[i].of(model.state(state))
        assert improving == model.preferences[i].prefers(model.state(state), model.state(to))
        state, last = to, who
    assert state == end


@given(graphs(most_players=3, most_states=5))
@settings(max_examples=40, deadline=None)
def test_paths_are_legal_shortest_first_and_simple(model):
    end = model.states[-1]
    found = paths(model, end, start=model.states[0], longest=4, most=50)
    assert [len(p) for p in found] == sorted(len(p) for p in found)
    assert len({str(p) for p in found}) == len(found)
    for path in found:
        _legal(model, path, model.states[0], end)
        states = [model.states[0], *(to for _, to in path.steps)]
        assert len(set(states)) == len(states)
    direct = status_quo(model, start=model.states[0]).moves.get(end)
    if direct is not None and len(direct) <= 4 and found:
        assert len(found[0]) >= len(direct)


def test_a_model_without_status_quo_asks_for_one():
    from dataclasses import replace

    with pytest.raises(InputError, match="no status quo"):
        status_quo(replace(ELMIRA, status_quo=""))


def fewest_demotions(model, s, rules):
    """By trying all: fewest states taken from above s, over all decision makers."""
    candidates = [
        Change(who, model.states[q], model.states[s], "no better")
        for i, who in enumerate(model.players)
        for q in range(len(model.states))
        if model.preferences[i].prefers(s, q)
    ]
    for size in range(len(candidates) + 1):
        for changes in combinations(candidates, size):
            if table(apply(model, changes), rules).stable[:, s].all():
                return size
    return None


@given(graphs(most_players=2, most_states=5))
@settings(max_examples=60, deadline=None)
def test_inverse_finds_the_fewest_changes(model):
    for concept in ("nash_stability", "general_metarational", "symmetric_metarational"):
        s = len(model.states) - 1
        found = inverse(model, model.states[s], concept=concept, most=10_000)
        best = fewest_demotions(model, s, CONCEPTS[concept])
        assert found.complete and len(found.proposals[0].changes) == best
        for proposal in found.proposals:
            changed = apply(model, proposal.changes)
            assert table(changed, CONCEPTS[concept]).stable[:, s].all()
            for size in range(len(proposal.changes)):  # minimal: no part of it is enough
                for part in combinations(proposal.changes, size):
                    assert not table(apply(model, part), CONCEPTS[concept]).stable[:, s].all()


@given(graphs(most_players=3, most_states=5))
@settings(max_examples=60, deadline=None)
def test_inverse_proposals_work_for_credible_sanctions(model):
    for concept in ("sequential_stability", "symmetric_sequential"):
        found = inverse(model, model.states[0], concept=concept)
        for proposal in found.proposals:
            changed = apply(model, proposal.changes)
            assert table(changed, CONCEPTS[concept]).stable[:, 0].all()


def test_inverse_on_elmira():
    """Delay (1) is no sequential equilibrium: the local government improves by insisting (5)."""
    found = inverse(ELMIRA, "1")
    assert "Local government no longer prefers 5 to 1" in {str(p) for p in found.proposals}
    assert inverse(ELMIRA, "1", fixed=["Local government"]).proposals != found.proposals
    assert str(inverse(ELMIRA, "8").proposals[0]) == "nothing has to change"


def test_a_proposal_changes_nothing_else():
    changed = apply(ELMIRA, [Change("Local government", "5", "1", "no better")])
    assert changed.preferences[0] is ELMIRA.preferences[0]
    assert changed.preferences[2].order() == [[6], [2], [0, 4], [7], [5], [3], [1], [8]]


@given(graphs(most_players=3, most_states=5))
@settings(max_examples=40, deadline=None)
def test_draws_agree_with_a_loop(model):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, (6, len(model.players), len(model.states))).astype(float)
    for rules in CONCEPTS.values():
        together = margins_over(values, model, rules)
        alone = np.array([margins_over(one, model, rules) for one in values])
        assert np.array_equal(together, alone)
        now = equilibria_over(model.ranks(), model, rules)
        assert np.array_equal(np.flatnonzero(now), table(model, rules).equilibria)


def test_slack_keeps_a_tie_a_tie():
    values = np.array([[0.1 + 0.2, 0.3]])
    from negotiate.graphmodel.build import graph_model

    model = graph_model(
        ["A"], ["a", "b"], {"A": {"b": ["a"]}}, preferences={"A": {"ranking": [["a", "b"]]}}
    )
    assert not equilibria_over(values, model, Rules("none")).all()
    assert equilibria_over(values, model, Rules("none"), slack=1e-12).all()


def test_robustness_by_hand():
    """Every single exchange and tie in Elmira, counted one model at a time."""
    found = robustness(ELMIRA, concepts=["nash_stability"])
    tally, count = np.zeros(9), 0
    for i, mine in enumerate(ELMIRA.preferences):
        order = mine.order()
        for k in range(len(order) - 1):
            swapped = [*order[:k], order[k + 1], order[k], *order[k + 2 :]]
            tied = [*order[:k], order[k] + order[k + 1], *order[k + 2 :]]
            for groups in (swapped, tied):
                rank = ELMIRA.ranks().copy()
                for height, group in enumerate(reversed(groups)):
                    rank[i, group] = height
                tally += equilibria_over(rank, ELMIRA, Rules("none"))
                count += 1
    assert found.count == count == 48
    assert np.allclose(found.share[0], tally / count)


def test_random_swaps_need_a_source_and_repeat():
    with pytest.raises(InputError, match="rng"):
        robustness(ELMIRA, swaps=3)
    one, two = (
        robustness(ELMIRA, swaps=3, draws=50, rng=np.random.default_rng(4)).share for _ in range(2)
    )
    assert np.array_equal(one, two)

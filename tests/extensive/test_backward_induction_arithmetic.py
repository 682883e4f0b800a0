"""Backward induction and the arrays of trees, against naive recursion and networkx."""

from __future__ import annotations

from fractions import Fraction

import networkx
import numpy as np
import pytest

from negotiate.extensive.arithmetic import backward_induction as kernel
from negotiate.extensive.arithmetic import tree


def random_parents(rng, count):
    """A random tree in preorder: each node hangs from somewhere on the path to the one before."""
    parent, path = [-1], [0]
    for node in range(1, count):
        path = path[: int(rng.integers(1, len(path) + 1))]
        parent.append(path[-1])
        path.append(node)
    return np.array(parent)


def random_game(rng, count, players=3, whole=False):
    parent = random_parents(rng, count)
    inner = np.bincount(parent[1:], minlength=count) > 0
    owner = np.where(inner, rng.integers(-1, players, count), -2)
    payoffs = rng.integers(0, 4, (count, players)) if whole else rng.normal(size=(count, players))
    weight = rng.integers(1, 5, count)
    total = np.bincount(parent[1:], weights=weight[1:], minlength=count)
    odds = [Fraction(1)] + [
        Fraction(int(weight[n]), int(total[parent[n]])) for n in range(1, count)
    ]
    return parent, owner, payoffs, odds


def naive(parent, owner, payoffs, odds, node=0):
    """Value by recursion, straight from the definition."""
    children = [n for n in range(len(parent)) if parent[n] == node]
    row = list(payoffs[node])
    if not children:
        return row
    below = [naive(parent, owner, payoffs, odds, c) for c in children]
    if owner[node] < 0:
        gain = [sum(odds[c] * b[k] for c, b in zip(children, below)) for k in range(len(row))]
    else:
        gain = max(below, key=lambda b: b[owner[node]])
    return [a + b for a, b in zip(row, gain)]


@pytest.mark.parametrize("seed", range(25))
def test_both_kernels_give_the_value_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    parent, owner, payoffs, odds = random_game(rng, int(rng.integers(1, 60)))
    floats = np.array([float(v) for v in odds])
    expected = naive(parent, owner, payoffs, floats)
    for solve in (kernel.by_levels, kernel.by_nodes):
        answer = solve(parent, owner, payoffs, chance=floats)
        np.testing.assert_allclose(answer.values[0], expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(25))
def test_exact_and_float_agree_on_values_choices_and_ties(seed):
    rng = np.random.default_rng(100 + seed)
    parent, owner, payoffs, odds = random_game(rng, int(rng.integers(2, 60)), whole=True)
    table = np.array([[Fraction(int(v)) for v in row] for row in payoffs], dtype=object)
    chance = np.array(odds, dtype=object)
    exact = kernel.backward_induction(parent, owner, table, chance=chance)
    assert exact.values[0].tolist() == naive(parent, owner, table, odds)
    floats = kernel.by_levels(parent, owner, payoffs.astype(float), chance=chance.astype(float))
    np.testing.assert_allclose(floats.values, exact.values.astype(float), atol=1e-9)
    assert (floats.choice == exact.choice).all() and (floats.tie == exact.tie).all()
    for node in np.flatnonzero(exact.choice >= 0):
        children = np.flatnonzero(parent == node)
        own = [exact.values[c][owner[node]] for c in children]
        assert exact.choice[node] == children[own.index(max(own))]
        assert exact.tie[node] == (own.count(max(own)) > 1)


def test_draws_are_solved_as_one_by_one():
    rng = np.random.default_rng(7)
    parent, owner, payoffs, odds = random_game(rng, 40)
    floats = np.array([float(v) for v in odds])
    many = payoffs + rng.normal(size=(5, 2, 1, 1)) * rng.normal(size=payoffs.shape)
    answer = kernel.backward_induction(parent, owner, many, chance=floats)
    assert answer.values.shape == (5, 2, 40, 3) and answer.choice.shape == (5, 2, 40)
    for index in np.ndindex(5, 2):
        one = kernel.by_nodes(parent, owner, many[index], chance=floats)
        np.testing.assert_allclose(answer.values[index], one.values, atol=1e-12)
        assert (answer.choice[index] == one.choice).all()


def test_chance_may_differ_between_draws():
    parent, owner = np.array([-1, 0, 0]), np.array([-1, -2, -2])
    odds = np.array([[1, 0.25, 0.75], [1, 0.5, 0.5]])
    answer = kernel.backward_induction(parent, owner, np.array([[0.0], [4.0], [0.0]]), chance=odds)
    assert answer.values[:, 0, 0].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("seed", range(15))
def test_arrays_of_a_tree_against_networkx(seed):
    rng = np.random.default_rng(seed)
    parent = random_parents(rng, int(rng.integers(1, 80)))
    graph = networkx.DiGraph([(int(p), n) for n, p in enumerate(parent) if p >= 0])
    graph.add_node(0)
    length = networkx.single_source_shortest_path_length(graph, 0)
    assert tree.depth(parent).tolist() == [length[n] for n in range(len(parent))]
    ends = [n + 1 + len(networkx.descendants(graph, n)) for n in range(len(parent))]
    assert tree.subtree_end(parent).tolist() == ends
    assert tree.is_preorder(parent)
    walk = list(networkx.dfs_preorder_nodes(graph, 0))
    assert walk == list(range(len(parent)))
    # Any order with parents first goes back to preorder; relabel by breadth first.
    breadth = [0, *(child for _, child in networkx.bfs_edges(graph, 0))]
    number = {node: k for k, node in enumerate(breadth)}
    shuffled = np.array([-1] + [number[int(parent[node])] for node in breadth[1:]])
    place = tree.preorder(shuffled, np.arange(len(shuffled)))
    assert place.tolist() == breadth


def test_what_is_no_preorder():
    assert not tree.is_preorder(np.array([-1, 0, 0, 1]))  # back into a subtree that was left
    assert not tree.is_preorder(np.array([0, -1]))
    assert not tree.is_preorder(np.array([-1, 2, 1]))


def test_path_sums_and_products():
    parent = np.array([-1, 0, 1, 1, 0])
    values = np.array([[1.0], [2], [3], [4], [5]])
    assert tree.path_sums(parent, values)[:, 0].tolist() == [1, 3, 6, 7, 6]
    assert tree.path_products(parent, values[:, 0]).tolist() == [1, 2, 6, 8, 5]


def test_a_deep_tree_is_no_trouble():
    count = 40_001
    parent = np.concatenate([[-1], np.repeat(np.arange(0, count - 1, 2), 2)])
    owner = np.where(np.arange(count) % 2 == 0, (np.arange(count) // 2) % 2, -2)
    owner[-1] = -2
    payoffs = np.zeros((count, 2))
    payoffs[1::2] = np.arange(1, count, 2)[:, None] * [1.0, 1.0]
    answer = kernel.backward_induction(parent, owner, payoffs)
    # Everyone prefers to go as far as possible, the last leaf (paying nothing) excepted.
    assert answer.values[0, 0] == count - 2

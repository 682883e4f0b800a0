from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import TooLargeError
from negotiate.strategic.arithmetic.components import bicliques, connected, nash_subsets

edges = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1)


def by_definition(pairs):
    """Maximal bicliques by trying every set of left nodes."""
    lefts = sorted({u for u, _ in pairs})
    found = set()
    for k in range(1, len(lefts) + 1):
        for chosen in combinations(lefts, k):
            right = {v for v in range(9) if all((u, v) in pairs for u in chosen)}
            if right:
                left = {u for u in lefts if all((u, v) in pairs for v in right)}
                found.add((tuple(sorted(left)), tuple(sorted(right))))
    return sorted(found)


@settings(max_examples=120, deadline=None)
@given(edges)
def test_bicliques_against_the_definition(pairs):
    assert bicliques(pairs) == by_definition(pairs)


@settings(max_examples=60, deadline=None)
@given(edges)
def test_subsets_cover_every_point_and_meet_only_inside_components(pairs):
    ordered = sorted(pairs)
    subsets = nash_subsets(ordered)
    assert {k for s in subsets for k in s.points} == set(range(len(ordered)))
    for one, two in combinations(subsets, 2):
        if set(one.points) & set(two.points):
            assert one.component == two.component
    for number, group in enumerate(connected(ordered)):
        assert {k for s in subsets if s.component == number for k in s.points} == set(group)


def test_an_l_shaped_component_is_two_subsets():
    # In [[1,0],[0,0]] against itself the equilibria with payoff 0 are one point; a strategy that
    # is weakly dominated gives edges (0,0), (0,1), (1,0): two segments that share a corner.
    subsets = nash_subsets([(0, 0), (0, 1), (1, 0)])
    assert [(s.rows, s.columns) for s in subsets] == [((0,), (0, 1)), ((0, 1), (0,))]
    assert [s.component for s in subsets] == [0, 0]


def test_exponentially_many_subsets_are_refused():
    # The crown graph on 2 x 20 nodes, u joined to all v but its own, has 2^20 - 2 bicliques.
    with pytest.raises(TooLargeError, match="100,000"):
        bicliques((u, v) for u in range(20) for v in range(20) if u != v)

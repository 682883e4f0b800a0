"""Airport fees in closed form against the values of the listed game."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.coalitions import airport, nucleolus, nucleolus_fees, shapley, shapley_fees
from negotiate.errors import InputError


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_closed_forms_are_the_values_of_the_game(costs: list[int]) -> None:
    needs = {"abcdef"[k]: c for k, c in enumerate(costs)}
    game = airport(needs)
    assert shapley_fees(needs) == shapley(game)[0].payoffs
    assert nucleolus_fees(needs) == nucleolus(game)[0].payoffs


def test_thousands_of_users() -> None:
    needs = {f"u{k}": k % 97 + 1 for k in range(3000)}
    for fees in (shapley_fees(needs), nucleolus_fees(needs)):
        assert sum(fees.values()) == 97
        assert all(0 <= fee <= needs[u] for u, fee in fees.items())


def test_bad_input() -> None:
    with pytest.raises(InputError, match="negative"):
        shapley_fees({"a": -1})

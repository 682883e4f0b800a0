"""Values that are powers of the level: best terms over draws, as in a loop and on a grid."""

from __future__ import annotations

import numpy as np
import pytest

from negotiate.case import read as casefile
from negotiate.case.party import worth
from negotiate.coalitions.secure import Dispute

PARTY = """
[[party]]
id = "{id}"
name = "{id}"
[party.weights]
line = {{ value = 1 }}
[party.values.line]
form = "power"
ideal = {{ value = {ideal} }}
exponent = {{ value = {exponent}, low = {low}, high = {high} }}
"""

TEXT = (
    """
format = 1
kind = "negotiation"
id = "bent"
title = "Bent values"
[[issue]]
id = "line"
name = "Line"
"""
    + PARTY.format(id="a", ideal=1, exponent=0.5, low=0.3, high=0.8)
    + PARTY.format(id="b", ideal=0, exponent=0.7, low=0.4, high=0.9)
)


def test_a_fixed_level_under_drawn_exponents() -> None:
    exponents = np.array([0.3, 0.5, 0.8])
    found = worth("power", 0.25, 1, 1, exponents)
    assert found == pytest.approx([0.25**e for e in exponents])


def test_best_terms_over_draws() -> None:
    case = casefile.loads(TEXT)
    path = "exponent.a.line"
    drawn = case.with_draws({path: np.array([0.3, 0.5, 0.8])})
    dispute = Dispute(drawn)
    terms, total = dispute.best(3)
    grid = np.linspace(0, 1, 20_001)
    for k, e in enumerate((0.3, 0.5, 0.8)):
        height = grid**e + (1 - grid) ** 0.7
        assert float(np.ravel(terms["line"])[k]) == pytest.approx(grid[height.argmax()], abs=2e-4)
        assert float(np.ravel(total)[k]) == pytest.approx(height.max(), abs=1e-6)

"""Work of expressions is bounded before it is done, and what cannot be computed is a finding."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest

from negotiate.case.expression import parse
from negotiate.errors import InputError, TooLargeError
from negotiate.strategic._file import from_dict


def game(quantity: dict[str, Any]) -> Any:
    return from_dict(
        {
            "format": 1,
            "kind": "strategic",
            "id": "x",
            "title": "x",
            "players": ["A", "B"],
            "strategies": {"A": ["u", "d"], "B": ["l", "r"]},
            "quantity": quantity,
            "payoffs": {"A": [["q0", 1], [1, 2]], "B": [[1, 2], [3, 4]]},
        }
    )


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ({**{f"q{i}": f"q{i + 1}" for i in range(5000)}, "q5000": 1}, "200 deep"),
        ({f"q{i}": f"q{(i + 1) % 3000}" for i in range(3000)}, "200 deep"),
        (
            {**{f"q{i}": f"q{i + 1}*q{i + 1}" for i in range(64)}, "q64": Fraction(10001, 10000)},
            "bits",
        ),
        (
            {**{f"q{i}": f"q{i + 1}**64" for i in range(5)}, "q5": Fraction(10000001, 10000000)},
            "bits",
        ),
        ({"q0": "1 / z", "z": 0}, "divides by zero"),
    ],
)
def test_quantities_that_grow_or_do_not_exist(quantity: dict[str, Any], words: str) -> None:
    start = time.process_time()
    with pytest.raises(InputError, match=words):
        game(quantity)
    assert time.process_time() - start < 5


def test_what_overflows_is_a_finding() -> None:
    with pytest.raises(TooLargeError):
        parse("x ** 0.5").evaluate({"x": Fraction(10) ** 700})
    assert parse("x ** 64").evaluate({"x": Fraction(1)}) == 1
    assert parse("x ** 3").evaluate({"x": 2.0}) == 8.0

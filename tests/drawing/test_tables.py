"""Tables and the payoff matrix: best replies by the definition, labels escaped."""

from __future__ import annotations

from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.drawing import tables
from negotiate.drawing.text import MINUS, clean, exact, number
from negotiate.errors import InputError, TooLargeError


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_prisoners_dilemma_has_its_one_equilibrium() -> None:
    # Osborne and Rubinstein 1994, example 16.2
    game = [[(3, 3), (0, 4)], [(4, 0), (1, 1)]]
    assert tables.pure_equilibria(game) == ((1, 1),)
    assert tables.best_replies(game) == [
        [(False, False), (False, True)],
        [(True, False), (True, True)],
    ]


def test_battle_of_the_sexes_and_matching_pennies() -> None:
    # Osborne and Rubinstein 1994, examples 15.3 and 17.1
    assert tables.pure_equilibria([[(2, 1), (0, 0)], [(0, 0), (1, 2)]]) == ((0, 0), (1, 1))
    assert tables.pure_equilibria([[(1, -1), (-1, 1)], [(-1, 1), (1, -1)]]) == ()


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=3, max_size=3),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=60, deadline=None)
def test_marks_agree_with_the_definition(game: list[list[tuple[int, int]]]) -> None:
    halves = [[(Fraction(a, 3), b / 8) for a, b in row] for row in game]
    found = tables.pure_equilibria(halves)
    wanted = tuple(
        (r, c)
        for r in range(len(game))
        for c in range(3)
        if not any(game[k][c][0] > game[r][c][0] for k in range(len(game)))
        and not any(game[r][k][1] > game[r][c][1] for k in range(3))
    )
    assert found == wanted


def test_exact_payoffs_differ_by_less_than_any_tolerance() -> None:
    tiny = Fraction(1, 10**30)
    assert tables.pure_equilibria([[(tiny, 0)], [(0, 0)]]) == ((0, 0),)


def test_ties_in_floats_within_rounding_are_all_best_replies() -> None:
    assert tables.pure_equilibria([[(0.1 + 0.2, 0.0)], [(0.3, 0.0)]]) == ((0, 0), (1, 0))


def test_html_escapes_labels_and_marks_the_equilibrium() -> None:
    page = tables.payoff_html(
        ["<b>x</b>", "y"],
        ["p", "q"],
        [[(1, 1), (0, 0)], [(0, 0), (0, 0)]],
        players=("<i>", "&"),
        caption="<u>",
    )
    reader = _Reader()
    reader.feed(page)
    assert not {"b", "i"} & set(reader.tags)
    assert "<b>x</b>" in reader.words and page.count('title="equilibrium"') == 2


def test_wrong_shapes_and_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="2 row and 1 column"):
        tables.payoff_text(["a", "b"], ["c"], [[(1, 1)]], players=("A", "B"))
    with pytest.raises(InputError, match="pair"):
        tables.best_replies([[(1, 2, 3)]])
    with pytest.raises(TooLargeError, match="65 x 65"):
        tables.best_replies([[(0, 0)] * 65] * 65)


def test_plain_table_escapes_in_html() -> None:
    reader = _Reader()
    reader.feed(tables.html(["<a>", "n"], [["<script>", 0.5]], caption="<img>"))
    assert not {"a", "script", "img"} & set(reader.tags)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"), (12345, "12\u202f345"), (0.5, "0.500"), (-0.5, f"{MINUS}0.500"),
        (0.0, "0.000"), (float("inf"), "∞"), (float("-inf"), f"{MINUS}∞"),
        (float("nan"), "undefined"), (True, "yes"), (None, "–"), (1e-9, f"1.00e{MINUS}9"),
        (Fraction(1, 8), "0.125"), (1e20, "1.00e20"), ("a\x00b", "a\ufffdb"),
    ],
)  # fmt: skip
def test_numbers(value: object, shown: str) -> None:
    assert number(value) == shown


def test_exact_keeps_short_fractions() -> None:
    assert exact(Fraction(-2, 3)) == f"{MINUS}2/3" and exact(Fraction(3, 8)) == "0.375"
    assert exact(Fraction(10**6 + 1, 3 * 10**6)) == "0.333"


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_clean_leaves_no_unseen_character(text: str) -> None:
    shown = clean(text)
    assert not any(
        char < " "
        or "\x7f" <= char <= "\x9f"
        or "\u202a" <= char <= "\u202e"
        or "\u2066" <= char <= "\u2069"
        or "\ud800" <= char <= "\udfff"
        for char in shown
    )
    shown.encode()
    assert clean(shown) == shown

"""The .nfg format: every construct of its grammar, errors with their place, round trips."""

import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import FileFormatError
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.nfg import dumps, dumps_outcomes, loads, read, write

# The samples of the format's documentation (Selten 1975, Figure 2, in normal form), both versions.
PAYOFFS = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"
{ "Player 1" "Player 2" } { 3 2 }

1 1 0 2 0 2 1 1 0 3 2 0
"""
OUTCOMES = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form" { "Player 1" "Player 2" }

{
{ "1" "2" "3" }
{ "1" "2" }
}

{
{ "" 1, 1 }
{ "" 0, 2 }
{ "" 0, 2 }
{ "" 1, 1 }
{ "" 0, 3 }
{ "" 2, 0 }
}
1 2 3 4 5 6
"""


def test_both_versions_are_one_game():
    game = loads(PAYOFFS)
    assert game == loads(OUTCOMES)
    # the first player's strategy varies fastest: profile (2, 2) is the fifth
    assert game.payoff({"Player 1": "2", "Player 2": "2"}) == {"Player 1": 0, "Player 2": 3}


def test_every_way_to_write_a_number():
    game = loads('NFG 1 D "t" {"a" "b"} {2 2} 1/3 -2/4 0.1 .5 -.5 +3 2.  1e2 ')
    flat = game.payoffs[:, :, :].reshape(2, 4, order="F")
    assert game.payoffs[0].reshape(-1, order="F").tolist() == [
        Fraction(1, 3),
        Fraction(1, 10),
        Fraction(-1, 2),
        Fraction(2),
    ]
    assert game.payoffs[1].reshape(-1, order="F").tolist() == [
        Fraction(-1, 2),
        Fraction(1, 2),
        Fraction(3),
        Fraction(100),
    ]
    assert flat.shape == (2, 4)


def test_labels_comments_newlines_and_the_null_outcome():
    text = (
        '\ufeffNFG\r\n1\tR "A \\"quoted\\"\n title" {"x" "y"}{{"a b" "}"}{"c"}}\n"a comment, { 3"'
        '{{"win" 1 -1}{"loss", }}0 1'
    )
    with pytest.raises(FileFormatError):
        loads(text)  # the second outcome lacks its payoffs
    game = loads(text.replace('{"loss", }', '{"loss" 2,3}'))
    assert game.title == 'A "quoted"\n title' and game.note == "a comment, { 3"
    assert game.strategies["x"] == ("a b", "}")
    assert game.payoffs[:, 0, 0].tolist() == [0, 0] and game.payoffs[:, 1, 0].tolist() == [1, -1]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("{ 2 2 }", "1 2\t3 4\r\n5 6\f7\n8"),  # any white space separates, no comment at all
        ("{ 2 2 }", '""1 2 3 4 5 6 7 8'),  # an empty comment, glued to a number
        ('{{"1""2"}{"1""2"}}', "1 2 3 4 5 6 7 8"),  # labels need no space between them
        ("{ 2 2 }", '"a \\"b\\" {\n 1 2"\n1 2 3 4 5 6 7 8'),  # quotes and braces in a comment
        ("{ 2 2 }", "2/2 0.2e1 30e-1 4. +5 6 .7e1 8"),  # every number is exact
        ("{ 2 2 }", '{{"a"1,2}{"b"3,4}{""5,6}{""7,8}}1 2 3 4'),  # outcomes, glued
        ("{ 2 2 }", '{ { "" 1 2, } { "" 3, 4 } { "" 5 6 } { "" 7, 8 } } 1 2 3 4'),  # odd commas
    ],
)
def test_one_game_in_many_hands(head, body):
    game = loads(f'NFG 1 R "t" {{ "A" "B" }} {head}\n{body}')
    assert game.payoffs[0].tolist() == [[1, 5], [3, 7]]
    assert game.payoffs[1].tolist() == [[2, 6], [4, 8]]


def test_thousands_of_equal_labels_are_numbered():
    # 4,000 labels of one name: renaming them once took time in the square of their number.
    labels = " ".join(['"x"'] * 4_000)
    game = loads(f'NFG 1 R "" {{ "a" }} {{ {{ {labels} }} }} ' + " ".join(["0.5"] * 4_000))
    assert game.strategies["a"][-1] == "x_4000" and game.payoffs.shape == (1, 4_000)


def test_empty_and_repeated_labels_are_made_distinct():
    game = loads('NFG 1 R "" {"" ""} {{"a" "a"} {""}} 1 2 3 4')
    assert game.players == ("_1", "_2")
    assert game.strategies["_1"] == ("a_1", "a_2") and game.strategies["_2"] == ("_1",)


def test_old_encodings_are_read(tmp_path):
    path = tmp_path / "old.nfg"
    path.write_bytes('NFG 1 R "Köln" {"ä" "b"} {1 1} 1 2'.encode("latin-1"))
    assert read(path).players == ("ä", "b")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "NFG"),
        ("EFG 2 R", 1, 1, "NFG"),
        ('NFG 2 R "t"', 1, 5, "version"),
        ('NFG 1 Q "t"', 1, 7, "R or D"),
        ("NFG 1 R t", 1, 9, "title"),
        ('NFG 1 R "t\n\n', 1, 9, "not closed"),
        ('NFG 1 R "t" { }', 1, 15, "no players"),
        ('NFG 1 R "t"\n{ "a" "b" } { 2 0 }', 2, 17, "strategies of b"),
        ('NFG 1 R "t"\n{ "a" "b" } { 2 }', 2, 17, "strategies of b"),
        ('NFG 1 R "t"\n{ "a" "b" } {{"x"} {}}', 2, 21, "no strategies"),
        ('NFG 1 R "t" {"a" "b"} {1 2}\n1 2 3', 2, 6, "payoff 4 of 4"),
        ('NFG 1 R "t" {"a" "b"} {1 1}\n1 2 3', 2, 5, "complete"),
        ('NFG 1 R "t" {"a" "b"} {1 1}\n1 x', 2, 3, "payoff 2 of 2"),
        ('NFG 1 R "t" {"a" "b"} {1 1}\n1 1/0', 2, 3, "zero"),
        ('NFG 1 R "t" {"a" "b"} {1 1}\n1 1e99999', 2, 3, "characters"),
        ('NFG 1 R "t" {"a" "b"} {1 1}\n{ {"o" 1 2} }\n2', 3, 1, "outcome"),
        ('NFG 1 R "t" {"a" "b"} {1 1}\n{ {"o" 1} } 1', 2, 9, "payoff of outcome"),
        ('NFG 1 R "t" {"a" "b"} {1 1}', 1, 28, "no body"),
        ('NFG 1 R "t" {"a" "b"} {1.5 1} 1 2', 1, 24, "number of strategies"),
        ('NFG 1 R "t" {"a" "b"} {1 1} 1--2 3', 1, 29, "payoff"),
    ],
)
def test_errors_carry_line_and_column(text, line, column, message):
    with pytest.raises(FileFormatError, match=message) as caught:
        loads(text, path="game.nfg")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"game.nfg:{line}:{column}: ")


label = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=6)
number = st.fractions(min_value=-9, max_value=9, max_denominator=7)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_round_trip(data):
    shape = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    names = data.draw(st.lists(label, min_size=len(shape), max_size=len(shape), unique=True))
    strategies = [data.draw(st.lists(label, min_size=k, max_size=k, unique=True)) for k in shape]
    size = int(np.prod(shape))
    tables = [
        np.array(data.draw(st.lists(number, min_size=size, max_size=size)), dtype=object).reshape(
            shape
        )
        for _ in shape
    ]
    game = StrategicGame.from_arrays(
        tables,
        players=names,
        strategies=strategies,
        title=data.draw(st.text(st.characters(blacklist_categories=("Cs",)), max_size=8)),
    )
    assert loads(dumps(game)) == game
    assert loads(dumps(game)).title == game.title
    assert loads(dumps_outcomes(game)) == game


def test_float_games_keep_their_decimals(tmp_path):
    game = StrategicGame.from_arrays([[[0.1, 1e-9]], [[1e20, -2.5]]])
    write(game, tmp_path / "x.nfg")
    assert read(tmp_path / "x.nfg").floats() == game


def test_gambit_reads_what_we_write():
    pygambit = pytest.importorskip("pygambit")
    game = StrategicGame.from_arrays(
        [np.arange(12).reshape(2, 3, 2) for _ in range(3)], title='a "b"'
    )
    for text in (dumps(game), dumps_outcomes(game)):
        theirs = pygambit.read_nfg(io.BytesIO(text.encode()))
        assert theirs.title == game.title
        for mine, array in zip(game.payoffs, theirs.to_arrays()):
            assert [Fraction(str(v)) for v in array.flat] == mine.ravel().tolist()

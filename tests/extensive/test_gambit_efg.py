"""Gambit's format of extensive games: all it allows, all it refuses, there and back."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import FileFormatError
from negotiate.extensive import efg as _gambit_efg
from negotiate.extensive.game import from_dict
from tests.extensive import _tree_oracle as oracle

# The sample of the format's own description, "The extensive game (.efg) file format".
SAMPLE = """EFG 2 R "General Bayes game, one stage" { "Player 1" "Player 2" }
c "ROOT" 1 "(0,1)" { "1G" 0.500000 "1B" 0.500000 } 0
c "" 2 "(0,2)" { "2g" 0.500000 "2b" 0.500000 } 0
p "" 1 1 "(1,1)" { "H" "L" } 0
p "" 2 1 "(2,1)" { "h" "l" } 0
t "" 1 "Outcome 1" { 10.000000 2.000000 }
t "" 2 "Outcome 2" { 0.000000 10.000000 }
p "" 2 1 "(2,1)" { "h" "l" } 0
t "" 3 "Outcome 3" { 2.000000 4.000000 }
t "" 4 "Outcome 4" { 4.000000 0.000000 }
p "" 1 1 "(1,1)" { "H" "L" } 0
p "" 2 2 "(2,2)" { "h" "l" } 0
t "" 5 "Outcome 5" { 10.000000 2.000000 }
t "" 6 "Outcome 6" { 0.000000 10.000000 }
p "" 2 2 "(2,2)" { "h" "l" } 0
t "" 7 "Outcome 7" { 2.000000 4.000000 }
t "" 8 "Outcome 8" { 4.000000 0.000000 }
c "" 3 "(0,3)" { "2g" 0.500000 "2b" 0.500000 } 0
p "" 1 2 "(1,2)" { "H" "L" } 0
p "" 2 1 "(2,1)" { "h" "l" } 0
t "" 9 "Outcome 9" { 4.000000 2.000000 }
t "" 10 "Outcome 10" { 2.000000 10.000000 }
p "" 2 1 "(2,1)" { "h" "l" } 0
t "" 11 "Outcome 11" { 0.000000 4.000000 }
t "" 12 "Outcome 12" { 10.000000 2.000000 }
p "" 1 2 "(1,2)" { "H" "L" } 0
p "" 2 2 "(2,2)" { "h" "l" } 0
t "" 13 "Outcome 13" { 4.000000 2.000000 }
t "" 14 "Outcome 14" { 2.000000 10.000000 }
p "" 2 2 "(2,2)" { "h" "l" } 0
t "" 15 "Outcome 15" { 0.000000 4.000000 }
t "" 16 "Outcome 16" { 10.000000 0.000000 }
"""

HEAD = 'EFG 2 R "T" { "A" "B" }\n'


def test_the_sample_of_the_format():
    game = _gambit_efg.loads(SAMPLE)
    assert game.count == 31 and game.players == ("Player 1", "Player 2")
    sets = {item.label: item for item in game.information_sets()}
    assert sorted(sets) == ["(1,1)", "(1,2)", "(2,1)", "(2,2)"]
    assert len(sets["(2,1)"].nodes) == 4 and sets["(2,1)"].actions == ("h", "l")
    assert game.perfect_recall().holds
    assert game.path_payoffs()[4].tolist() == [10, 2]
    assert game.chance[1] == Fraction(1, 2) and game.node_labels[0] == "ROOT"


def test_everything_the_format_allows_at_once():
    text = r"""EFG 2 D "A \"quoted\" title" { "A" "A" "" } "a comment
    over two lines"
    c "" 7 "" { "x" 1/3 "y" .66666666666666666667e0
    } 0"""
    with pytest.raises(FileFormatError, match="sum to"):  # decimals are exact: a third is not
        _gambit_efg.loads(text)
    text = r"""EFG 2 D "A \"quoted\" title" { "A" "A" "" } "a comment
    over two lines"
    c "" 7 "" { "x" 1/3, "y" 2/3 } 4 "inner" { 1, -1/2, +.5e1 }
    p "n" 1 12 "" { "" "same" "same" } 0
    t "" 4
    t "" 0
    t "" 9 "" { 1. 2 3 }
    p "" 1 12 4
    t "" 9 t "" 9 t "" 0 """
    game = _gambit_efg.loads(text)
    assert game.players == ("A_1", "A_2", "_1") and game.title == 'A "quoted" title'
    assert "over two lines" in game.note
    assert [item.label for item in game.information_sets()] == ["12"]
    assert game.set_actions[1] == ("_1", "same_1", "same_2")
    inner = np.array([Fraction(1), Fraction(-1, 2), Fraction(5)])
    assert (game.path_payoffs()[2] == 2 * inner).all()  # outcome 4 twice on the path
    assert (game.path_payoffs()[3] == inner).all()
    assert (game.path_payoffs()[6] == 2 * inner + np.array([1, 2, 3])).all()


def test_unnamed_sets_get_their_number_and_stay_apart():
    text = HEAD + (
        'p "" 1 2 "" { "a" "b" } 0\n'
        'p "" 1 5 "2" { "a" "b" } 0\nt "" 0\nt "" 0\n'
        'p "" 2 2 "" { "a" } 0\nt "" 0\n'
    )
    game = _gambit_efg.loads(text)
    labels = [(item.player, item.label) for item in game.information_sets()]
    assert len(set(labels)) == 3 and ("B", "2") in labels


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("NFG 2 R", 1, 1, "EFG"),
        ('EFG 1 R "T" { "A" }', 1, 5, "version"),
        ('EFG 2 X "T" { "A" }', 1, 7, "R or D"),
        ('EFG 2 R "T" { }', 1, 16, "no players"),
        (HEAD + 'x "" 0', 2, 1, "c or p or t"),
        (HEAD + 'p "" 3 1 "" { "a" } 0', 2, 6, "player is 3"),
        (HEAD + 'p "" 1 1 0', 2, 8, "before it is described"),
        (HEAD + 'p "" 1 1 "" { } 0', 2, 10, "without actions"),
        (HEAD + 'p "" 1 1 "h" { "a" } 0\np "" 1 1 "h" { "b" } 0', 3, 10, "differently"),
        (HEAD + 'c "" 1 "" { "a" 1/2 "b" 1/3 } 0', 2, 8, "sum to 5/6"),
        (HEAD + 'c "" 1 "" { "a" 3/2 "b" -1/2 } 0', 2, 8, "negative"),
        (HEAD + 't "" 1 "" { 1 }', 2, 8, "1 payoffs"),
        (HEAD + 't "" 1 "" { 1 2 3 }', 2, 8, "3 payoffs"),
        (HEAD + 't "" 3', 2, 6, "outcome 3 is used before"),
        (HEAD + 't "" 0 "" { 1 2 }', 2, 8, "outcome 0"),
        (HEAD + 't "" 1 "" { 1/0 2 }', 2, 13, "zero"),
        (HEAD + 'p "" 1 1 "" { "a" "b" } 0\nt "" 0', 3, 7, "1 more node is announced"),
        (HEAD + 't "" 0\nt "" 0', 3, 1, "complete"),
        (
            HEAD + 'p "" 1 1 "" { "a" "b" } 0\nt "" 1 "o" { 1 2 }\nt "" 1 "o" { 1 3 }',
            4,
            8,
            "differently",
        ),
        ('EFG 2 R "T { "A" }', 1, 16, "not closed"),
    ],
)
def test_errors_carry_line_and_column(text, line, column, words):
    with pytest.raises(FileFormatError, match=words) as caught:
        _gambit_efg.loads(text, path="game.efg")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"game.efg:{line}:{column}" in str(caught.value)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_there_and_back(seed):
    rng = np.random.default_rng(seed)
    names, tree = oracle.random_tree(rng, players=3, depth=4, sets=2, spread=50)
    game = from_dict(oracle.to_data(names, tree))
    back = _gambit_efg.loads(_gambit_efg.dumps(game))
    for name in ("parent", "action", "information_set", "owner", "chance"):
        assert (getattr(back, name) == getattr(game, name)).all()
    assert (back.node_payoffs() == game.node_payoffs()).all()
    assert (back.players, back.set_labels, back.set_actions) == (
        game.players,
        game.set_labels,
        game.set_actions,
    )


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet='EFG2RD pct"{}01/,.-\\\n"AB', max_size=80), whole=st.booleans())
def test_hostile_text_gives_a_format_error_or_a_game(text, whole):
    try:
        _gambit_efg.loads((HEAD if whole else "") + text)
    except FileFormatError as error:
        assert error.line >= 1 and error.column >= 1


@pytest.mark.gambit
def test_pygambit_reads_what_we_write():
    pygambit = pytest.importorskip("pygambit")
    import io

    ours = _gambit_efg.loads(SAMPLE)
    theirs = pygambit.read_efg(io.BytesIO(_gambit_efg.dumps(ours).encode()))
    again = _gambit_efg.loads(theirs.to_efg())
    assert again.players == ours.players and again.set_labels == ours.set_labels
    assert (again.path_payoffs() == ours.path_payoffs()).all()


ORDINARY = {
    "unnamed sets, decimals, commas": """EFG 2 D "A \\"quoted\\" title" { "P" "P" } "A comment"
c "" 1 "" { "x" .5 "y" 1/2 } 0
p "node" 1 7 "" { "a" "" "" } 3 "on the way" { 1, -2.50 }
t "" 1 "win" { 3 +4 }
t "" 1
t "" 0
p "" 2 1 "named" { "l" "r" } 0
p "" 1 7 3
t "" 1
t "" 1 "win" { 3 4 }
t "" 2 "" { 1. 0.125 }
t "" 2
""",
    "TeX labels and set numbers out of order": """EFG 2 R "t" { "1" "2" }
p "\\alpha" 1 9 "\\beta" { "\\gamma \\"g\\"" "d" } 0
p "" 2 4 "" { "m" } 0 t "" 1 "o" { 1/3, -7 }
p "" 2 4 0 t "" 1
""",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_quick_and_thorough_readers_agree(text):
    from negotiate.extensive import _efg_lines
    from negotiate.strategic import gambit_tokens as tokens

    start = _efg_lines.header(text)
    assert start is not None
    assert _efg_lines.scan(text, start[3], len(start[1]), bound=1000) is not None
    quick = _gambit_efg.loads(text)
    thorough = _gambit_efg._Reader(tokens.Tokens(text)).game()
    for name in (
        "players",
        "set_labels",
        "set_actions",
        "outcome_labels",
        "node_labels",
        "title",
        "note",
    ):
        assert getattr(quick, name) == getattr(thorough, name)
    for name in ("parent", "action", "information_set", "owner", "outcome", "payoffs", "chance"):
        assert (getattr(quick, name) == getattr(thorough, name)).all()


def test_what_the_quick_reader_read():
    game = _gambit_efg.loads(ORDINARY["unnamed sets, decimals, commas"])
    assert game.title == 'A "quoted" title' and game.players == ("P_1", "P_2")
    assert game.note == "A comment"
    unnamed = game.information_sets("P_1")[0]
    assert unnamed.label == "7" and len(unnamed.nodes) == 2
    assert unnamed.actions == ("a", "_1", "_2")
    # An outcome at an inner node is earned on the way: 1 + 3, -5/2 + 4.
    assert game.path_payoffs()[2].tolist() == [Fraction(4), Fraction(3, 2)]
    tex = _gambit_efg.loads(ORDINARY["TeX labels and set numbers out of order"])
    assert tex.set_labels[0] == "\\beta" and tex.set_actions[0][0] == '\\gamma "g"'
    assert tex.node_labels[0] == "\\alpha"


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ('p "" 3 1 "" { "a" } 0 t "" 0', "player"),
        ('p "" 1 1 "" { "a" } 0 t "" 1 "o" { 1 }', "1 payoffs"),
        ('p "" 1 1 "" { "a" } 0 t "" 5', "before it is described"),
        ('p "" 1 1 "" { "a" "b" } 0 t "" 0', "1 more node is announced"),
        ('c "" 1 "" { "a" 1/2 "b" 1/3 } 0 t "" 0 t "" 0', "sum to 5/6"),
        ('t "" 0 t "" 0', "follows"),
        ('p "" 1 1 "h" { "a" } 0 p "" 1 1 "h" { "b" } 0 t "" 0', "described again"),
        ('t "" 1 "o" { 1/0 2 }', "divides by zero"),
    ],
)
def test_what_is_out_of_the_ordinary_is_named_with_its_place(nodes, message):
    with pytest.raises(FileFormatError, match=message) as caught:
        _gambit_efg.loads(f'EFG 2 R "t" {{ "A" "B" }}\n{nodes}')
    assert caught.value.line == 2

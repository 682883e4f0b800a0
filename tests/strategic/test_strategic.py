"""Strategic games: construction, arithmetic, labels, refusals."""

import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.strategic import _file as file_format
from negotiate.strategic import _sources as sources
from negotiate.strategic.game import StrategicGame, is_symmetric, is_zero_sum

CHICKEN = [[[3, 2], [4, 1]], [[3, 4], [2, 1]]]


def chicken(**more):
    return StrategicGame.from_arrays(
        CHICKEN, players=("Row", "Column"), strategies=[("Swerve", "Straight")] * 2, **more
    )


def test_integers_decimals_and_strings_are_exact():
    game = StrategicGame.from_arrays([[[Decimal("0.1"), "1/3"]], [[2, Fraction(1, 7)]]])
    assert game.exact
    assert game.payoffs[0, 0].tolist() == [Fraction(1, 10), Fraction(1, 3)]


def test_a_float_makes_floats_and_a_symbol_symbolic():
    assert StrategicGame.from_arrays([[[0.5, 1]], [[1, 2]]]).payoffs.dtype == float
    c = sympy.Symbol("c")
    game = StrategicGame.from_arrays([[[c, 1]], [[1, 2]]])
    assert game.symbolic and not game.exact
    value = game.payoff({"Player 1": "1", "Player 2": {"1": "1/2", "2": "1/2"}})["Player 1"]
    assert sympy.simplify(value - (c + 1) / 2) == 0


def test_arrays_are_read_only_and_owned():
    table = np.array(CHICKEN)
    game = StrategicGame.from_arrays(list(table))
    table[0, 0, 0] = 99
    assert game.payoffs[0, 0, 0] == 3
    with pytest.raises(ValueError, match="read-only"):
        game.payoffs[0, 0, 0] = 1


def test_payoff_regret_and_best_replies_by_hand():
    game = chicken()
    profile = {"Row": {"Swerve": "1/4", "Straight": "3/4"}, "Column": "Swerve"}
    # row: 3/4 of a 4 and 1/4 of a 3; column: 1/4 of a 3 and 3/4 of a 2
    assert game.payoff(profile) == {"Row": Fraction(15, 4), "Column": Fraction(9, 4)}
    # the column player going straight would get 1/4 of a 4 and 3/4 of a 1 = 7/4, which is less
    assert game.regrets(profile) == {"Row": Fraction(1, 4), "Column": Fraction(0)}
    assert game.regret(profile) == Fraction(1, 4)
    assert game.best_responses(profile) == {"Row": ("Straight",), "Column": ("Swerve",)}


def test_three_players_against_a_direct_sum():
    rng = np.random.default_rng(5)
    tables = [rng.integers(-5, 6, (2, 3, 2)) for _ in range(3)]
    game = StrategicGame.from_arrays(tables)
    x = [np.array([0.3, 0.7]), np.array([0.2, 0.5, 0.3]), np.array([0.9, 0.1])]
    profile = dict(zip(game.players, x))
    direct = [
        sum(
            t[i, j, k] * x[0][i] * x[1][j] * x[2][k]
            for i in range(2)
            for j in range(3)
            for k in range(2)
        )
        for t in tables
    ]
    assert list(game.payoff(profile).values()) == pytest.approx(direct)
    best = max(
        sum(tables[1][i, j, k] * x[0][i] * x[2][k] for i in range(2) for k in range(2))
        for j in range(3)
    )
    assert game.regrets(profile)["Player 2"] == pytest.approx(best - direct[1])


def test_draw_axes_come_first():
    payoffs = np.random.default_rng(0).normal(size=(7, 2, 3, 4))
    game = StrategicGame.from_arrays([payoffs[:, 0], payoffs[:, 1]])
    assert game.draws == (7,) and game.shape == (3, 4)
    profile = {"Player 1": "2", "Player 2": "3"}
    assert game.payoff(profile)["Player 2"] == pytest.approx(payoffs[:, 1, 1, 2])
    assert game.regret(profile).shape == (7,)
    assert game.draw(4).payoff(profile)["Player 1"] == payoffs[4, 0, 1, 2]


def test_transposed_relabelled_reordered_restricted():
    game = chicken()
    assert game.transposed().transposed() == game
    assert game.transposed().payoff({"Row": "Straight", "Column": "Swerve"}) == game.payoff(
        {"Row": "Straight", "Column": "Swerve"}
    )
    renamed = game.relabelled({"Row": "A"}, {"Row": {"Swerve": "yield"}})
    assert renamed.players == ("A", "Column") and renamed.strategies["A"] == ("yield", "Straight")
    small = game.restricted({"Row": ["Straight"]})
    assert small.shape == (1, 2) and small.payoffs[0, 0, 0] == 4
    assert pickle.loads(pickle.dumps(game)) == game


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: StrategicGame.from_arrays([[[1, 2], [3]], [[1, 2], [3, 4]]]), "ragged"),
        (lambda: StrategicGame.from_arrays([[[1.0, float("nan")]], [[1, 2]]]), r"at \(1, 2\)"),
        (lambda: StrategicGame.from_arrays([[[1.0, 2.0]], [[1, float("inf")]]]), "Player 2"),
        (lambda: StrategicGame.from_arrays([[[sympy.oo, 1]], [[1, 2]]]), "oo"),
        (lambda: chicken().relabelled(None, {"Row": {"Swerve": "Straight"}}), "repeat"),
        (lambda: StrategicGame.from_arrays([np.zeros((0, 2))] * 2), "no strategies"),
        (lambda: StrategicGame.from_arrays([]), "no players"),
        (lambda: StrategicGame.from_arrays([[[1, 2]], [[1], [2]]]), "shape"),
        (lambda: StrategicGame.from_arrays([[[1, "x"]], [[1, 2]]]), "not a number"),
        (lambda: StrategicGame.from_arrays([[[1, None]], [[1, 2]]]), "not a number"),
        (lambda: StrategicGame.from_arrays([[[1, True]], [[1, 2]]]), "not a number"),
        (lambda: StrategicGame.from_arrays([[1, 2], [3, 4]]), "axes"),
        (lambda: chicken().payoff({"Row": "Swerve"}), "no strategy for Column"),
        (lambda: chicken().payoff({"Row": {"Swerve": "1/2"}, "Column": "Swerve"}), "sum"),
    ],
)
def test_one_clear_error(build, message):
    with pytest.raises(InputError, match=message):
        build()


def test_unknown_names_offer_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'Swerve'"):
        chicken().payoff({"Row": "Swerv", "Column": "Swerve"})


def test_nine_players_with_nine_strategies_are_counted_first():
    text = 'NFG 1 R "" { ' + " ".join(f'"{k}"' for k in range(9)) + " } { 9 9 9 9 9 9 9 9 9 } 0"
    from negotiate.strategic.nfg import loads

    with pytest.raises(TooLargeError, match="3,486,784,401"):
        loads(text)
    data = {
        "format": 1,
        "kind": "strategic",
        "id": "big",
        "title": "big",
        "players": [str(k) for k in range(9)],
        "strategies": {str(k): [str(s) for s in range(9)] for k in range(9)},
        "payoffs": {},
    }
    with pytest.raises(TooLargeError, match="3,486,784,401"):
        file_format.from_dict(data)
    table = np.broadcast_to(np.int8(0), (9,) * 9)  # one byte in memory: nothing may be copied
    with pytest.raises(TooLargeError, match="3,486,784,401"):
        StrategicGame.from_arrays([table] * 9)


def test_tables_frames_and_bimatrices_agree():
    game = chicken()
    cells = {
        ("Swerve", "Swerve"): "draw",
        ("Swerve", "Straight"): (2, 4),
        ("Straight", "Swerve"): {"Row": 4, "Column": 2},
        ("Straight", "Straight"): "crash",
    }
    outcomes = {"draw": (3, 3), "crash": (1, 1)}
    assert sources.from_table(cells, players=game.players, outcomes=outcomes) == game
    bimatrix = [[(3, 3), (2, 4)], [(4, 2), (1, 1)]]
    assert sources.from_bimatrix(bimatrix, players=game.players, strategies=game.strategies) == game
    frame = sources.to_frame(game)
    assert sources.from_frame(frame) == game
    with pytest.raises(InputError, match="absent"):
        sources.from_table(dict.fromkeys(list(cells)[:3], (0, 0)))


def test_nashpy_there_and_back():
    game = chicken()
    back = StrategicGame.from_nashpy(game.to_nashpy(), players=game.players)
    assert np.all(back.payoffs == game.payoffs)


def test_pygambit_there_and_back():
    pytest.importorskip("pygambit")
    game = chicken(title="Chicken")
    assert StrategicGame.from_pygambit(game.to_pygambit()) == game


def test_expressions_serve_three_arithmetics():
    file = file_format.loads(
        'format = 1\nkind = "strategic"\nid = "x"\ntitle = "X"\nplayers = ["A", "B"]\n'
        'strategies = { A = ["a"], B = ["l", "r"] }\n'
        'payoffs = { A = [["3 - c", "k / 2"]], B = [[0.1, 1]] }\n'
        '[quantity]\nc = 0.1\nk = { value = "2 * c" }\n'
    )
    assert file.game().payoffs[0].tolist() == [[Fraction(29, 10), Fraction(1, 10)]]
    drawn = file.game({"c": np.array([1.0, 2.0])})
    assert drawn.table("A").tolist() == [[[2.0, 1.0]], [[1.0, 2.0]]]
    symbols = file.symbols()
    assert list(symbols) == ["c"]
    entry = file.game(symbols).payoffs[0, 0, 0]
    assert entry.free_symbols == {symbols["c"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[[1, 2]]", "[[1, nan]]"), "nan"),
        (("[[1, 2]]", '[[1, "d"]]'), r"payoffs\.A\[0\]\[1\]"),
        (("[[1, 2]]", '[[1, "1 / (c - c)"]]'), "divides by zero"),
        (("[[1, 2]]", '[[1, "__import__(1)"]]'), "not a function"),
        (("[[1, 2]]", "[[1], [2]]"), "shape|strategies"),
        (("title", "titel"), "titel"),
        (('id = "x"', 'id = "X Y"'), "id"),
        (('["l", "r"]', '["l", "l"]'), "repeat"),
        (('["l", "r"]', "[]"), "strategies"),
        (("[quantity]", "[quantity"), r"x\.toml:\d+:\d+"),
        (("c = 1", 'c = "c"'), "define each other"),
    ],
)
def test_bad_files(change, message):
    text = (
        'format = 1\nkind = "strategic"\nid = "x"\ntitle = "X"\nplayers = ["A", "B"]\n'
        'strategies = { A = ["a"], B = ["l", "r"] }\n'
        "payoffs = { A = [[1, 2]], B = [[0.1, 1]] }\n[quantity]\nc = 1\n"
    )
    with pytest.raises((InputError, UnknownNameError), match=message):
        file_format.loads(text.replace(*change, 1), path="x.toml")


def test_symmetry_and_constant_sum():
    assert is_symmetric(chicken()) and not is_zero_sum(chicken())
    pennies = StrategicGame.from_arrays([[[2, 0], [0, 2]], [[-1, 1], [1, -1]]])
    assert is_zero_sum(pennies) and not is_symmetric(pennies)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.integers(0, 10**6))
def test_float_and_exact_regret_agree(m, n, k, seed):
    rng = np.random.default_rng(seed)
    tables = [rng.integers(-4, 5, (m, n, k)) for _ in range(3)]
    game = StrategicGame.from_arrays(tables)
    weights = [rng.integers(1, 6, size) for size in (m, n, k)]
    exact = {p: [Fraction(int(v), int(w.sum())) for v in w] for p, w in zip(game.players, weights)}
    floats = {p: [float(v) for v in row] for p, row in exact.items()}
    assert float(game.regret(exact)) == pytest.approx(game.floats().regret(floats), abs=1e-12)

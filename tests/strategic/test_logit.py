"""The principal branch of logit equilibria: fixed points, continuity, an independent tracer."""

import numpy as np
import pytest

from negotiate.strategic.arithmetic import expected, logit


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 4), (2, 2, 2)])
@pytest.mark.parametrize("precision", [0.3, 3.0, 40.0])
def test_fixed_points_of_the_definition(shape, precision):
    n = len(shape)
    rng = np.random.default_rng(11)
    payoffs = rng.integers(0, 6, (150, n, *shape)).astype(float)
    mixed, stated = logit.principal_branch(payoffs, np.full(150, precision), players=n)
    for i in range(n):
        reply = np.exp(precision * expected.against(payoffs, mixed, i))
        reply /= reply.sum(axis=-1, keepdims=True)
        assert np.abs(reply - mixed[i]).max() < 1e-8
    assert stated.max() < 1e-8


def test_a_batch_is_its_games_one_by_one_and_scale_is_carried_by_lambda():
    rng = np.random.default_rng(2)
    payoffs = rng.normal(size=(20, 2, 3, 2))
    batch, _ = logit.principal_branch(payoffs, np.array(4.0), players=2)
    scaled, _ = logit.principal_branch(100 * payoffs - 7, np.array(0.04), players=2)
    for k in range(20):
        single, _ = logit.principal_branch(payoffs[k], np.array(4.0), players=2)
        for i in range(2):
            assert single[i] == pytest.approx(batch[i][k], abs=1e-8)
            assert scaled[i][k] == pytest.approx(batch[i][k], abs=1e-8)


def test_lambda_zero_is_the_centroid_and_flat_games_stay_there():
    mixed, _ = logit.principal_branch(np.zeros((2, 3, 2)), np.array(5.0), players=2)
    assert mixed[0] == pytest.approx([1 / 3] * 3)
    mixed, _ = logit.principal_branch(np.ones((2, 3, 2)), np.array(0.0), players=2)
    assert mixed[1] == pytest.approx([0.5, 0.5])


def test_connected_to_the_centroid():
    # The principal branch by brute force: where it has no fold, small steps in lambda followed by
    # damped iteration stay on it. Coordination with unequal prizes and off-diagonal noise.
    payoffs = np.array([[[3.0, 0.0], [0.5, 1.0]], [[2.0, 0.0], [0.0, 1.5]]])
    x = [np.full(2, 0.5), np.full(2, 0.5)]
    for precision in np.linspace(0, 2.0, 401):
        for _ in range(300):
            x = [
                0.5 * x[i] + 0.5 * logit.softmax(precision * expected.against(payoffs, x, i))
                for i in range(2)
            ]
    mixed, _ = logit.principal_branch(payoffs, np.array(2.0), players=2)
    for i in range(2):
        assert mixed[i] == pytest.approx(x[i], abs=1e-8)


def test_straight_on_through_a_pitchfork():
    # Exchanging players and strategies leaves this game unchanged, so that its branch keeps
    # x = 1 - y and passes a pitchfork at about lambda = 1.1. On it the definition is one equation
    # in x, solved here by bisection.
    payoffs = np.array([[[2.0, 2.0], [1.0, 5.0]], [[8.0, 5.0], [5.0, 6.0]]])

    def gap(x):
        lean = (2 - 1) * (1 - x) + (2 - 5) * x  # row 1 less row 2, column 1 having 1 - x
        return 1 / (1 + np.exp(-2.0 * lean)) - x

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if gap(middle) > 0 else (low, middle)
    mixed, _ = logit.principal_branch(payoffs, np.array(2.0), players=2)
    assert mixed[0][0] == pytest.approx(low, abs=1e-9)
    assert mixed[1][0] == pytest.approx(1 - low, abs=1e-9)


@pytest.mark.gambit
def test_against_gambit():
    pytest.importorskip("pygambit")
    from pygambit import qre

    from negotiate.strategic._sources import to_pygambit
    from negotiate.strategic.game import StrategicGame

    rng = np.random.default_rng(8)
    for shape in [(2, 2), (3, 3), (2, 2, 2)]:
        for _ in range(8):
            game = StrategicGame.from_arrays([rng.integers(0, 10, shape) for _ in shape])
            result = qre.logit_solve_lambda(to_pygambit(game), [2.0])
            mixed, _ = logit.principal_branch(
                game.floats().payoffs, np.array(2.0), players=len(shape)
            )
            reached = next(iter(getattr(result, "profiles", result)))
            profile = getattr(reached, "profile", reached)
            theirs = _flat(profile, game)
            assert theirs == pytest.approx(np.concatenate(mixed), abs=1e-4)


def _flat(profile, game):
    out = []
    for player in game.players:
        mixed = profile[player]
        out += [float(mixed[s]) for s in game.strategies[player]]
    return out

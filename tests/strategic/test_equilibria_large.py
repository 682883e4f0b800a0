import numpy as np
import pytest

from negotiate.strategic.arithmetic import equilibria_batch as batch
from negotiate.strategic.arithmetic.dominance import iterated_strict
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.strategic.arithmetic.equilibria_large import equilibria_large


def strict_by_definition(a, b):
    """One strategy at a time, in loops; the end does not depend on the order."""
    rows, columns = set(range(a.shape[0])), set(range(a.shape[1]))
    while True:
        row = [s for s in rows if any(all(a[t, j] > a[s, j] for j in columns) for t in rows)]
        if row:
            rows.remove(row[0])
            continue
        out = [s for s in columns if any(all(b[i, t] > b[i, s] for i in rows) for t in columns)]
        if not out:
            return rows, columns
        columns.remove(out[0])


def test_iterated_strict_dominance_against_loops():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 6, (2, 150, 3, 4))
    rows, columns, rounds = iterated_strict(a, b)
    for g in range(150):
        left, right = strict_by_definition(a[g], b[g])
        assert set(np.flatnonzero(rows[g])) == left
        assert set(np.flatnonzero(columns[g])) == right
        assert (rounds[g] == 0) == (rows[g].all() and columns[g].all())
    assert rounds.max() >= 2


def hidden(rng, m, n, core):
    """Games in which all but ``core`` strategies of each side are strictly dominated."""
    a, b = rng.integers(0, 4, (2, m, n)).astype(float)
    a[core:] = a[0] - 1 - np.arange(m - core)[:, None]
    b[:, core:] = b[:, :1] - 1 - np.arange(n - core)
    return a, b


def test_eight_by_sixteen_games_are_complete_after_dominance():
    rng = np.random.default_rng(9)
    games = [hidden(rng, 8, 16, core) for core in (1, 2, 3, 3, 4)]
    a, b = (np.array(side) for side in zip(*games))
    found = equilibria_large(a, b)
    assert (found.status == batch.COMPLETE).all()
    for g in range(len(games)):
        answer = extreme_equilibria(a[g].astype(int), b[g].astype(int))
        expected = {tuple(np.round([float(v) for v in x + y], 9)) for x, y in answer.points}
        k = found.count[g]
        ours = np.concatenate([found.x[g, :k], found.y[g, :k]], axis=1)
        assert {tuple(row) for row in np.round(ours, 9) + 0.0} == expected


def test_where_the_engine_does_not_suffice_the_status_says_so(monkeypatch):
    rng = np.random.default_rng(5)
    a, b = rng.random((2, 6, 9, 9))
    monkeypatch.setattr(batch, "_compiled", lambda: None)
    found = equilibria_large(a, b)
    assert (found.status == batch.PURE_ONLY).any()
    for g in np.flatnonzero(found.status == batch.PURE_ONLY):
        cells = [(a[g] == a[g].max(axis=0)) & (b[g] == b[g].max(axis=1, keepdims=True))]
        assert found.count[g] == np.sum(cells)
        assert not found.complete[g]


@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_draw_axes_come_back(shape):
    rng = np.random.default_rng(8)
    a, b = rng.random((2, *shape, 3, 4))
    found = equilibria_large(a, b)
    assert found.count.shape == shape and found.y.shape[-1] == 4
    a[(0,) * len(shape)] = np.inf
    found = equilibria_large(a, b)
    assert found.status[(0,) * len(shape)] == batch.NOT_FINITE

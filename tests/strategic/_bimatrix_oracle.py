"""Extreme equilibria by brute force over systems of equations, and the hard games of the field.

The oracle shares nothing with the kernels: it works in (x, v) with sum x = 1 and the opponent's
best payoff v, solves every choice of m tight inequalities by Gauss-Jordan in fractions, and tests
the definition.
"""

from fractions import Fraction
from itertools import combinations

# von Stengel (1999), Discrete and Computational Geometry 21, 557-568: more equilibria than the
# 2^6 - 1 = 63 of the coordination game, which had been thought the most for 6 x 6.
STENGEL_A = [
    [9504, -660, 19976, -20526, 1776, -8976],
    [-111771, 31680, -130944, 168124, -8514, 52764],
    [397584, -113850, 451176, -586476, 29216, -178761],
    [171204, -45936, 208626, -263076, 14124, -84436],
    [1303104, -453420, 1227336, -1718376, 72336, -461736],
    [737154, -227040, 774576, -1039236, 48081, -300036],
]
STENGEL_B = [
    [72336, 48081, 29216, 14124, 1776, -8514],
    [-461736, -300036, -178761, -84436, -8976, 52764],
    [1227336, 774576, 451176, 208626, 19976, -130944],
    [-1718376, -1039236, -586476, -263076, -20526, 168124],
    [1303104, 737154, 397584, 171204, 9504, -111771],
    [-453420, -227040, -113850, -45936, -660, 31680],
]

# Savani and von Stengel (2006), Econometrica 74, 397-429: exponentially long Lemke-Howson paths
# to the only equilibrium (6 x 6, as in Gambit's tests).
LONG_A = [
    [-180, 72, -333, 297, -153, 270],
    [-30, 17, -33, 42, -3, 20],
    [-81, 36, -126, 126, -36, 90],
    [90, -36, 126, -126, 36, -81],
    [20, -3, 42, -33, 17, -30],
    [270, -153, 297, -333, 72, -180],
]
LONG_B = [
    [72, 36, 17, -3, -36, -153],
    [-180, -81, -30, 20, 90, 270],
    [297, 126, 42, -33, -126, -333],
    [-333, -126, -33, 42, 126, 297],
    [270, 90, 20, -30, -81, -180],
    [-153, -36, -3, 17, 36, 72],
]


def solve(rows, right):
    """The only solution of a square system in fractions, or None."""
    k = len(rows)
    work = [[Fraction(v) for v in row] + [Fraction(b)] for row, b in zip(rows, right)]
    for c in range(k):
        pivot = next((r for r in range(c, k) if work[r][c]), None)
        if pivot is None:
            return None
        work[c], work[pivot] = work[pivot], work[c]
        work[c] = [v / work[c][c] for v in work[c]]
        for r in range(k):
            if r != c and work[r][c]:
                work[r] = [v - work[r][c] * w for v, w in zip(work[r], work[c])]
    return [row[-1] for row in work]


def vertices(opponent):
    """Extreme points of {(x, v): x >= 0, sum x = 1, opponent[j] . x <= v for all j}."""
    m = len(opponent[0])
    tight = [[int(i == k) for k in range(m)] + [0] for i in range(m)]
    tight += [[*row, -1] for row in opponent]
    found = set()
    for chosen in combinations(tight, m):
        point = solve([[1] * m + [0], *chosen], [1] + [0] * m)
        if point is None or min(point[:m]) < 0:
            continue
        x, v = point[:m], point[m]
        if all(sum(b * p for b, p in zip(row, x)) <= v for row in opponent):
            found.add((tuple(x), v))
    return found


def brute_force(a, b):
    """Set of extreme equilibria and the degeneracy verdict, straight from the definitions."""
    m, n = len(a), len(a[0])
    of_x, of_y = vertices([list(column) for column in zip(*b)]), vertices(a)
    degenerate, found = False, set()
    best = {}
    for x, v in of_x:
        best[x] = {j for j in range(n) if sum(b[i][j] * x[i] for i in range(m)) == v}
        degenerate |= len(best[x]) > sum(p > 0 for p in x)
    replies = {}
    for y, u in of_y:
        replies[y] = {i for i in range(m) if sum(a[i][j] * y[j] for j in range(n)) == u}
        degenerate |= len(replies[y]) > sum(q > 0 for q in y)
    for x, _ in of_x:
        for y, _ in of_y:
            if all(x[i] == 0 or i in replies[y] for i in range(m)) and all(
                y[j] == 0 or j in best[x] for j in range(n)
            ):
                found.add((x, y))
    return found, degenerate


def regret(a, b, x, y):
    """Largest gain of a player, from the definition."""
    m, n = len(a), len(a[0])
    rows = [sum(a[i][j] * y[j] for j in range(n)) for i in range(m)]
    columns = [sum(b[i][j] * x[i] for i in range(m)) for j in range(n)]
    return max(
        max(rows) - sum(x[i] * rows[i] for i in range(m)),
        max(columns) - sum(y[j] * columns[j] for j in range(n)),
    )

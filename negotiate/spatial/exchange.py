r"""Exchange of positions: parties give way where they care less, and are paid where they care more.

Stokman and Van Oosten (1994, "The exchange of voting positions", ch. 5 of Bueno de Mesquita and
Stokman, eds., *European Community Decision Making*, pp. 105-127). Parties expect on each issue the
mean of the voting positions, weighted by :math:`w_{ik} = s_{ik} c_{ik}`, and lose salience times
distance from it. Two parties on opposite sides of the expected outcomes of two issues p and q can
both gain: A moves on q towards B's position, where it cares relatively less, and B on p towards
A's. When A moves by d on q the expected outcome shifts by :math:`d\,w_{Aq}/\sum_i w_{iq}`. With
shifts :math:`\delta_q` and :math:`\delta_p` towards the other's wish the gains are

.. math:: s_{Ap}\delta_p - s_{Aq}\delta_q \quad\text{and}\quad s_{Bq}\delta_q - s_{Bp}\delta_p,

and the exchange makes them equal (the equal gain rule), as large as positions allow. Exchanges are
realised in the order of their gains, each changing what is left for the others, until none has a
gain. Then the outcome is the weighted mean of the voting positions. In further rounds a part of
each shift has become the party's position.

Conventions, all of them settings or stated here:

* a mover goes at most to its partner's position at the start of the round, from where it is;
* a party buys no more shift of an issue than from the outcome expected at the start of the round to
  its own position;
* sides are taken at the start of a round; on the expected outcome itself counts as below;
* ``ties``: exchanges with equal gains go in the order of listing (``listed``: the party listed
  first, then its partner, then the issue the first supplies, then the one it demands), or in an
  order drawn once from a seed (``seeded``). Gains are equal within a billionth;
* ``arithmetic``: ``floats``, or ``exact`` in fractions, where ties are exact and so is the outcome
  (of a model in fractions without draws; the fractions grow long within a few rounds);
* ``rounds`` and the share of a shift that lasts, ``fixed + flexible (1 - s)``, 0.1 and 0.4 as in
  the open program of the field (decide-exchange-model).

The first exchange that the original program of the field found for Paris 2015 lets the USA give
way on the ex-ante assessment of pledges and China on the volume of finance, each gaining 2.19072.
With the cop21 table this file finds the same, and one order of its few ties gives the original
program's outcome of the round on all thirteen issues (`tests/spatial/test_exchange.py`).

>>> from negotiate.spatial.positions import model
>>> m = model({"a": {"p": 0, "q": 0}, "b": {"p": 100, "q": 100}},
...           salience={"a": {"p": 1, "q": "0.5"}, "b": {"p": "0.5", "q": 1}})
>>> found = exchange(m, rounds=1)
>>> {issue: round(level, 3) for issue, level in found[0].terms.items()}
{'p': 0.0, 'q': 100.0}
>>> print(found[0].facts["exchanges"][0])
{'round': 1, 'party': 'a', 'supplies': 'q', 'from': 0.0, 'to': 100.0, 'partner': 'b',
 'demands': 'p', 'partner_from': 100.0, 'partner_to': 0.0, 'gain': 16.666666666666664}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import InputError, NotApplicableError, TooLargeError, UnknownNameError
from negotiate.numbers.fractions import exact as read_number
from negotiate.solution import Evidence, Point, Solution
from negotiate.spatial._forecast import by_round, forecast, terms_of
from negotiate.spatial._metrics import METRICS
from negotiate.spatial.arithmetic import exchange as kernel
from negotiate.spatial.positions import SpatialModel

Array = npt.NDArray[Any]

POINTS = 100.0
"""Gains are counted in points of a scale of 100, as the field does."""
MAX_RATES = 2_000_000
"""Most pairs of parties times pairs of issues."""
MAX_ROUNDS = 1_000
ARITHMETICS = ("floats", "exact")
MAX_EXACT_ROUNDS = 10
"""Rounds in fractions: their numbers of digits add up."""


@dataclass(frozen=True, eq=False)
class Exchanged:
    """What happened: one entry a round.

    Attributes
    ----------
    model
        The model that was run.
    rounds
        Positions, voting positions, expected outcomes and exchanges of each round, positions in
        points of a scale of 100.
    """

    model: SpatialModel
    rounds: tuple[kernel.Round, ...]

    def __repr__(self) -> str:
        counts = [int((r.exchanges.party >= 0).sum()) for r in self.rounds]
        return f"Exchanged({len(self.rounds)} rounds, {sum(counts):,} exchanges)"

    @property
    def is_exact(self) -> bool:
        """Whether the rounds were played in fractions."""
        return self.rounds[0].outcome.dtype == object

    def outcomes(self) -> Array:
        """Outcome of each round in levels, ``(rounds, ..., m)``; fractions where played in them."""
        if not self.is_exact:
            return np.stack([self.model.levels(r.outcome / POINTS) for r in self.rounds])
        low = np.array([issue.low for issue in self.model.issues], dtype=object)
        width = np.array([issue.width for issue in self.model.issues], dtype=object)
        return np.stack([low + width * r.outcome / int(POINTS) for r in self.rounds])

    def listed(self) -> list[dict[str, Any]]:
        """Exchanges of a model without draws, in order, in levels of the scales."""
        if self.model.shape:
            raise InputError(
                "a list of exchanges over draws",
                where="exchange",
                remedy="run one draw at a time to see its exchanges",
            )
        out = []
        low, width = self.model.low, self.model.width / POINTS
        names, issues = self.model.parties, self.model.issue_names
        for number, found in enumerate(self.rounds, 1):
            for row in zip(*found.exchanges, strict=True):
                a, q, b, p = (int(index) for index in row[:4])
                gain, start, end, other_start, other_end = (float(v) for v in row[4:])
                out.append(
                    {
                        "round": number,
                        "party": names[a],
                        "supplies": issues[q],
                        "from": float(low[q] + width[q] * start),
                        "to": float(low[q] + width[q] * end),
                        "partner": names[b],
                        "demands": issues[p],
                        "partner_from": float(low[p] + width[p] * other_start),
                        "partner_to": float(low[p] + width[p] * other_end),
                        "gain": gain,
                    }
                )
        return out


def run(
    model: SpatialModel,
    *,
    rounds: int = 10,
    ties: str = "listed",
    seed: int = 0,
    fixed: float = 0.1,
    flexible: float = 0.4,
    arithmetic: str = "floats",
) -> Exchanged:
    """Rounds of exchanges, for all draws of the model.

    Parameters
    ----------
    model
        Positions, saliences, capabilities; two issues and two parties at least.
    rounds
        How many.
    ties
        ``listed`` or ``seeded``: which of several exchanges with equal gains goes first.
    seed
        Of the order drawn under ``seeded``.
    fixed, flexible
        Share of a shift that lasts into the next round, ``fixed + flexible (1 - salience)``.
    arithmetic
        ``floats`` or ``exact``.

    Returns
    -------
    Exchanged
    """
    n, m = len(model.parties), len(model.issues)
    if n < 2 or m < 2:
        raise NotApplicableError(
            f"{n} part{'y' if n == 1 else 'ies'} and {m} issue{'s' * (m != 1)}",
            where="exchange",
            allowed="two parties and two issues at least: one side gives way on each",
        )
    if ties not in ("listed", "seeded"):
        raise UnknownNameError("order of ties", ties, ("listed", "seeded"), where="exchange")
    if not 1 <= rounds <= MAX_ROUNDS:
        raise InputError(f"{rounds} rounds", where="exchange", allowed=f"1 to {MAX_ROUNDS}")
    if not (fixed >= 0 and flexible >= 0 and fixed + flexible <= 1):
        raise InputError(
            f"shares {fixed:g} and {flexible:g} of a shift",
            where="exchange",
            allowed="not negative, at most 1 together",
        )
    if n * n * m * m > MAX_RATES:
        raise TooLargeError(
            f"{n} parties and {m} issues make {n * n * m * m:,} possible exchanges",
            where="exchange",
            allowed=f"{MAX_RATES:,}",
        )
    rng = np.random.default_rng(seed) if ties == "seeded" else None
    priority = kernel.priorities(n, m, rng)
    if arithmetic not in ARITHMETICS:
        raise UnknownNameError("arithmetic", arithmetic, ARITHMETICS, where="exchange")
    if arithmetic == "exact":
        return _run_exact(model, rounds, priority, fixed, flexible)
    position = POINTS * model.share
    salience, capability = model.salience.astype(float), model.capability.astype(float)
    done = []
    for _ in range(rounds):
        found = kernel.exchange_round(position, salience, capability, priority)
        done.append(found)
        position = kernel.yielded(position, found.voting, salience, fixed=fixed, flexible=flexible)
    return Exchanged(model, tuple(done))


def _run_exact(
    model: SpatialModel, rounds: int, priority: Array, fixed: Any, flexible: Any
) -> Exchanged:
    """The rounds in fractions."""
    if not model.is_exact or model.shape:
        raise NotApplicableError(
            "the model has floats or draws",
            where="exchange",
            allowed="fractions for exact rounds",
            remedy='arithmetic="floats"',
        )
    if rounds > MAX_EXACT_ROUNDS:
        raise TooLargeError(
            f"{rounds} rounds in fractions", where="exchange", allowed=f"{MAX_EXACT_ROUNDS}"
        )
    low = np.array([issue.low for issue in model.issues], dtype=object)
    width = np.array([issue.width for issue in model.issues], dtype=object)
    points = int(POINTS) * (model.position - low) / width
    position = np.where(model.has, points, 0 * points)
    done = []
    for _ in range(rounds):
        found = kernel.exact_round(position, model.salience, model.capability, model.has, priority)
        done.append(found)
        position = kernel.yielded(
            position,
            found.voting,
            model.salience,
            fixed=read_number(fixed),
            flexible=read_number(flexible),
        )
    return Exchanged(model, tuple(done))


@concept(
    "exchange",
    title="Exchange of positions with equal gains",
    short="exchange",
    games=("spatial",),
    field="rational",
    metrics=METRICS,
)
def exchange(
    model: SpatialModel,
    *,
    rounds: int = 10,
    ties: str = "listed",
    seed: int = 0,
    fixed: float = 0.1,
    flexible: float = 0.4,
    arithmetic: str = "floats",
) -> Solution:
    """The outcome after rounds of exchanges with equal gains.

    Parameters are those of `run`.

    Returns
    -------
    Solution
        One point; ``facts`` hold the outcome of each round, the number of exchanges and, for a
        model without draws, the exchanges of all rounds.

    Examples
    --------
    >>> from negotiate.spatial.positions import model
    >>> m = model({"a": {"p": 0, "q": 0}, "b": {"p": 100, "q": 100}})
    >>> exchange(m)[0].terms       # the same saliences: nothing to exchange
    {'p': 50.0, 'q': 50.0}
    """
    found = run(
        model,
        rounds=rounds,
        ties=ties,
        seed=seed,
        fixed=fixed,
        flexible=flexible,
        arithmetic=arithmetic,
    )
    levels = found.outcomes()
    facts: dict[str, Any] = {
        "rounds": by_round(model, levels),
        "counts": [(r.exchanges.party >= 0).sum(axis=-1).tolist() for r in found.rounds],
    }
    if not model.shape:
        facts["exchanges"] = found.listed()
    settings: dict[str, Any] = {
        "rounds": rounds,
        "rule": "equal gain",
        "ties": ties,
        "fixed": fixed,
        "flexible": flexible,
        "arithmetic": arithmetic,
    }
    if ties == "seeded":
        settings["seed"] = seed
    return forecast(
        model,
        "exchange",
        terms_of(model, levels[-1]),
        exact=found.is_exact,
        facts=facts,
        settings=settings,
        notes=(
            "the order of exchanges with equal gains is a convention: "
            + ("the order of listing" if ties == "listed" else f"drawn from seed {seed}"),
        ),
    )


@exchange.checked_by
def holds(model: SpatialModel, point: Point) -> Evidence:
    """Whether the point's exchanges obey the rule, and its terms are the outcome they lead to.

    The exchanges are played again one by one from the positions; see `obeys` for the rule.
    """
    if model.shape:
        raise NotApplicableError("a point over draws", where="exchange", remedy="take one draw")
    settings = point.facts["settings"]
    played = _replayed(model, point.facts["exchanges"], settings)
    found = obeys(Exchanged(model, played))
    last = model.levels(played[-1].outcome / POINTS)
    for k, issue in enumerate(model.issue_names):
        gap = POINTS * abs(float(point.terms[issue]) - float(last[k])) / float(model.width[k])
        if gap > max(float(found.value), POINTS * tolerance.AGREEMENT):
            return Evidence(False, gap, found.what, f"the exchanges lead elsewhere on {issue}")
    return found


def _replayed(
    model: SpatialModel, listed: list[dict[str, Any]], settings: dict[str, Any]
) -> tuple[kernel.Round, ...]:
    """Rounds made of a list of exchanges."""
    s = model.salience.astype(float)
    w = model.weight.astype(float)
    total = w.sum(axis=0)
    low, unit = model.low, model.width / POINTS
    position, rounds = POINTS * model.share, []
    for number in range(1, settings["rounds"] + 1):
        y = position.copy()
        rows = []
        for row in (row for row in listed if row["round"] == number):
            a, b = model.party(row["party"]), model.party(row["partner"])
            q, p = model.issue(row["supplies"]), model.issue(row["demands"])
            ways = [
                (float(row[key]) - low[k]) / unit[k]
                for key, k in (("from", q), ("to", q), ("partner_from", p), ("partner_to", p))
            ]
            y[a, q], y[b, p] = ways[1], ways[3]
            rows.append((a, q, b, p, float(row["gain"]), *ways))
        columns = np.array(rows, dtype=float).reshape(-1, 9).T
        exchanges = kernel.Exchanges(*columns[:4].astype(int), *columns[4:])
        start, end = (np.where(model.has, table, 0.0) for table in (position, y))
        rounds.append(
            kernel.Round(
                position, y, (w * start).sum(0) / total, (w * end).sum(0) / total, exchanges
            )
        )
        position = kernel.yielded(
            position, y, s, fixed=settings["fixed"], flexible=settings["flexible"]
        )
    return tuple(rounds)


def obeys(found: Exchanged) -> Evidence:
    """Whether every exchange obeys the rule and none is left out, from the definition.

    For every round (of the first draw): each mover stays between its start and its partner's
    position; the shifts of the two outcomes, computed as differences of weighted means, give both
    the same gain, and it is the stated one; gains never rise; at the end no pair of parties and
    issues has an exchange left with a gain. The largest failure is given in points.
    """
    worst, witness = 0.0, ""
    model = found.model
    first = (0,) * len(model.shape)
    s = model.salience.astype(float)[first]
    w = model.weight.astype(float)[first]
    total = w.sum(axis=0)
    for number, played in enumerate(found.rounds, 1):
        x = np.where(model.has, played.position[first], 0.0).astype(float)
        mean = (w * x).sum(axis=0) / total
        y, bought, last = x.copy(), np.zeros_like(x), np.inf
        for row in zip(*(column[first] for column in played.exchanges), strict=True):
            a, q, b, p = (int(index) for index in row[:4])
            if a < 0:
                break
            gain, start, end, other_start, other_end = (float(value) for value in row[4:])
            dq = abs(end - start) * w[a, q] / total[q]
            dp = abs(other_end - other_start) * w[b, p] / total[p]
            bought[b, q] += dq
            bought[a, p] += dp
            failures = (
                abs(start - y[a, q]),
                abs(other_start - y[b, p]),
                abs(s[a, p] * dp - s[a, q] * dq - gain),
                abs(s[b, q] * dq - s[b, p] * dp - gain),
                gain - last * (1 + 2 * tolerance.UTILITY),
                abs(x[b, q] - start) - abs(end - start) - abs(x[b, q] - end),
                -(x[b, q] - end) * (x[b, q] - start) / POINTS,
                -(x[a, p] - other_end) * (x[a, p] - other_start) / POINTS,
                bought[b, q] - abs(x[b, q] - mean[q]),
                bought[a, p] - abs(x[a, p] - mean[p]),
            )
            if max(failures) > worst:
                worst = max(failures)
                witness = f"round {number}: {model.parties[a]} and {model.parties[b]}"
            y[a, q], y[b, p], last = end, other_end, gain
        left = _best_left(x, y, bought, s, w, model.has)
        if left[0] > worst:
            worst = left[0]
            a, q, b, p = left[1:]
            names, issues = model.parties, model.issue_names
            witness = (
                f"round {number}: {names[a]} ({issues[q]}) and {names[b]} ({issues[p]}) could "
                "still exchange"
            )
    return Evidence(
        bool(worst <= POINTS * tolerance.AGREEMENT),
        float(worst),
        "largest failure of the rule, points",
        witness,
    )


def _best_left(
    x: Array, y: Array, bought: Array, s: Array, w: Array, has: Array
) -> tuple[float, int, int, int, int]:
    """The exchange with the largest equal gain that is possible now, tried over all pairs."""
    total = w.sum(axis=0)
    mean = (w * x).sum(axis=0) / total
    below = x <= mean
    n = len(x)
    best: tuple[float, int, int, int, int] = (0.0, 0, 0, 0, 0)
    for a in range(n):
        for b in range(n):
            apart = has[a] & has[b] & (below[a] != below[b])
            if a == b or not apart.any():
                continue
            towards_b = np.where(below[a], 1, -1) * (x[b] - y[a])
            towards_a = np.where(below[b], 1, -1) * (x[a] - y[b])
            room = np.minimum(towards_b * w[a] / total, np.abs(x[b] - mean) - bought[b])
            other = np.minimum(towards_a * w[b] / total, np.abs(x[a] - mean) - bought[a])
            room, other = (np.where(apart, np.maximum(r, 0), 0) for r in (room, other))
            # rows: q, supplied by a; columns: p, supplied by b
            joint = np.maximum(s[a] + s[b], tolerance.TINY)
            # equal gains: dp (s_Ap + s_Bp) = dq (s_Aq + s_Bq), one of them at its most
            dp = np.minimum(other[None, :], room[:, None] * joint[:, None] / joint[None, :])
            dq = dp * joint[None, :] / joint[:, None]
            gain = s[a][None, :] * dp - s[a][:, None] * dq
            np.fill_diagonal(gain, 0.0)
            q, p = (int(index) for index in np.unravel_index(gain.argmax(), gain.shape))
            if gain[q, p] > best[0]:
                best = (float(gain[q, p]), a, q, b, p)
    return best


@exchange.explained_by
def explain(model: SpatialModel) -> str:
    """The first exchange step by step, in Markdown with TeX.

    >>> from negotiate.spatial.positions import model
    >>> m = model({"a": {"p": 0, "q": 0}, "b": {"p": 100, "q": 100}},
    ...           salience={"a": {"p": 1, "q": "0.5"}, "b": {"p": "0.5", "q": 1}})
    >>> print(explain(m).splitlines()[0])
    Expected without exchange: p 33.33, q 66.67.
    """
    found = run(model, rounds=1)
    first = found.rounds[0]
    start = model.levels(first.expected / POINTS)
    lines = [
        "Expected without exchange: "
        + ", ".join(f"{n} {v:.4g}" for n, v in zip(model.issue_names, start, strict=True))
        + "."
    ]
    listed = found.listed()
    if not listed:
        return lines[0] + "\n\nNo two parties can both gain by an exchange."
    row = listed[0]
    a, b = model.party(row["party"]), model.party(row["partner"])
    q, p = model.issue(row["supplies"]), model.issue(row["demands"])
    s, w = model.salience.astype(float), model.weight.astype(float)
    move, other = abs(row["to"] - row["from"]), abs(row["partner_to"] - row["partner_from"])
    parts = []
    for name, who, issue, way in (("q", a, q, move), ("p", b, p, other)):
        points = POINTS * way / model.width[issue]
        shift = points * w[who, issue] / w[:, issue].sum()
        parts.append((name, points, w[who, issue], w[:, issue].sum(), shift))
    lines.append(
        f"{row['party']} moves on q = {row['supplies']} from {row['from']:.4g} to {row['to']:.4g}; "
        f"{row['partner']} on p = {row['demands']} from {row['partner_from']:.4g} to "
        f"{row['partner_to']:.4g}."
    )
    lines += [
        rf"$$\delta_{name} = \frac{{{points:.4g} \cdot {weight:.4g}}}{{{total:.4g}}} "
        rf"= {shift:.4g}$$"
        for name, points, weight, total, shift in parts
    ]
    dq, dp = parts[0][4], parts[1][4]
    lines.append(
        rf"$$s_{{Ap}}\delta_p - s_{{Aq}}\delta_q = {s[a, p]:.4g} \cdot {dp:.4g} - {s[a, q]:.4g} "
        rf"\cdot {dq:.4g} = {row['gain']:.4g} = s_{{Bq}}\delta_q - s_{{Bp}}\delta_p = "
        rf"{s[b, q]:.4g} \cdot {dq:.4g} - {s[b, p]:.4g} \cdot {dp:.4g}$$"
    )
    return "\n\n".join(lines)

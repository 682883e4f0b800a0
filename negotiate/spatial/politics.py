r"""The spatial model of politics: challenges, bargains and votes in one or more dimensions.

The successor of the expected-utility model in the open toolkit KTAB (King Abdullah Petroleum
Studies and Research Center, MIT licence), whose source was read for every formula: ``kmodel.cpp``,
``smp.cpp``, ``smpbcn.cpp``. That an election among positions has a winner only with some
probability is from Wise and Bankes (2015), "Non-spatial probabilistic Condorcet election
methodology". Issues of the model are the dimensions. With the notation of
`negotiate.spatial.arithmetic.politics`, a round goes as follows.

1. Votes between positions, weighted by capability and at risk attitude 0, give each position its
   chance :math:`p_i` of beating all others, and from it a risk attitude
   :math:`R_i = (3 p_i - p_{max} - 2 p_{min}) / (2 (p_{max} - p_{min}))` (range ``mid``).
2. Party h estimates that i has the attitude :math:`(2 R_h + R_i)/3` (``one_third``) and with it
   everyone's utilities.
3. Party i expects from challenging j, at its own estimates, with chance :math:`P_{ij}` that i wins
   when third parties weigh in, and chance :math:`S_j` (j's total salience) that j resists,

   .. math:: (1 - S_j)\, 2 u_{ii} + S_j (P_{ij}\, 2 u_{ii} + (1 - P_{ij})\, 2 u_{ij})
             - (u_{ii} + u_{ij}),

   and challenges the party from which it expects most, if that is more than ``LEAST_GAIN``.
4. A challenge is settled by a bargain: on each dimension both would move to the mean of their
   positions weighted by :math:`(s P)^2` (``squares``; ``products``: by :math:`s P`), with P as the
   challenger sees it (``bargain = "initiator"``) or averaged with the other's view by weight
   (``weighted``). As in KTAB each side's own position has a guard of ``GUARD`` more weight in what
   it itself would adopt, and coordinates are rounded to ``decimals`` places.
5. Each party has the bargains that it takes part in, and the option to stay. All parties vote on
   them by capability, and it takes the one most likely to beat the others.

Rounds end when all positions together move less than ``settle`` times what they moved in the first
round. The forecast is the mean of the positions by their chances of winning (``expected``), or the
likeliest (``likeliest``).

With KTAB's example of three dimensions and seven parties this file gives the published run of ten
steps to the last printed digit (`tests/spatial/test_politics.py`). The rounding in step 4 matters:
without it, two parties that made the same bargain stand on the very same point, and the run ends
some two points elsewhere. A forecast that depends on the fourth decimal should be read accordingly.

>>> from negotiate.spatial.positions import model
>>> m = model({"a": {"p": 0}, "b": {"p": 60}, "c": {"p": 100}}, salience="0.8",
...           capability={"a": 100, "b": 50, "c": 40})
>>> found = politics(m, rounds=1)
>>> [(b["challenger"], b["target"]) for b in found[0].facts["bargains"]]
[('a', 'c'), ('b', 'c')]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import InputError, NotApplicableError, TooLargeError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.spatial._forecast import by_round, forecast, terms_of
from negotiate.spatial._metrics import METRICS
from negotiate.spatial.arithmetic import politics as arithmetic
from negotiate.spatial.positions import SpatialModel

Array = npt.NDArray[Any]
Rule = Callable[[Array], Array]

LEAST_GAIN = 1e-5
"""What a challenge must be worth to be made (KTAB)."""
GUARD = 1e-6
"""Weight of one's own position in a bargain beside the bargained weights (KTAB): where neither
side cares or can win, each stays."""
MAX_ROUNDS = 1_000
MAX_ESTIMATES = 30_000_000
"""Most numbers in a table of estimates (parties to the fourth power, times draws)."""

VOTING: dict[str, Rule] = {
    "proportional": lambda du: du,
    "binary": np.sign,
    "cubic": lambda du: du**3,
    "binary_proportional": lambda du: 0.8 * du + 0.2 * np.sign(du),
    "proportional_cubic": lambda du: 0.5 * du + 0.5 * du**3,
    "prospect": lambda du: np.where(du < 0, du, 2 * du / 3),
}
"""Votes by difference of utilities; in ``prospect`` losses count half as much again as gains."""
VICTORY: dict[str, Rule] = {
    "linear": lambda c: c,
    "square": lambda c: c**2,
    "quartic": lambda c: c**4,
    "octic": lambda c: c**8,
}
"""How the chance of winning follows from the strengths of two sides: C^a / (C^a + C'^a)."""
ELECTION = {
    "conditional": arithmetic.conditional,
    "markov_uniform": arithmetic.markov_uniform,
    "markov_incentive": arithmetic.markov_incentive,
}
COMMITMENT = {
    "full": np.array([(3, 0, 0), (0, 3, 0), (3, 0, 0), (0, 3, 0)]),
    "semi": np.array([(2, 0, 1), (0, 3, 0), (3, 0, 0), (0, 2, 1)]),
    "none": np.array([(2, 0, 1), (0, 2, 1), (2, 0, 1), (0, 2, 1)]),
}
"""What a third party n counts, as numbers of u_ni, u_nj, u_nn, when i wins with it, j wins against
it, i wins against it, j wins with it. Under ``full`` a winner imposes its position on n as well."""
RISK_RANGE: dict[str, tuple[float, float]] = {"min": (0, 1), "mid": (-0.5, 1), "max": (-1, 1)}
"""Risk attitudes of the least and the most likely winner."""
RISK_VIEW = {"own": 0.0, "one_third": 1 / 3, "half": 0.5, "two_thirds": 2 / 3, "true": 1.0}
"""Share of i's true attitude in h's estimate of it; the rest is h's own."""
WEIGHTING = {"squares": 2, "products": 1}
BARGAINS = ("initiator", "weighted")
FORECASTS = ("expected", "likeliest")


@dataclass(frozen=True)
class Step:
    """One round: positions before and after as shares ``(..., n, m)``, and how they came about.

    ``win`` ``(..., n)`` chance of each position by true utilities (equal positions share one, held
    by the first of them), ``risk`` ``(..., n)``, ``target`` and ``gain`` ``(..., n)`` of each
    party's best challenge (target -1 for none), ``chance`` ``(..., n)`` that it wins by its own
    view, ``bargain`` and ``counter`` ``(..., n, m)`` what it and its target would adopt, ``taken``
    ``(..., n)`` the challenger whose bargain a party took; -1 for none.
    """

    position: Array
    win: Array
    risk: Array
    target: Array
    gain: Array
    chance: Array
    bargain: Array
    counter: Array
    taken: Array
    after: Array


@dataclass(frozen=True, eq=False)
class Bargained:
    """The rounds, the chances of the last positions, and the settings."""

    model: SpatialModel
    steps: tuple[Step, ...]
    win: Array
    settings: dict[str, Any]
    settled: bool

    def __repr__(self) -> str:
        return f"Bargained({len(self.steps)} rounds, {'settled' if self.settled else 'moving'})"

    def bargains(self) -> list[dict[str, Any]]:
        """Challenges of a model without draws, and who took the bargain; levels of the scales."""
        out = []
        names, issues = self.model.parties, self.model.issue_names
        for number, step in enumerate(self.steps, 1):
            for i in np.nonzero(step.target >= 0)[0]:
                meet = self.model.levels(step.bargain[i])
                other = self.model.levels(step.counter[i])
                out.append(
                    {
                        "round": number,
                        "challenger": names[i],
                        "target": names[int(step.target[i])],
                        "gain": float(step.gain[i]),
                        "chance": float(step.chance[i]),
                        "meet_at": dict(zip(issues, meet.tolist(), strict=True)),
                        "target_at": dict(zip(issues, other.tolist(), strict=True)),
                        "taken_by": [names[k] for k in np.nonzero(step.taken == i)[0]],
                    }
                )
        return out


def run(
    model: SpatialModel,
    *,
    rounds: int = 100,
    voting: str = "proportional",
    victory: str = "linear",
    election: str = "conditional",
    commitment: str = "semi",
    risk_range: str = "mid",
    risk_view: str = "one_third",
    weighting: str = "squares",
    bargain: str = "initiator",
    decimals: int = 4,
    settle: float = 0.02,
) -> Bargained:
    """Rounds of challenges and bargains, for all draws of the model.

    Parameters
    ----------
    model
        Every party needs a position on every issue and one capability; the saliences of a party
        must sum to at most 1 (as in KTAB, where they share what the party cares at all).
    rounds
        At most so many.
    voting, victory, election, commitment, risk_range, risk_view, weighting, bargain
        Conventions by name; the head of this file and the tables in it say what they mean.
    decimals
        Places to which coordinates of bargains (in shares of the scale) are rounded.
    settle
        The run ends when all together move less than this share of their first round's way.

    Returns
    -------
    Bargained
    """
    for what, name, table in (
        ("voting rule", voting, VOTING),
        ("victory rule", victory, VICTORY),
        ("election", election, ELECTION),
        ("commitment of third parties", commitment, COMMITMENT),
        ("range of risk attitudes", risk_range, RISK_RANGE),
        ("view of others' risk", risk_view, RISK_VIEW),
        ("weighting of bargains", weighting, WEIGHTING),
        ("kind of bargain", bargain, BARGAINS),
    ):
        if name not in table:
            raise UnknownNameError(what, name, table, where="politics")
    if not 1 <= rounds <= MAX_ROUNDS:
        raise InputError(f"{rounds} rounds", where="politics", allowed=f"1 to {MAX_ROUNDS}")
    if not 0 <= decimals <= 12:
        raise InputError(f"{decimals} decimals", where="politics", allowed="0 to 12")
    position, salience, capability = _input(model)
    settings = {
        "rounds": rounds, "voting": voting, "victory": victory, "election": election,
        "commitment": commitment, "risk_range": risk_range, "risk_view": risk_view,
        "weighting": weighting, "bargain": bargain, "decimals": decimals, "settle": settle,
    }  # fmt: skip
    steps: list[Step] = []
    settled = False
    moving = np.ones(model.shape, dtype=bool)
    first_way = np.zeros(model.shape)
    for number in range(rounds):
        step = _step(position, salience, capability, settings)
        after = np.where(moving[..., None, None], step.after, position)
        way = np.sqrt(((after - position) ** 2).sum(axis=-1)).sum(axis=-1)
        steps.append(step if moving.all() else _held(step, after))
        position = after
        if number == 0:
            first_way = way
        moving = moving & (way >= settle * first_way) & (way > 0)
        if not moving.any():
            settled = True
            break
    last = _risk_at(position, salience, capability, settings)
    win = _win(position, salience, capability, settings, last)
    return Bargained(model, tuple(steps), win, settings, settled)


def _held(step: Step, after: Array) -> Step:
    """A round in which some draws had settled: they stay where they are."""
    return replace(step, after=after)


def _input(model: SpatialModel) -> tuple[Array, Array, Array]:
    if not model.has.all():
        i, k = np.argwhere(~model.has)[0]
        raise NotApplicableError(
            f"{model.parties[i]} has no position on {model.issue_names[k]}",
            where="politics",
            allowed="a position of every party on every issue: the dimensions of one space",
            remedy="leave out issues or parties with `only`, or use exchange or challenge",
        )
    capability = model.capability.astype(float)
    if not (capability == capability[..., :1]).all():
        raise NotApplicableError(
            "a party has different capabilities on different issues",
            where="politics",
            allowed="one capability a party",
        )
    salience = model.salience.astype(float)
    findings = []
    if not (salience.sum(axis=-1) <= 1 + tolerance.WEIGHT_SUM).all():
        i = int(np.argmax(salience.sum(axis=-1).reshape(-1, len(model.parties)).max(axis=0)))
        findings.append(
            f"saliences of {model.parties[i]} sum to more than 1; allowed: at most 1, since their "
            "sum is the chance that it resists a challenge; remedy: divide them by the number of "
            "issues"
        )
    if not (salience.sum(axis=-1) > 0).all() or not (capability > 0).all():
        findings.append("a party without salience or capability; allowed: above 0")
    n = len(model.parties)
    if n < 2:
        findings.append("one party; allowed: two or more")
    if findings:
        raise InputError("; ".join(findings), where="politics")
    count = n**4 * int(np.prod(model.shape, dtype=int))
    if count > MAX_ESTIMATES:
        raise TooLargeError(
            f"{n} parties' estimates of each other's contests: {count:,} numbers",
            where="politics",
            allowed=f"{MAX_ESTIMATES:,}",
        )
    return model.share, salience, capability[..., 0]


def _win(
    position: Array, salience: Array, capability: Array, settings: dict[str, Any], risk: Array
) -> Array:
    """Chance of each position of beating all others; equal positions count once."""
    n = position.shape[-2]
    same = (position[..., :, None, :] == position[..., None, :, :]).all(axis=-1)
    first = ~(same & np.tri(n, k=-1, dtype=bool)).any(axis=-1)
    utility = arithmetic.utility(arithmetic.distance(position, salience), risk[..., None])
    return _election(utility, capability, settings, first)


def _election(utility: Array, weight: Array, settings: dict[str, Any], open_to: Array) -> Array:
    """Chances of options ``(..., m)`` from utilities ``(..., n, m)``."""
    vote = weight[..., None, None] * VOTING[settings["voting"]](
        utility[..., :, None] - utility[..., None, :]
    )
    strength = arithmetic.coalitions(vote)
    win = arithmetic.victory(strength, VICTORY[settings["victory"]])
    return ELECTION[settings["election"]](win, strength, open_to)


def _risk_at(
    position: Array, salience: Array, capability: Array, settings: dict[str, Any]
) -> Array:
    """Risk attitudes, from the low end for the least likely winner to the high for the likeliest.

    In this election equal positions count as often as they are held, as in KTAB.
    """
    low, high = RISK_RANGE[settings["risk_range"]]
    neutral = arithmetic.utility(arithmetic.distance(position, salience), np.zeros((1, 1)))
    everyone = np.ones(position.shape[:-1], dtype=bool)
    win = _election(neutral, capability, settings, everyone)
    least = win.min(axis=-1, keepdims=True)
    spread = win.max(axis=-1, keepdims=True) - least
    flat = spread <= tolerance.TIE
    return np.where(flat, 0.0, low + (high - low) * (win - least) / np.where(flat, 1.0, spread))


def _step(
    position: Array,
    salience: Array,
    capability: Array,
    settings: dict[str, Any],
) -> Step:
    n = position.shape[-2]
    apart = arithmetic.distance(position, salience)
    risk = _risk_at(position, salience, capability, settings)
    view = RISK_VIEW[settings["risk_view"]]
    seen = (1 - view) * risk[..., :, None] + view * risk[..., None, :]  # h's estimate of i's
    u = arithmetic.utility(apart[..., None, :, :], seen[..., None])
    total = salience.sum(axis=-1)
    vote = VOTING[settings["voting"]]
    chance = arithmetic.contest(u, capability * total, vote, COMMITMENT[settings["commitment"]])
    gain = arithmetic.challenge_gain(u, chance, total)
    gain = np.where(np.eye(n, dtype=bool), -np.inf, gain)
    target = gain.argmax(axis=-1)
    best = np.take_along_axis(gain, target[..., None], axis=-1)[..., 0]
    on = best > LEAST_GAIN
    mine = np.take_along_axis(np.einsum("...iij->...ij", chance), target[..., None], -1)[..., 0]
    meet = _meeting(position, salience, target, mine, settings, capability * total, chance)
    taken = _choices(position, salience, capability, risk, u, target, on, meet, settings)
    after = _stands(position, taken, *meet)
    win = _win(position, salience, capability, settings, risk)
    return Step(
        position, win, risk, np.where(on, target, -1), np.where(on, best, 0.0), mine, *meet, taken,
        after,
    )  # fmt: skip


def _stands(position: Array, taken: Array, bargain: Array, counter: Array) -> Array:
    """Where parties stand after taking bargains, as challenger or as target."""
    index = np.maximum(taken, 0)[..., None]
    own = taken == np.arange(taken.shape[-1])
    adopted = np.where(
        own[..., None],
        np.take_along_axis(bargain, index, axis=-2),
        np.take_along_axis(counter, index, axis=-2),
    )
    return np.where((taken >= 0)[..., None], adopted, position)


def _meeting(
    position: Array,
    salience: Array,
    target: Array,
    chance: Array,
    settings: dict[str, Any],
    weight: Array,
    views: Array,
) -> tuple[Array, Array]:
    """What challenger and target would adopt, ``(..., n, m)`` each, for every challenger."""
    at = target[..., None]
    other = np.take_along_axis(position, at, axis=-2)
    theirs = np.take_along_axis(salience, at, axis=-2)
    power = WEIGHTING[settings["weighting"]]

    def between(p: Array) -> Array:
        ours_w = (salience * p[..., None]) ** power
        theirs_w = (theirs * (1 - p[..., None])) ** power
        total = ours_w + GUARD + theirs_w
        first = ((ours_w + GUARD) * position + theirs_w * other) / total
        return np.stack([first, (ours_w * position + (theirs_w + GUARD) * other) / total])

    meet = between(chance)
    if settings["bargain"] == "weighted":
        # the target's estimate that the challenger wins: h = target, contest (i : target)
        n = position.shape[-2]
        i = np.arange(n)
        flat = np.moveaxis(views, -3, -1)  # (..., i, j, h)
        seen = np.take_along_axis(flat[..., i, :, :], at[..., None], axis=-2)[..., 0, :]
        p = np.take_along_axis(seen, at, axis=-1)[..., 0]
        heft, other_heft = weight, np.take_along_axis(weight, target, axis=-1)
        share = (heft / (heft + other_heft))[..., None]
        meet = share * meet + (1 - share) * between(p)
    scale = 10.0 ** settings["decimals"]
    meet = np.floor(0.5 + meet * scale) / scale
    return meet[0], meet[1]


def _choices(
    position: Array,
    salience: Array,
    capability: Array,
    risk: Array,
    u: Array,
    target: Array,
    on: Array,
    meet: tuple[Array, Array],
    settings: dict[str, Any],
) -> Array:
    """The challenger whose bargain each party takes, -1 to stay; ties go to the first option."""
    n = position.shape[-2]
    own = np.einsum("...kkj->...kj", u)
    stay = own.sum(axis=-1, keepdims=True)
    moved = sum(
        arithmetic.utility(
            arithmetic.distance_to(
                position[..., :, None, :] - place[..., None, :, :], salience[..., :, None, :]
            ),
            risk[..., :, None],
        )
        for place in meet
    )
    # a bargain moves challenger and target, all others stay where they are
    of_target = np.take_along_axis(own, np.broadcast_to(target[..., None, :], own.shape), axis=-1)
    worth = np.concatenate([stay, stay - own - of_target + moved], axis=-1) / n
    party = np.arange(n)
    mine = (party[:, None] == party) | (target[..., None, :] == party[:, None])
    options = np.concatenate(
        [np.ones((*mine.shape[:-1], 1), dtype=bool), mine & on[..., None, :]], axis=-1
    )
    chances = _election(worth[..., None, :, :], capability[..., None, :], settings, options)
    best: Array = chances.argmax(axis=-1) - 1
    return best


@concept(
    "spatial_politics",
    title="Spatial model of politics: challenges, bargains and votes",
    short="spatial politics",
    games=("spatial",),
    field="transcendental",
    metrics=METRICS,
)
def politics(
    model: SpatialModel,
    *,
    forecast_by: str = "expected",
    rounds: int = 100,
    voting: str = "proportional",
    victory: str = "linear",
    election: str = "conditional",
    commitment: str = "semi",
    risk_range: str = "mid",
    risk_view: str = "one_third",
    weighting: str = "squares",
    bargain: str = "initiator",
    decimals: int = 4,
    settle: float = 0.02,
) -> Solution:
    """The forecast of the spatial model of politics.

    Parameters
    ----------
    model
        See `run`, which also has the other settings.
    forecast_by
        ``expected`` (mean of the last positions by their chances) or ``likeliest``.

    Returns
    -------
    Solution
        One point; ``facts`` hold the forecast after each round, the chances of the last positions
        and the bargains.

    Examples
    --------
    >>> from negotiate.spatial.positions import model
    >>> m = model({"a": {"p": 0}, "b": {"p": 100}}, salience="0.5", capability={"a": 3, "b": 1})
    >>> politics(m, forecast_by="likeliest")[0].facts["chances"]
    {'a': 1.0, 'b': 0.0}
    """
    if forecast_by not in FORECASTS:
        raise UnknownNameError("forecast", forecast_by, FORECASTS, where="politics")
    found = run(
        model, rounds=rounds, voting=voting, victory=victory, election=election,
        commitment=commitment, risk_range=risk_range, risk_view=risk_view, weighting=weighting,
        bargain=bargain, decimals=decimals, settle=settle,
    )  # fmt: skip
    path = [(step.position, step.win) for step in found.steps]
    path.append((found.steps[-1].after, found.win))
    levels = [model.levels(_point(x, win, forecast_by)) for x, win in path]
    facts: dict[str, Any] = {"rounds": by_round(model, np.stack(levels))}
    if not model.shape:
        facts["chances"] = dict(zip(model.parties, found.win.tolist(), strict=True))
        facts["risk_attitudes"] = dict(
            zip(model.parties, found.steps[0].risk.tolist(), strict=True)
        )
        facts["bargains"] = found.bargains()
    return forecast(
        model,
        "spatial_politics",
        terms_of(model, levels[-1]),
        exact=False,
        facts=facts,
        settings=found.settings | {"forecast_by": forecast_by},
        marks=() if found.settled else ("still moving",),
        notes=() if found.settled else (f"positions still move after {len(found.steps)} rounds",),
    )


def _point(position: Array, win: Array, by: str) -> Array:
    if by == "expected":
        mean: Array = (win[..., None] * position).sum(axis=-2)
        return mean
    at = win.argmax(axis=-1)[..., None, None]
    return np.take_along_axis(position, at, axis=-2)[..., 0, :]


@politics.checked_by
def holds(model: SpatialModel, point: Point) -> Evidence:
    """Whether the point's bargains lead to its terms, from the definition.

    Positions are moved bargain by bargain: each lies between its two parties' positions, up to the
    rounding, pays the challenger, and is taken by nobody else. With the last positions the votes
    are counted party by party, and the chances and the forecast follow. The largest failure is
    given, as a share of the scale or of a chance.
    """
    if model.shape:
        raise NotApplicableError("a point over draws", where="politics", remedy="take one draw")
    settings, names = point.facts["settings"], model.issue_names
    unit = 0.5 * 10.0 ** -settings["decimals"]
    x = np.array(model.share)
    failures: dict[str, float] = {}

    def fails(what: str, size: float) -> None:
        failures[what] = max(failures.get(what, 0.0), size)

    bargains = point.facts["bargains"]
    for number in range(1, max((b["round"] for b in bargains), default=0) + 1):
        after = x.copy()
        for row in (b for b in bargains if b["round"] == number):
            i, j = model.party(row["challenger"]), model.party(row["target"])
            places = {
                who: (np.array([row[key][n] for n in names]) - model.low) / model.width
                for who, key in ((i, "meet_at"), (j, "target_at"))
            }
            low, high = np.minimum(x[i], x[j]) - unit, np.maximum(x[i], x[j]) + unit
            for place in places.values():
                fails("a bargain between two positions", float((low - place).max()))
                fails("a bargain between two positions", float((place - high).max()))
            fails("a challenge pays", float(row["gain"] <= LEAST_GAIN))
            for name in row["taken_by"]:
                who = model.party(name)
                fails("a bargain of one's own", float(who not in places))
                after[who] = places.get(who, x[who])
        x = after
    chances = _by_hand(model, x, settings)
    for i, party in enumerate(model.parties):
        fails("chances", abs(float(point.facts["chances"][party]) - chances[i]))
    if settings["forecast_by"] == "expected":
        level = [sum(chances[i] * x[i, k] for i in range(len(x))) for k in range(len(names))]
    else:
        level = x[int(np.argmax(chances))].tolist()
    for k, name in enumerate(names):
        told = (float(point.terms[name]) - model.low[k]) / model.width[k]
        fails("the forecast follows from the chances", float(abs(told - level[k])))
    what = max(failures, key=lambda name: failures[name])
    worst = max(failures[what], 0.0)
    fine = worst <= 10 * tolerance.AGREEMENT
    return Evidence(bool(fine), worst, "largest failure", "" if fine else what)


def _by_hand(model: SpatialModel, x: Array, settings: dict[str, Any]) -> list[float]:
    """Chances of the positions, votes counted one by one."""
    n = len(x)
    s, c = model.salience.astype(float), model.capability.astype(float)[:, 0]
    rule, sharpen = VOTING[settings["voting"]], VICTORY[settings["victory"]]

    def apart(i: int, j: int) -> float:
        part = sum((s[i, k] * (x[i, k] - x[j, k])) ** 2 for k in range(x.shape[1]))
        return float((part / sum(s[i, k] ** 2 for k in range(x.shape[1]))) ** 0.5)

    def chances(risk: list[float], options: list[int]) -> list[float]:
        u = [[(1 - apart(k, i)) * (1 + apart(k, i) * risk[k]) for i in range(n)] for k in range(n)]
        strength = np.zeros((n, n))
        for i in options:
            for j in options:
                votes = c * rule(np.array([u[k][i] - u[k][j] for k in range(n)]))
                strength[i, j] = votes[votes > 0].sum()
        win = np.full((n, n), 0.5)
        for i in options:
            for j in options:
                ours, theirs = float(sharpen(strength[i, j])), float(sharpen(strength[j, i]))
                win[i, j] = ours / (ours + theirs) if ours + theirs else 0.5
        open_to = np.isin(np.arange(n), options)
        return [float(p) for p in ELECTION[settings["election"]](win, strength, open_to)]

    first = chances([0.0] * n, list(range(n)))
    least, most = min(first), max(first)
    low, high = RISK_RANGE[settings["risk_range"]]
    spread = most - least
    risk = [
        low + (high - low) * (p - least) / spread if spread > tolerance.TIE else 0.0 for p in first
    ]
    unique = [i for i in range(n) if not any((x[i] == x[j]).all() for j in range(i))]
    return chances(risk, unique)


@politics.explained_by
def explain(model: SpatialModel) -> str:
    """The first round in words, in Markdown.

    >>> from negotiate.spatial.positions import model
    >>> m = model({"a": {"p": 0}, "b": {"p": 100}}, salience="0.5", capability={"a": 3, "b": 1})
    >>> print(explain(m).splitlines()[0])
    Risk attitudes: a +1.00, b -0.50.
    """
    found = run(model, rounds=1)
    step = found.steps[0]
    lines = [
        "Risk attitudes: "
        + ", ".join(f"{p} {r:+.2f}" for p, r in zip(model.parties, step.risk, strict=True))
        + ".",
        "",
    ]
    for row in found.bargains():
        meet = ", ".join(f"{issue} {level:.4g}" for issue, level in row["meet_at"].items())
        takers = " and ".join(row["taken_by"]) or "nobody"
        lines.append(
            f"* {row['challenger']} challenges {row['target']} (wins with chance "
            f"{row['chance']:.2f}, expects {row['gain']:.3g}); they would meet at {meet}; taken by "
            f"{takers}."
        )
    if len(lines) == 2:
        lines.append("No challenge pays.")
    return "\n".join(lines)

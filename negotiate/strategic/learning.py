"""Learning and evolution in two-player games, for teaching, through Nashpy.

- ``fictitious_play``: each player replies best to the other's past frequencies (Brown 1951, in
  Activity Analysis of Production and Allocation, 374-376).
- ``stochastic_fictitious_play``: the same with random payoff shocks (Fudenberg and Levine 1998, The
  Theory of Learning in Games, chapter 4).
- ``replicator``: shares in one population grow with their advantage over the mean (Taylor and
  Jonker 1978, Mathematical Biosciences 40, 145-156); symmetric games.
- ``asymmetric_replicator``: the same in two populations.
- ``moran``: birth in proportion to payoff, death at random, in one finite population (Moran 1958,
  Mathematical Proceedings 54, 60-71); symmetric games with payoffs that are not negative.

The dynamics are Nashpy's (Knight and Campbell 2018, JOSS 3(30), 904). `path` gives the whole
course, `solve` its last state with that state's regret; no course proves anything about its limit.

Fictitious play in a 2 x 2 game converges (Miyasawa 1961); here to the mixture of matching pennies:

>>> game = StrategicGame.from_arrays([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
>>> point = learning(game, dynamics="fictitious_play", steps=2000)[0]
>>> abs(point.strategies["Player 1"]["1"] - 0.5) < 0.05
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _learning_steps
from negotiate.strategic import _shared as shared
from negotiate.strategic._sources import to_nashpy
from negotiate.strategic.arithmetic import expected
from negotiate.strategic.game import StrategicGame, is_symmetric
from negotiate.view import Viewable

MAX_STEPS = 1_000_000
MAX_POPULATION = 10_000


@dataclass(frozen=True)
class Course(Viewable):
    """A course of learning: times and, per player, shares of each strategy at each time.

    Attributes
    ----------
    times
        Shape ``(T,)``: steps, or time of a differential equation.
    shares
        Player to an array ``(T, S)`` of frequencies or probabilities.
    strategies
        Player to the labels of its strategies.
    """

    dynamics: str
    times: Any
    shares: Mapping[str, Any]
    strategies: Mapping[str, tuple[str, ...]]

    _view = "negotiate.strategic.views.learning_course"


def path(
    form: StrategicGame,
    *,
    dynamics: str = "fictitious_play",
    steps: int = 1000,
    horizon: float = 50.0,
    start: Mapping[str, Mapping[str, float]] | None = None,
    population: Mapping[str, int] | None = None,
    rng: np.random.Generator | None = None,
) -> Course:
    """The course of a dynamic.

    Parameters
    ----------
    dynamics
        "fictitious_play", "stochastic_fictitious_play", "replicator", "asymmetric_replicator" or
        "moran".
    steps
        Rounds of play (for the replicators: points in time that are recorded).
    horizon
        Time span of the replicators.
    start
        First mixed strategies of the replicators; without it a little off the centroid, which
        would not move in many games.
    population
        Moran: strategy to its first number of individuals; without it five of each.
    rng
        Source of chance; ``default_rng(0)`` without it.
    """
    game = shared.admit(form, "learning", players=2).floats()
    if dynamics not in DYNAMICS:
        raise UnknownNameError("dynamic", dynamics, DYNAMICS, where="learning")
    if not 1 <= steps <= MAX_STEPS:
        raise InputError(f"steps is {steps}", where="learning", allowed=f"1 to {MAX_STEPS:,}")
    settings = {"steps": steps, "horizon": horizon, "start": start, "population": population}
    with _seeded(rng or np.random.default_rng(0)):
        times, shares = DYNAMICS[dynamics](game, settings)
    shared_out = dict(zip(game.players, shares, strict=True))
    return Course(dynamics, times, shared_out, dict(game.strategies))


@concept(
    "learning",
    title="Learning dynamics",
    short="learning",
    games=("strategic",),
    field="transcendental",
)
def learning(
    form: StrategicGame, *, dynamics: str = "fictitious_play", **settings: Any
) -> Solution:
    """Where a dynamic stands at its last step; settings as in `path`.

    Returns
    -------
    Solution
        One point with its regret; ``complete`` is False.
    """
    game = shared.admit(form, "learning", players=2)
    course = path(form, dynamics=dynamics, **settings)
    mixed = [np.asarray(course.shares[p][-1], float) for p in game.players]
    floats = game.floats()
    point = shared.point(
        floats, mixed, label=f"{dynamics} at its last step", facts={"time": float(course.times[-1])}
    )
    return Solution(
        concept="learning",
        players=game.players,
        points=(point,),
        complete=False,
        exact=False,
        settings={"dynamics": dynamics, **{k: v for k, v in settings.items() if k != "rng"}},
        notes=("The last state of one course; its regret says how far it is from an equilibrium.",),
        form=form,
    )


@learning.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """Whether the stated regret of the last state is its regret; nothing more is claimed."""
    game = shared.admit(form, "learning", players=2).floats()
    mixed = shared.mixed_of(game, point)
    value = float(expected.regrets(game.payoffs, mixed).max())
    good = abs(value - float(point.regret or 0.0)) <= float(shared.unit(game))
    return Evidence(
        good, value, "regret of the last state (payoff units)", "" if good else "regret"
    )


Result = tuple[Any, list[Any]]


def _fictitious(game: StrategicGame, settings: Mapping[str, Any]) -> Result:
    plays = list(to_nashpy(game).fictitious_play(iterations=settings["steps"]))[1:]
    return _frequencies(plays)


def _stochastic(game: StrategicGame, settings: Mapping[str, Any]) -> Result:
    course = to_nashpy(game).stochastic_fictitious_play(iterations=settings["steps"])
    return _frequencies([counts for counts, _ in list(course)[1:]])


def _frequencies(plays: list[Any]) -> Result:
    counts = [np.array([play[i] for play in plays], float) for i in range(2)]
    shares = [c / c.sum(axis=1, keepdims=True) for c in counts]
    return np.arange(1, len(plays) + 1), shares


def _replicator(game: StrategicGame, settings: Mapping[str, Any]) -> Result:
    _demand_symmetry(game, "replicator")
    times = np.linspace(0.0, settings["horizon"], settings["steps"])
    first = _start(game, settings["start"])[0]
    shares = np.asarray(to_nashpy(game).replicator_dynamics(y0=first, timepoints=times))
    return times, [shares, shares]


def _asymmetric(game: StrategicGame, settings: Mapping[str, Any]) -> Result:
    times = np.linspace(0.0, settings["horizon"], settings["steps"])
    first, second = _start(game, settings["start"])
    xs, ys = to_nashpy(game).asymmetric_replicator_dynamics(x0=first, y0=second, timepoints=times)
    return times, [np.asarray(xs), np.asarray(ys)]


def _moran(game: StrategicGame, settings: Mapping[str, Any]) -> Result:
    _demand_symmetry(game, "moran")
    labels = game.strategies[game.players[0]]
    counts = settings["population"] or dict.fromkeys(labels, 5)
    for label in counts:
        if label not in labels:
            raise UnknownNameError("strategy", label, labels, where="population")
    members = [k for k, label in enumerate(labels) for _ in range(int(counts.get(label, 0)))]
    if not 2 <= len(members) <= MAX_POPULATION:
        raise InputError(f"{len(members)} members", where="population", allowed="2 to 10,000")
    if float(game.payoffs[0].min()) < 0:
        raise InputError(
            "payoffs below zero", where="moran", allowed="payoffs that are not negative"
        )
    generations = []
    for k, generation in enumerate(to_nashpy(game).moran_process(initial_population=members)):
        generations.append(np.bincount(np.asarray(generation, int), minlength=len(labels)))
        if k >= settings["steps"]:
            break
    shares = np.array(generations, float) / len(members)
    return np.arange(len(shares)), [shares, shares]


DYNAMICS: dict[str, Callable[[StrategicGame, Mapping[str, Any]], Result]] = {
    "fictitious_play": _fictitious,
    "stochastic_fictitious_play": _stochastic,
    "replicator": _replicator,
    "asymmetric_replicator": _asymmetric,
    "moran": _moran,
}


def _start(game: StrategicGame, given: Mapping[str, Mapping[str, float]] | None) -> list[Any]:
    if given is not None:
        return [np.asarray(x, float) for x in game.mixed(given)]
    out = []
    for size in game.shape:
        weights = np.linspace(1.1, 0.9, size) if size > 1 else np.ones(1)
        out.append(weights / weights.sum())
    return out


def _demand_symmetry(game: StrategicGame, dynamics: str) -> None:
    if not is_symmetric(game):
        raise NotApplicableError(
            "the game is not symmetric",
            where=dynamics,
            allowed="one population: the second table is the first's transposed",
            remedy="use asymmetric_replicator",
        )


@contextmanager
def _seeded(rng: np.random.Generator) -> Iterator[None]:
    # Nashpy draws from NumPy's global state: it is set from ours and put back afterwards.
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(int(rng.integers(2**32)))  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


@learning.explained_by
def explain(form: StrategicGame, *, dynamics: str = "fictitious_play", rounds: int = 6) -> str:
    """The first steps by hand: what is believed, what it pays, what changes."""
    game = shared.admit(form, "learning", players=2)
    if dynamics not in DYNAMICS:
        raise UnknownNameError("dynamic", dynamics, DYNAMICS, where="learning")
    return _learning_steps.STEPS[dynamics](game, rounds)

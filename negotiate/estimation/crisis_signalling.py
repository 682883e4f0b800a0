r"""Crisis signalling: a challenge, an answer, and a last word that may cost an audience.

A leaves the status quo alone (S_A) or challenges B; B concedes (A gets V_A, B gets C_B) or resists;
then A stands firm (W_A, W_B) or backs down (a, V_B), where a is A's audience cost. A's payoffs W_A
and a, and B's payoff W_B, carry standard normal errors that only their owner sees. So a challenge
tells B something, and B's answer rests on a belief that A's behaviour must bear out: the
probabilities are a fixed point,

    P_R = Phi((P_F W_B + (1 - P_F) V_B - C_B) / P_F),
    c = (S_A - (1 - P_R) V_A) / P_R,
    P_C = 1 - Phi(c - W_A) Phi(c - a),
    P_F = Phi_2((W_A - a)/sqrt 2, W_A - c; 1/sqrt 2) / P_C,

and there may be one of them or three. Estimators:

* **full**: all equilibria of every observation are found; the likelihood takes the one under which
  the observation is likeliest (`selection="best"`), a mixture with equal weights ("uniform"), or a
  named one: the least ("lowest") or greatest ("highest") probability of resistance.
* **pseudo-likelihood** (PL): P_R and P_F on the right-hand side are first-stage estimates.
* **nested pseudo-likelihood** (NPL): these are replaced by the model's own until nothing moves.
  Its fixed point is not the maximum of the likelihood, its likelihood is not monotone, and it
  need not converge.

Sources: J. B. Lewis and K. A. Schultz, "Revealing preferences: empirical estimation of a crisis
bargaining game with incomplete information", Political Analysis 11 (2003), 345-367; C.
Crisman-Cox and M. Gibilisco, "Estimating signaling games in international relations: problems and
solutions", Political Science Research and Methods (2019), doi:10.1017/psrm.2019.58; V.
Aguirregabiria and P. Mira, Econometrica 75 (2007), 1-53 (nested pseudo-likelihood).

In the design that Crisman-Cox and Gibilisco's package shows (V_A = V_B = 1, W_A = -1.9, a = -1.2,
W_B = -2.9 + x/10), games with x between 0 and 1.5 have three equilibria, those at the ends one:

>>> x = np.linspace(-1.0, 2.0, 7)
>>> given = dict(zip(INDICES, (0.0, 1.0, 0.0, -1.9, -2.9 + 0.1 * x, -1.2, 1.0)))
>>> [len(found) for found in all_equilibria(given)]
[1, 1, 3, 3, 3, 3, 1]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from negotiate import tolerance
from negotiate.errors import InputError, UnknownNameError
from negotiate.estimation.arithmetic import crisis, jets
from negotiate.estimation.arithmetic.jets import Jet
from negotiate.estimation.arithmetic.links import log_normal, normal
from negotiate.estimation.maximise import Ascent, ascend
from negotiate.estimation.outcomes import Labels, read_labels
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]
Selection = Literal["best", "uniform", "lowest", "highest"]

INDICES = ("S_A", "V_A", "C_B", "W_A", "W_B", "a", "V_B")
OUTCOMES = ("sq", "cd", "sf", "bd")
SELECTIONS = ("best", "uniform", "lowest", "highest")
PULLS = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 8192.0, 131072.0)
_INSIDE = 1e-4
"""How far inside the region with its equilibrium a row is put, in units of the index z."""
TELLING = 5.0
_STEPS = 80
_ROUNDS = 12
_CORNER = 1e-4
"""Nested pseudo-likelihood keeps probabilities off 0 and 1 by this, as its authors do."""


class _Crisis:
    """What the estimators of this game share: labels, outcomes, events, simulation."""

    indices = INDICES
    outcomes = OUTCOMES
    selection: Selection

    def read_outcome(self, columns: Mapping[str, NDArray[Any]]) -> tuple[Any, Array]:
        """Counts of the four outcomes (sq, cd, sf, bd), or one variable with their labels."""
        names = tuple(columns)
        if len(names) == 4:
            return self, np.asfortranarray(Labels("crisis signalling", OUTCOMES).counts(columns))
        if len(names) == 1:
            codes = read_labels(columns[names[0]], OUTCOMES, where=names[0])
            return self, np.asfortranarray(np.eye(4)[codes])
        raise InputError(
            f"{len(names)} outcome variables",
            where="crisis signalling",
            allowed="four counts (status quo, concession, stands firm, backs down) or one label",
        )

    def write_outcome(self, outcome: Array, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Four counts, or one label."""
        if len(names) == 1:
            return {names[0]: np.array(OUTCOMES)[outcome[:, :4].argmax(axis=1)]}
        return {name: outcome[:, k].astype(int) for k, name in enumerate(names)}

    def counts(self, outcome: Array) -> Array:
        """How often each outcome was seen."""
        return outcome[:, :4]

    def events(self, eta: Sequence[Any]) -> dict[str, Any]:
        """Probabilities under the selection rule; "best" has no data here and takes the lowest.

        Where rows have several equilibria, ask `all_equilibria`.
        """
        values = [np.asarray(jets.value(e), dtype=float) for e in eta]
        shape = np.broadcast_shapes(*(v.shape for v in values))
        values = [np.broadcast_to(v, shape).reshape(-1) for v in values]
        row, p = crisis.equilibria(values)
        if self.selection == "uniform":
            every = _probabilities(p, [v[row] for v in values])
            share = 1.0 / np.bincount(row, minlength=len(values[0]))
            mean = {
                name: np.bincount(row, x * share[row], len(values[0])) for name, x in every.items()
            }
            return {name: x.reshape(shape) for name, x in mean.items()}
        first = np.searchsorted(row, np.arange(len(values[0])))
        last = np.searchsorted(row, np.arange(len(values[0])), side="right") - 1
        chosen = p[last if self.selection == "highest" else first]
        if isinstance(eta[0], Jet):
            return _probability_jets(chosen, values)
        return {k: x.reshape(shape) for k, x in _probabilities(chosen, values).items()}

    def simulate(self, eta: Sequence[Array], rng: np.random.Generator) -> Array:
        """One play a row."""
        events = self.events(eta)
        chances = np.column_stack([events[name] for name in OUTCOMES])
        cut = rng.random(len(chances))[:, None] > np.cumsum(chances, axis=1)[:, :-1]
        return np.asarray(np.eye(4)[cut.sum(axis=1)])


@dataclass(frozen=True)
class CrisisSignalling(_Crisis):
    """The game by full maximum likelihood.

    Attributes
    ----------
    selection
        Which equilibrium of an observation was played: "best", "uniform", "lowest", "highest".
    """

    selection: Selection = "best"

    def __post_init__(self) -> None:
        if self.selection not in SELECTIONS:
            raise UnknownNameError("selection rule", str(self.selection), SELECTIONS)

    @property
    def title(self) -> str:
        """Name for people."""
        return f"crisis signalling, full likelihood, {self.selection} equilibrium"

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Every equilibrium of every row, then the rule's."""
        eta = [np.asarray(e, dtype=float) for e in eta]
        row, p = crisis.equilibria(eta)
        rows = len(outcome)
        if self.selection == "uniform":
            (part,) = crisis.at_equilibrium(
                p,
                [e[row] for e in eta],
                lambda z, c, f, q: [crisis.counted(z, c, f, q, outcome[row])],
            )
            return _mixture(part, row, rows)
        chosen = self.choose(eta, outcome, row, p)
        (jet,) = crisis.at_equilibrium(
            chosen, eta, lambda z, c, f, q: [crisis.counted(z, c, f, q, outcome)]
        )
        return jet

    def choose(self, eta: Sequence[Array], outcome: Array, row: NDArray[Any], p: Array) -> Array:
        """The equilibrium of each row that the rule names, (rows,)."""
        rows = len(outcome)
        first = np.searchsorted(row, np.arange(rows))
        if self.selection == "lowest":
            return np.asarray(p[first])
        if self.selection == "highest":
            return np.asarray(p[np.searchsorted(row, np.arange(rows), side="right") - 1])
        if len(p) == rows:
            return p
        value = crisis.log_likelihood(p, [e[row] for e in eta], outcome[row])
        value = np.where(np.isnan(value), -np.inf, value)
        order = np.lexsort((-value, row))
        return np.asarray(p[order[first]])

    def own_starts(self, problem: Problem) -> list[Array]:
        """Annealed and nested pseudo-likelihood, the likelier first.

        Annealing lets every row tell which equilibrium it plays, so it is left out where rows have
        fewer than `TELLING` challenges on average.
        """
        counts = problem.outcome[:, :4]
        resist, firm = smoothed_frequencies(counts)
        first = ascend(pseudo(problem, resist, firm), np.zeros(problem.size)).beta
        starts = [first]
        with np.errstate(all="ignore"):
            rest = nested(problem, resist, firm, rounds=30).beta
            if np.isfinite(rest).all():
                starts.append(rest)
            if counts[:, 1:].sum() >= TELLING * len(counts):
                starts.append(anneal(problem, first))
        return sorted(starts, key=lambda beta: -problem.evaluate(beta).value)

    def second_start(self, problem: Problem) -> Array:
        """Nested pseudo-likelihood: a start for a resample, without the annealing."""
        resist, firm = smoothed_frequencies(problem.outcome[:, :4])
        with np.errstate(all="ignore"):
            found = nested(problem, resist, firm, rounds=30).beta
        return found if np.isfinite(found).all() else np.zeros(problem.size)

    def climb(self, problem: Problem, start: Array) -> Ascent:
        """Newton's method that follows equilibria, then looks for better ones, until none is.

        Searching for every equilibrium at every step is not needed: between searches the chosen
        equilibrium of each row moves smoothly with the parameters. The value reported is that with
        all equilibria. Where the way up ends at a fold, beyond which an equilibrium is no more, it
        is walked back until the value holds.
        """
        if self.selection == "uniform":
            return ascend(problem, start)
        beta, steps, decrement = np.asarray(start, dtype=float), 0, np.inf
        here = self._near(problem, beta)
        value = here.log_likelihood(beta)
        for _ in range(_ROUNDS):
            run = ascend(here, beta, steps=_STEPS)
            steps += run.steps
            for share in (1.0, 0.999, 0.97, 0.7):
                trial = beta + share * (run.beta - beta)
                there = self._near(problem, trial)
                reached = there.log_likelihood(trial)
                lost = tolerance.SAME_MAXIMUM * (1.0 + abs(value))
                if reached > value - lost:
                    break
            gain = reached - value
            if not gain > -lost:
                decrement = run.decrement
                break
            beta, here, value = trial, there, reached
            decrement = run.decrement if share == 1.0 else np.inf
            if gain < lost:
                break
        return Ascent(beta, here.evaluate(beta), steps, decrement)

    def _near(self, problem: Problem, beta: Array) -> Problem:
        """The problem with each row's equilibrium chosen among all of them at ``beta``."""
        eta = problem.indices_at(beta)
        with np.errstate(all="ignore"):
            row, p = crisis.equilibria(eta)
            chosen = self.choose(eta, problem.outcome, row, p)
        return replace(
            problem,
            model=_Followed(),
            outcome=np.asfortranarray(np.column_stack([problem.outcome, chosen])),
        )


@dataclass(frozen=True)
class _Followed(_Crisis):
    """The game near one equilibrium a row; ``outcome`` has a fifth column, where it is."""

    selection: Selection = "best"
    title = "crisis signalling, followed equilibrium"

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        p, arrived = crisis.follow(outcome[:, 4], eta)
        if not arrived.all():
            return Jet(np.full(len(outcome), -np.inf), {}, {})
        counts = outcome[:, :4]
        (jet,) = crisis.at_equilibrium(
            p, eta, lambda z, c, f, q: [crisis.counted(z, c, f, q, counts)]
        )
        return jet


@dataclass(frozen=True)
class _Relaxed(_Crisis):
    """The game with B's fixed point as a pull; ``outcome[:, 4]`` is q near its maximum."""

    pull: float = 1.0
    selection: Selection = "best"
    title = "crisis signalling, relaxed"

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        counts = outcome[:, :4]
        q, arrived = crisis.relaxed_follow(outcome[:, 4], eta, counts, self.pull)
        if not arrived.all():
            return Jet(np.full(len(outcome), -np.inf), {}, {})
        return crisis.relaxed_jets(q, eta, counts, self.pull)


def anneal(problem: Problem, start: Array, *, pulls: Sequence[float] = PULLS) -> Array:
    """A start for the full likelihood that need not know which equilibria were played.

    The fixed point is relaxed to a pull: each row's probability of resistance is free at first,
    so that the row's own outcomes choose among equilibria, and is drawn to B's reply more and more
    strongly. The likelihood of the last stage is nearly the full one, without its cliffs on the
    way.
    """
    beta = np.asarray(start, dtype=float)
    for pull in pulls:
        eta = problem.indices_at(beta)
        with np.errstate(all="ignore"):
            q = crisis.relaxed_on_grid(eta, problem.outcome[:, :4], pull)
        stage = replace(
            problem,
            model=_Relaxed(pull),
            outcome=np.asfortranarray(np.column_stack([problem.outcome[:, :4], q])),
        )
        run = ascend(stage, beta, steps=40)
        if np.isfinite(run.at.value):
            beta = run.beta
            with np.errstate(all="ignore"):
                q, _ = crisis.relaxed_follow(
                    q, problem.indices_at(beta), stage.outcome[:, :4], pull
                )
    return _onto_the_fold(problem, beta, q)


def _onto_the_fold(problem: Problem, beta: Array, q: Array) -> Array:
    """The nearest parameters at which every row has an equilibrium near its q.

    Where two equilibria have just merged and vanished, the gap q - z has a turning point on the
    wrong side of zero. The least change of the parameters that brings the turning points of all
    such rows back is a small linear problem, solved a few times.
    """
    unit = 1.0 / problem.spreads
    for _ in range(8):
        eta = problem.indices_at(beta)
        row, p = crisis.equilibria(eta)
        near = np.abs(ndtri(np.clip(p, tolerance.TINY, 1.0 - tolerance.SPACING)) - q[row]) < 0.5
        lost = np.setdiff1d(np.arange(problem.rows), row[near])
        if not len(lost):
            break
        there = [e[lost] for e in eta]
        turn, gap = crisis.nearest_turn(q[lost], there)
        index = crisis.stage_jets(ndtr(turn), jets.seeds(there))[0]
        slopes = np.zeros((len(lost), problem.size))
        for k, (x, s) in enumerate(zip(problem.designs, problem.slices)):
            if k in index.first:
                slopes[:, s] = -x[lost] * np.broadcast_to(index.first[k], (len(lost),))[:, None]
        slopes = np.where(problem.free, slopes * unit, 0.0)
        wanted = -gap - np.sign(gap) * _INSIDE
        step = np.linalg.lstsq(slopes, wanted, rcond=None)[0]
        beta = beta + unit * step
    return beta


@dataclass(frozen=True)
class CrisisPseudo(_Crisis):
    """The game by pseudo-likelihood; ``outcome`` carries the first stage in two more columns."""

    selection: Selection = "lowest"
    title = "crisis signalling, pseudo-likelihood"

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Each side's reply to the first stage."""
        resist, firm = outcome[:, 4], outcome[:, 5]
        s_a, v_a, c_b, w_a, w_b, a, v_b = jets.seeds(eta)
        _, challenge, own_firm, quiet = crisis.stage_jets(resist, [s_a, v_a, c_b, w_a, w_b, a, v_b])
        index = (w_b * firm + v_b * (1.0 - firm) - c_b) * (1.0 / firm)
        return crisis.counted(index, challenge, own_firm, quiet, outcome[:, :4])


def pseudo(problem: Problem, resist: Array, firm: Array) -> Problem:
    """The same data by pseudo-likelihood.

    Parameters
    ----------
    problem
        Of the full model.
    resist, firm
        (rows,) first-stage probabilities P_R and P_F, inside (0, 1).
    """
    for name, column in (("resist", resist), ("firm", firm)):
        if not ((column > 0) & (column < 1)).all():
            raise InputError("a first-stage probability is not inside 0 and 1", where=name)
    outcome = np.column_stack([problem.outcome[:, :4], resist, firm])
    return replace(problem, model=CrisisPseudo(), outcome=np.asfortranarray(outcome))


class Nested(NamedTuple):
    """Where nested pseudo-likelihood ended.

    Attributes
    ----------
    beta
        (size,) parameters.
    resist, firm
        (rows,) probabilities of the last round.
    trace
        Pseudo-log-likelihood by round; it need not rise.
    gap
        Largest change in the last round.
    converged
        Whether the gap fell below the tolerance.
    """

    beta: Array
    resist: Array
    firm: Array
    trace: tuple[float, ...]
    gap: float
    converged: bool


def nested(
    problem: Problem, resist: Array, firm: Array, *, rounds: int = 200, damping: float = 1.0
) -> Nested:
    """Nested pseudo-likelihood from a first stage.

    Parameters
    ----------
    problem
        Of the full model.
    resist, firm
        (rows,) first-stage probabilities.
    rounds
        Bound on the rounds.
    damping
        Share of each update that is taken; below 1 where rounds oscillate.
    """
    beta, trace, gap = np.zeros(problem.size), [], np.inf
    for count in range(rounds):
        old = beta
        run = ascend(pseudo(problem, resist, firm), beta)
        beta = run.beta
        trace.append(run.at.value)
        eta = problem.indices_at(beta)
        _, _, c_b, _, w_b, _, v_b = eta
        new_firm = np.clip(crisis.reply(resist, eta).firm, _CORNER, 1.0 - _CORNER)
        new_resist = np.asarray(normal(w_b - v_b + (v_b - c_b) / firm))
        new_resist = np.clip(new_resist, _CORNER, 1.0 - _CORNER)
        gap = max(
            float(np.abs(new_resist - resist).max()),
            float(np.abs(new_firm - firm).max()),
            float(np.abs(beta - old).max()) if count else np.inf,
        )
        resist = resist + damping * (new_resist - resist)
        firm = firm + damping * (new_firm - firm)
        if gap < tolerance.REGRET:
            return Nested(beta, resist, firm, tuple(trace), gap, True)
    return Nested(beta, resist, firm, tuple(trace), gap, False)


def smoothed_frequencies(counts: Array, *, plays: float = 4.0) -> tuple[Array, Array]:
    """First-stage P_R and P_F: each row's own frequencies, drawn towards those of all rows.

    With many plays a row the frequencies know which equilibrium that row plays, whatever rule
    chose it; with few they fall back on the rates of all rows.

    Parameters
    ----------
    counts
        (rows, 4) status quo, concession, stands firm, backs down.
    plays
        How many plays the rates of all rows count for.
    """
    resisted = counts[:, 2] + counts[:, 3]
    challenged = counts[:, 1] + resisted
    rate = (resisted.sum() + 0.5) / (challenged.sum() + 1.0)
    firm_rate = (counts[:, 2].sum() + 0.5) / (resisted.sum() + 1.0)
    resist = (resisted + plays * rate) / (challenged + plays)
    firm = (counts[:, 2] + plays * firm_rate) / (resisted + plays)
    return resist, firm


def all_equilibria(payoffs: Mapping[str, Any]) -> list[list[dict[str, float]]]:
    """Every equilibrium at chosen payoffs.

    Parameters
    ----------
    payoffs
        S_A, V_A, C_B, W_A, W_B, a, V_B: numbers or columns.

    Returns
    -------
    list
        For each row the equilibria by ascending probability of resistance, each with the
        probabilities of events.
    """
    lacking = [name for name in INDICES if name not in payoffs]
    if lacking:
        raise InputError(f"no {', '.join(lacking)}", where="payoffs", allowed=", ".join(INDICES))
    eta = np.broadcast_arrays(*(np.asarray(payoffs[name], dtype=float) for name in INDICES))
    columns = [np.atleast_1d(e) for e in eta]
    row, p = crisis.equilibria(columns)
    values = _probabilities(p, [e[row] for e in columns])
    out: list[list[dict[str, float]]] = [[] for _ in columns[0]]
    for k, r in enumerate(row):
        out[r].append({name: float(x[k]) for name, x in values.items()})
    return out


def _probabilities(p: Array, eta: Sequence[Array]) -> dict[str, Array]:
    at = crisis.reply(p, eta)
    resist = at.challenge * p
    return {
        "sq": 1.0 - at.challenge,
        "cd": at.challenge * (1.0 - p),
        "sf": resist * at.firm,
        "bd": resist * (1.0 - at.firm),
        "challenge": at.challenge,
        "resist | challenge": p,
        "sf | resist": at.firm,
    }


def _probability_jets(p: Array, eta: Sequence[Array]) -> dict[str, Jet]:
    def events(index: Jet, challenge: Jet, firm: Jet, quiet: Jet) -> list[Jet]:
        resist = jets.exp(log_normal(index))
        both = challenge * resist
        return [
            jets.exp(quiet),
            challenge * (1.0 - resist),
            both * firm,
            both * (1.0 - firm),
            challenge,
            resist,
            firm,
        ]

    names = (*OUTCOMES, "challenge", "resist | challenge", "sf | resist")
    return dict(zip(names, crisis.at_equilibrium(p, eta, events)))


def _mixture(part: Jet, row: NDArray[Any], rows: int) -> Jet:
    """Log of the mean likelihood of each row's equilibria, with its derivatives."""
    top = np.full(rows, -np.inf)
    np.maximum.at(top, row, part.value)
    weight = np.exp(part.value - top[row])
    total = np.bincount(row, weight, rows)
    share = weight / total[row]
    first = {k: np.bincount(row, share * x, rows) for k, x in part.first.items()}
    second = {
        (k, m): np.bincount(row, share * (x + part.first[k] * part.first[m]), rows)
        - first[k] * first[m]
        for (k, m), x in part.second.items()
    }
    return Jet(top + np.log(total) - np.log(np.bincount(row, minlength=rows)), first, second)

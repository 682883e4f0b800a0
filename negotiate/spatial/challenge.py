r"""The expected-utility model: parties challenge one another, and positions give way.

Bueno de Mesquita (1985, "The War Trap revisited", APSR 79:156-177) and (1994,
"Political forecasting: an expected utility method", ch. 4 of Bueno de Mesquita and Stokman, eds.,
pp. 71-104); his program was never published. The formulas are those that Scholz, Calbert and Smith
laid open from his papers (2011, "Unravelling Bueno de Mesquita's group decision model", Journal of
Theoretical Politics 23:510-531); they stand in
`negotiate.spatial.arithmetic.challenge`.

In a round every party works out what it expects from challenging every other, given who would side
with whom, its own risk exponent and how much the other cares. From these follow confrontations,
compromises and capitulations; every party then takes one of the offers made to it. The forecast is
the weighted median of the positions after the last round. Issues are taken one by one.

Where the sources differ or leave a gap, a setting says what was done:

* ``probability``: ``supporters`` (Bueno de Mesquita; who votes for i over j, of all who vote),
  ``net`` (votes for less votes against, where positive: Masad's replication, whose printed risk
  exponents and expected utilities this file gives), ``all_contests`` (over the votes of all
  contests, reported of the code of Scholz and others);
* ``risk``: ``security`` (inferred each round from the challenges a party faces), ``neutral``
  (r = 1), ``given`` (the model's own);
* ``reference``: mu, the ``median`` or the ``mean`` of the round; it matters only where Q < 1;
* ``stay``, ``better``: Q, the chance that the other's position stays as it is if it is not
  challenged, and T, the chance that otherwise it changes for the better;
* ``choice``: a party takes the offer that moves it least (``least_move``) or that of the challenger
  with the most to gain (``strongest``);
* expected utilities within a billionth of 0, or of each other, count as 0, or as equal: nobody then
  moves, and no rounding error decides a contest of equals; of offers that move a party as much, the
  first listed is taken;
* R, against which distances are measured, is the length of the issue's scale;
* ``rounds``: at most so many; it stops when no position moves by more than a billionth.

No open program reproduces the forecast of 8.35 years that was published for the emission standards
(outcome 8.83; both figures from memory of the literature); nor does this one, whatever the setting.

>>> from negotiate.spatial.positions import Scale, model
>>> m = model({"hawk": {"p": 0}, "dove": {"p": 40}, "other": {"p": 100}},
...           salience={"hawk": "0.9", "dove": "0.3", "other": "0.6"},
...           capability={"hawk": 1, "dove": "0.4", "other": "0.5"})
>>> found = challenge(m, rounds=1)
>>> [(e["party"], e["kind"], e["challenger"]) for e in found[0].facts["events"]]
[('dove', 'compromise', 'hawk'), ('other', 'confrontation', 'dove')]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.spatial._forecast import forecast, terms_of
from negotiate.spatial._metrics import METRICS
from negotiate.spatial.arithmetic import challenge as arithmetic
from negotiate.spatial.arithmetic.aggregate import weighted_mean, weighted_median
from negotiate.spatial.positions import SpatialModel

Array = npt.NDArray[Any]

PROBABILITIES = {
    "supporters": arithmetic.supporters,
    "net": arithmetic.net,
    "all_contests": arithmetic.all_contests,
}
CHOICES = {"least_move": arithmetic.least_move, "strongest": arithmetic.strongest}
RISKS = ("security", "neutral", "given")
REFERENCES = ("median", "mean")
KINDS = {
    arithmetic.LOSE: "confrontation",
    arithmetic.COMPROMISE: "compromise",
    arithmetic.YIELD: "capitulation",
}
MAX_ROUNDS = 1_000


@dataclass(frozen=True)
class Step:
    """One round on one issue.

    Attributes
    ----------
    position
        ``(..., n)`` before the round, as shares of the scale.
    probability, expected
        ``(..., n, n)`` of i against j.
    risk
        ``(..., n)`` risk exponents.
    taken
        ``(..., n)`` index of the challenger whose offer a party took; -1 for none.
    kind
        ``(..., n)`` what the party did.
    after
        ``(..., n)`` positions after the round.
    """

    position: Array
    probability: Array
    expected: Array
    risk: Array
    taken: Array
    kind: Array
    after: Array


@dataclass(frozen=True, eq=False)
class Challenged:
    """What happened on each issue, round by round."""

    model: SpatialModel
    steps: tuple[tuple[Step, ...], ...]
    settings: dict[str, Any]

    def __repr__(self) -> str:
        counts = ", ".join(str(len(steps)) for steps in self.steps[:8])
        return f"Challenged({len(self.steps)} issues, rounds {counts})"

    def events(self) -> list[dict[str, Any]]:
        """Who gave way to whom, for a model without draws, in levels of the scales."""
        out = []
        for k, steps in enumerate(self.steps):
            low, width = self.model.low[k], self.model.width[k]
            for number, step in enumerate(steps, 1):
                for j in np.nonzero(step.taken >= 0)[0]:
                    out.append(
                        {
                            "issue": self.model.issue_names[k],
                            "round": number,
                            "party": self.model.parties[j],
                            "kind": KINDS[int(step.kind[j])],
                            "challenger": self.model.parties[int(step.taken[j])],
                            "from": float(low + width * step.position[j]),
                            "to": float(low + width * step.after[j]),
                        }
                    )
        return out


def _checked(name: str, value: str, allowed: Any) -> str:
    if value not in allowed:
        raise UnknownNameError(name, value, allowed, where="challenge")
    return value


def run(
    model: SpatialModel,
    *,
    rounds: int = 10,
    probability: str = "supporters",
    risk: str = "security",
    reference: str = "median",
    choice: str = "least_move",
    stay: float = 1.0,
    better: float = 1.0,
) -> Challenged:
    """Rounds of challenges, for all draws of the model.

    Parameters
    ----------
    model
        Positions, saliences, capabilities, and risk exponents where ``risk="given"``.
    rounds
        At most so many.
    probability, risk, reference, choice
        Conventions by name; the head of this file says what they mean.
    stay, better
        Q and T, in [0, 1].

    Returns
    -------
    Challenged
    """
    _checked("probability of winning", probability, PROBABILITIES)
    _checked("source of risk exponents", risk, RISKS)
    _checked("reference outcome", reference, REFERENCES)
    _checked("choice among offers", choice, CHOICES)
    if not 1 <= rounds <= MAX_ROUNDS:
        raise InputError(f"{rounds} rounds", where="challenge", allowed=f"1 to {MAX_ROUNDS}")
    for name, value in (("stay", stay), ("better", better)):
        if not 0 <= value <= 1:
            raise InputError(f"{name} is {value:g}", where="challenge", allowed="0 to 1")
    if risk == "given" and model.risk is None:
        raise InputError(
            "the model has no risk exponents",
            where="challenge",
            remedy='give them, or use risk="security"',
        )
    steps = []
    for k in range(len(model.issues)):
        present = model.has[:, k]
        share = np.where(present, model.share[..., k], 0.0)
        salience = np.where(present, model.salience[..., k].astype(float), 0.0)
        weight = model.weight[..., k].astype(float)
        done: list[Step] = []
        for _ in range(rounds):
            step = _step(
                share, salience, weight, present, model.risk,
                (probability, risk, reference, choice), stay, better,
            )  # fmt: skip
            done.append(step)
            moved = np.abs(step.after - share).max(initial=0.0)
            share = step.after
            if moved <= tolerance.UTILITY:
                break
        steps.append(tuple(done))
    settings = {
        "rounds": rounds,
        "probability": probability,
        "risk": risk,
        "reference": reference,
        "choice": choice,
        "stay": stay,
        "better": better,
    }
    return Challenged(model, tuple(steps), settings)


def _step(
    position: Array,
    salience: Array,
    weight: Array,
    present: Array,
    given: Array | None,
    names: tuple[str, str, str, str],
    stay: float,
    better: float,
) -> Step:
    probability, risk, reference, choice = names
    width = np.ones(position.shape[:-1])
    column, heft = position[..., None], weight[..., None]
    middle = (
        weighted_median(column, heft)[0] if reference == "median" else weighted_mean(column, heft)
    )[..., 0]
    pairs = present[:, None] & present  # a party without a position is in no contest
    cast = arithmetic.votes(position, weight, width)
    win = PROBABILITIES[probability](*(np.where(pairs, side, 0.0) for side in cast))
    neutral = np.ones(position.shape)

    def expected(exponent: Array) -> Array:
        return arithmetic.expected_utility(
            position, salience, win, exponent,
            width=width, reference=middle, stay=stay, better=better,
        )  # fmt: skip

    if risk == "given" and given is not None:
        exponent = np.broadcast_to(given, position.shape)
    elif risk == "security":
        exponent = arithmetic.risk_exponents(expected(neutral), present)
    else:
        exponent = neutral
    gains = expected(exponent)
    offer = arithmetic.offers(position, gains, present)
    taken = CHOICES[choice](offer, gains)
    at = np.maximum(taken, 0)[..., None, :]
    move = np.take_along_axis(offer.move, at, axis=-2)[..., 0, :]
    kind = np.take_along_axis(offer.kind, at, axis=-2)[..., 0, :]
    took = taken >= 0
    after = np.where(took, np.clip(position + move, 0.0, 1.0), position)
    return Step(position, win, gains, exponent, taken, np.where(took, kind, arithmetic.STAY), after)


@concept(
    "challenge",
    title="Expected-utility model of challenges",
    short="challenge",
    games=("spatial",),
    field="transcendental",
    metrics=METRICS,
)
def challenge(
    model: SpatialModel,
    *,
    rounds: int = 10,
    probability: str = "supporters",
    risk: str = "security",
    reference: str = "median",
    choice: str = "least_move",
    stay: float = 1.0,
    better: float = 1.0,
) -> Solution:
    """The weighted median after rounds of challenges.

    Parameters are those of `run`.

    Returns
    -------
    Solution
        One point; ``facts`` hold the median and mean of each round, the risk exponents of the
        first, and who gave way to whom.

    Examples
    --------
    >>> from negotiate.spatial.positions import model
    >>> challenge(model({"a": {"p": 20}, "b": {"p": 20}}))[0].terms      # agreed from the start
    {'p': 20.0}
    """
    found = run(
        model, rounds=rounds, probability=probability, risk=risk, reference=reference,
        choice=choice, stay=stay, better=better,
    )  # fmt: skip
    levels, medians, means, risks, settled = [], {}, {}, {}, True
    for k, steps in enumerate(found.steps):
        name = model.issue_names[k]
        heft = model.weight[..., k].astype(float)[..., None]
        path = [steps[0].position, *(step.after for step in steps)]
        medians[name] = [_level(model, k, weighted_median(x[..., None], heft)[0]) for x in path]
        means[name] = [_level(model, k, weighted_mean(x[..., None], heft)) for x in path]
        levels.append(np.asarray(medians[name][-1]))
        settled &= bool(np.abs(path[-1] - path[-2]).max() <= tolerance.UTILITY)
        if not model.shape:
            risks[name] = {
                p: float(steps[0].risk[i]) for i, p in enumerate(model.parties) if model.has[i, k]
            }
    facts: dict[str, Any] = {"rounds": medians, "mean_of_rounds": means}
    if not model.shape:
        facts |= {"risk_exponents": risks, "events": found.events()}
    return forecast(
        model,
        "challenge",
        terms_of(model, np.stack(levels, axis=-1)),
        exact=False,
        facts=facts,
        settings=found.settings | {"forecast": "weighted median of the last round"},
        marks=() if settled else ("still moving",),
        notes=() if settled else (f"positions still move after {rounds} rounds",),
    )


def _level(model: SpatialModel, k: int, share: Array) -> Any:
    value = model.low[k] + model.width[k] * share[..., 0]
    return value.item() if np.ndim(value) == 0 else value


@challenge.checked_by
def holds(model: SpatialModel, point: Point) -> Evidence:
    """Whether the rounds, worked out one contest at a time from the definition, lead to the point.

    Votes, utilities, risk exponents and offers are computed party by party; every party takes the
    one of its offers that the choice rule names. Moves are compared with the point's events and
    the weighted median of the last round with its terms; the largest difference is given, as a
    share of the scale.
    """
    if model.shape:
        raise NotApplicableError("a point over draws", where="challenge", remedy="take one draw")
    rule = point.facts["settings"]
    told = {(e["issue"], e["round"], e["party"]): e["to"] for e in point.facts["events"]}
    worst, witness = 0.0, ""
    for k, issue in enumerate(model.issue_names):
        parties = np.nonzero(model.has[:, k])[0].tolist()
        x = np.where(model.has[:, k], model.share[:, k], 0.0)
        w = model.weight[:, k].astype(float)
        for number in range(1, rule["rounds"] + 1):
            after = _by_hand(model, k, x, parties, rule)
            for j in np.nonzero(after != x)[0]:
                key = (issue, number, model.parties[j])
                to = told.pop(key, None)
                gap = 1.0  # the point does not tell of a move that was due
                if to is not None:
                    gap = abs((to - model.low[k]) / model.width[k] - after[j])
                if gap > worst:
                    worst, witness = gap, f"{key[2]}, round {number}, issue {issue}"
            if np.abs(after - x).max(initial=0.0) <= tolerance.UTILITY:
                break
            x = after
        middle = weighted_median(x[:, None], w[:, None])[0][0]
        gap = abs((float(point.terms[issue]) - model.low[k]) / model.width[k] - middle)
        if gap > worst:
            worst, witness = gap, f"the median of {issue}"
    if told:
        worst, witness = max(worst, 1.0), f"{next(iter(told))[2]} has no reason to move"
    fine = worst <= tolerance.AGREEMENT
    return Evidence(bool(fine), float(worst), "difference, share of the scale", witness)


def _by_hand(
    model: SpatialModel, k: int, x: Array, parties: list[int], rule: dict[str, Any]
) -> Array:
    """Positions after a round, one contest at a time."""
    s = model.salience[:, k].astype(float)
    c = model.capability[:, k].astype(float)
    middle = float(_middle(x, s * c, model.has[:, k], rule["reference"]))
    least = tolerance.UTILITY
    chances = _chances(x, s * c, parties, rule["probability"])
    at, care = x.tolist(), s.tolist()

    def expected(r: Array) -> dict[tuple[int, int], float]:
        return {
            (i, j): _gain(i, j, at, care, float(r[i]), chances[i, j], middle, rule)
            for i in parties
            for j in parties
            if i != j
        }

    r = np.ones(len(x))
    if rule["risk"] == "given" and model.risk is not None:
        r = model.risk
    elif rule["risk"] == "security":
        table = expected(r)
        danger = {i: sum(table[j, i] for j in parties if j != i) for i in parties}
        top, low = max(danger.values()), min(danger.values())
        if top - low > tolerance.TIE * max(abs(top), abs(low)):
            for i in parties:
                relative = (2 * danger[i] - top - low) / (top - low)
                r[i] = (1 - relative / 3) / (1 + relative / 3)
    table = expected(r)
    after = x.copy()
    for j in parties:
        best = None
        for i in parties:
            if i == j or x[i] == x[j]:
                continue
            ours, theirs = table[i, j], table[j, i]
            if ours <= least or abs(theirs) <= least or (theirs > 0 and theirs >= ours - least):
                continue
            part = -theirs / ours if theirs < 0 and -theirs < ours else 1.0
            move = part * (x[i] - x[j])
            order = abs(move) if rule["choice"] == "least_move" else -ours
            if best is None or order < best[0] - least:
                best = (order, move)
        if best is not None:
            after[j] = min(1.0, max(0.0, x[j] + best[1]))
    return after


def _middle(x: Array, w: Array, has: Array, reference: str) -> Any:
    column, heft = x[:, None], np.where(has, w, 0.0)[:, None]
    found = (
        weighted_median(column, heft)[0] if reference == "median" else weighted_mean(column, heft)
    )
    return found[0]


def _chances(
    x: Array, w: Array, parties: list[int], probability: str
) -> dict[tuple[int, int], float]:
    """p_ij, each contest counted by itself."""
    cast = {}
    for i in parties:
        for j in parties:
            vote = [float(w[k]) * float(abs(x[k] - x[j]) - abs(x[k] - x[i])) for k in parties]
            cast[i, j] = (sum(v for v in vote if v > 0), -sum(v for v in vote if v < 0))
    every = sum(favour + against for favour, against in cast.values())
    out = {}
    for pair, (favour, against) in cast.items():
        whole = every if probability == "all_contests" else favour + against
        part = max(favour - against, 0.0) if probability == "net" else favour
        out[pair] = part / whole if whole else 0.0
    return out


def _gain(
    i: int, j: int, x: list[float], s: list[float], r: float, chance: float, middle: float,
    rule: dict[str, Any],
) -> float:  # fmt: skip
    """E_ij of one contest."""
    d = abs(x[i] - x[j])
    win, lose = 2 - 4 * (0.5 - 0.5 * d) ** r, 2 - 4 * (0.5 + 0.5 * d) ** r
    fight = chance * win + (1 - chance) * lose
    out = s[j] * fight + (1 - s[j]) * win - rule["stay"] * (2 - 4 * 0.5**r)
    if rule["stay"] < 1:
        e = min((abs(x[i] - middle) + d) / 4, 0.5)
        gain, loss = 2 - 4 * (0.5 - e) ** r, 2 - 4 * (0.5 + e) ** r
        out -= (1 - rule["stay"]) * (rule["better"] * gain + (1 - rule["better"]) * loss)
    return float(out)


@challenge.explained_by
def explain(model: SpatialModel) -> str:
    """Who challenges whom in the first round, in words (Markdown).

    >>> from negotiate.spatial.positions import model
    >>> m = model({"a": {"p": 0}, "b": {"p": 100}}, salience={"a": 1, "b": "0.1"})
    >>> print(explain(m))
    **p.** Risk exponents: a 2, b 0.5.
    <BLANKLINE>
    * b meets a part of the way, from 100 to 16.16.
    """
    found = run(model, rounds=1)
    words = {
        "confrontation": "loses a confrontation with {other} and moves all the way",
        "compromise": "meets {other} part of the way",
        "capitulation": "gives way to {other}",
    }
    out = []
    for k, steps in enumerate(found.steps):
        exponents = ", ".join(
            f"{p} {float(steps[0].risk[i]):.4g}"
            for i, p in enumerate(model.parties)
            if model.has[i, k]
        )
        out.append(f"**{model.issue_names[k]}.** Risk exponents: {exponents}.")
        rows = [
            f"* {e['party']} {words[e['kind']].format(other=e['challenger'])}, from "
            f"{e['from']:.4g} to {e['to']:.4g}."
            for e in found.events()
            if e["issue"] == model.issue_names[k]
        ]
        out.append("\n".join(rows) or "Nobody gives way.")
    return "\n\n".join(out)

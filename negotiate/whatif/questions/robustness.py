"""Robustness: in how many worlds does a conclusion hold, and how near is one in which it fails?

A claim is a metric with a condition ("bargaining.nash_bargaining.utility.turkey > 0.4"). Over the
draws of a study it holds in some share, with a Wilson interval (Wilson 1927,
doi:10.1080/01621459.1927.10502953); per scenario and, where a claim names one metric for each
concept, per concept. A failed draw is not a world in which the claim holds; it is counted apart.
The nearest world in which it fails is found among the draws, then pulled towards the base values
while it still fails; distance is in standard units of each input (its 5 % to 95 % range is 3.29),
the largest input deciding. It is the nearest found: an upper bound on the distance to failure.

>>> interval = wilson(8, 10)
>>> round(interval[0], 3), round(interval[1], 3)        # Newcombe 1998, method 3
(0.49, 0.943)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif.questions.answer import Answer, Picture, listed, percent, shown
from negotiate.whatif.questions.condition import Condition, read
from negotiate.whatif.questions.nearest import World, fails, plain
from negotiate.whatif.questions.nearest import alone as alone_world
from negotiate.whatif.questions.nearest import nearest as nearest_world
from negotiate.whatif.study.chunks import Evaluate
from negotiate.whatif.study.run import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Claim:
    """A conclusion.

    Attributes
    ----------
    id, text
        Short name and the conclusion in words.
    metrics
        Concept to metric; a claim about one metric has the one entry ``{"": metric}``.
    condition
        What must hold.
    """

    id: str
    text: str
    metrics: Mapping[str, str]
    condition: Condition


def claim(
    metric: str | Mapping[str, str], condition: str, *, id: str = "claim", text: str = ""
) -> Claim:
    """A claim on one metric, or on one metric for each concept."""
    metrics = {"": metric} if isinstance(metric, str) else dict(metric)
    if not metrics:
        raise InputError("a claim without a metric", where=id, allowed="one or more")
    return Claim(
        id, text or f"{next(iter(metrics.values()))} {condition}", metrics, read(condition)
    )


def wilson(hits: int, draws: int, *, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's score interval for a share."""
    if draws == 0:
        return 0.0, 1.0
    share = hits / draws
    centre = (share + z * z / (2 * draws)) / (1 + z * z / draws)
    reach = z / (1 + z * z / draws) * np.sqrt(share * (1 - share) / draws + (z / (2 * draws)) ** 2)
    return max(float(centre - reach), 0.0), min(float(centre + reach), 1.0)


@dataclass(frozen=True)
class Robustness(Answer):
    """Where a claim holds.

    Attributes
    ----------
    claim
        What was asked.
    cells
        One record for each scenario and concept: draws, holding, failed, share and interval.
    nearest
        The nearest world in the first scenario in which it fails, or None where no draw fails.
    alone
        The nearest world in which it fails by a move of one input, within that input's range.
    at_base
        Other scenarios in which it fails at the base values already.
    """

    claim: Claim
    cells: tuple[Mapping[str, Any], ...]
    nearest: World | None
    alone: World | None = None
    at_base: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Share of all draws, scenarios and concepts in which it holds."""
        draws = sum(int(cell["draws"]) for cell in self.cells)
        return sum(int(cell["holds"]) for cell in self.cells) / draws

    def records(self) -> list[dict[str, Any]]:
        """One row for each scenario and concept."""
        return [dict(cell) for cell in self.cells]

    def sentence(self) -> str:
        """Share, the weakest scenario or concept, the nearest world in which it fails."""
        draws = sum(int(cell["draws"]) for cell in self.cells)
        first = self.cells[0]
        text = f"“{self.claim.text}” holds in {percent(self.share)} of {draws:,} worlds"
        if len(self.cells) == 1:
            text += f" (95 % interval {percent(first['low'])} to {percent(first['high'])})"
        else:
            weakest = min(self.cells, key=lambda cell: cell["share"])
            place = " with ".join(
                self.word(p) for p in (weakest["scenario"], weakest["concept"]) if p
            )
            if weakest["share"] < self.share:
                text += f", least often under {place} ({percent(weakest['share'])})"
        failed = sum(int(cell["failed"]) for cell in self.cells)
        if failed:
            text += f"; {failed:,} worlds have no answer and count as not holding"
        if self.at_base:
            text += f"; at the base values it fails under {listed(self._quoted(self.at_base))}"
        if self.nearest is None:
            text += f"; {'elsewhere ' if self.at_base else ''}it fails in none of them"
            if self.alone is None:
                return f"{text}."
            return f"{text}, though {self._single()}."
        if not self.nearest.moved:
            return f"{text}; it fails at the base values already."
        moves = [
            f"{path} from {_shown(a)} to {_shown(b)}"
            for path, (a, b) in list(self.nearest.moved.items())[:3]
        ]
        more = len(self.nearest.moved) - 3
        if more > 0:
            moves.append(f"{more} other inputs")
        text += (
            f". The nearest world found in which it fails moves {listed(moves)}, at most "
            f"{shown(self.nearest.distance)} standard units each"
        )
        if len(self.nearest.moved) > 1:
            text += f"; {self._single()}"
        return f"{text}."

    def _single(self) -> str:
        """The one input that breaks the claim soonest."""
        if self.alone is None:
            return "no single input within its range breaks it"
        ((path, (a, b)),) = self.alone.moved.items()
        return (
            f"{path} alone breaks it by going from {_shown(a)} to {_shown(b)} "
            f"({shown(self.alone.distance)} standard units)"
        )

    def _quoted(self, names: Sequence[str]) -> list[str]:
        return [f"“{self.word(name)}”" for name in names]

    def picture(self) -> Picture:
        """Share in each scenario and concept, with intervals."""
        return Picture(
            "bars",
            tuple(
                " / ".join(self.word(p) for p in (c["scenario"], c["concept"]) if p) or "all draws"
                for c in self.cells
            ),
            tuple(float(c["share"]) for c in self.cells),
            tuple(float(c["low"]) for c in self.cells),
            tuple(float(c["high"]) for c in self.cells),
            x_label=f"share of draws in which this holds: {self.claim.text}",
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with the nearest world."""
        return super().to_dict() | {
            "id": self.claim.id,
            "claim": self.claim.text,
            "share": self.share,
            "nearest": _world(self.nearest),
            "nearest by one input": _world(self.alone),
            "fails at the base values of": list(self.at_base),
        }


@dataclass(frozen=True)
class Claims(Answer):
    """Several claims side by side: where each holds, and the nearest world in which it fails."""

    each: tuple[Robustness, ...]
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Robustness:
        known = {item.claim.id: item for item in self.each}
        if name not in known:
            raise UnknownNameError("claim", name, known, where="robustness")
        return known[name].named(self.names)

    def records(self) -> list[dict[str, Any]]:
        """One row for each claim: its share in all, at its weakest, and the distance to failure."""
        return [
            {
                "claim": item.claim.text,
                "share": item.share,
                "weakest": min(float(cell["share"]) for cell in item.cells),
                "under": _place(min(item.cells, key=lambda cell: cell["share"])),
                "worlds": sum(int(cell["draws"]) for cell in item.cells),
                "distance to failure": np.nan if item.nearest is None else item.nearest.distance,
            }
            for item in self.each
        ]

    def sentence(self) -> str:
        """Each claim's sentence."""
        if not self.each:
            return "No conclusion is stated."
        return " ".join(item.named(self.names).sentence() for item in self.each)

    def picture(self) -> Picture:
        """Share of worlds in which each holds."""
        low, high = (
            zip(
                *(
                    wilson(
                        sum(int(c["holds"]) for c in item.cells),
                        sum(int(c["draws"]) for c in item.cells),
                    )
                    for item in self.each
                )
            )
            if self.each
            else ((), ())
        )
        return Picture(
            "bars",
            tuple(item.claim.text for item in self.each),
            tuple(item.share for item in self.each),
            tuple(low),
            tuple(high),
            x_label="share of draws, scenarios and concepts in which it holds",
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with every claim in full."""
        return super().to_dict() | {
            "claims": [item.named(self.names).to_dict() for item in self.each]
        }


def _place(cell: Mapping[str, Any]) -> str:
    return " with ".join(p for p in (str(cell["scenario"]), str(cell["concept"])) if p)


def _world(world: World | None) -> dict[str, Any] | None:
    if world is None:
        return None
    return {
        "scenario": world.scenario,
        "concept": world.concept,
        "distance": world.distance,
        "moved": {p: [plain(a), plain(b)] for p, (a, b) in world.moved.items()},
    }


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str) else shown(float(value))


def robustness(
    study: Study, claim: Claim, evaluate: Evaluate | Mapping[str, Evaluate] | None = None
) -> Robustness:
    """How robust a claim is over the draws, scenarios and concepts of a study.

    Parameters
    ----------
    study
        Draws of everything, with the claim's metrics.
    claim
        See `claim`.
    evaluate
        The evaluation (or one for each scenario) behind the study; with it, the nearest world in
        which the claim fails is sought.
    """
    for metric in claim.metrics.values():
        if metric not in study.metrics:
            raise UnknownNameError("metric", metric, study.metrics, where=f"claim {claim.id}")
    named = "scenario" in study.dataset.dims
    scenarios = [str(s) for s in study.dataset["scenario"].values] if named else [""]
    if isinstance(evaluate, Mapping):
        evaluates = dict(evaluate)
    else:
        evaluates = {} if evaluate is None else dict.fromkeys(scenarios, evaluate)
    inputs = study.inputs()
    cells: list[dict[str, Any]] = []
    worlds: list[World] = []
    alone: list[World] = []
    at_base: list[str] = []
    base = {path: np.asarray([value]) for path, value in study.space.centre().items()}
    for scenario in scenarios:
        data = study.dataset.sel(scenario=scenario) if named else study.dataset
        solved = data["failure"].values.ravel() == 0
        for concept, metric in claim.metrics.items():
            holds = claim.condition.holds(data[metric].values.ravel()) & solved
            low, high = wilson(int(holds.sum()), holds.size)
            cells.append(
                {
                    "scenario": scenario,
                    "concept": concept,
                    "draws": int(holds.size),
                    "holds": int(holds.sum()),
                    "failed": int((~solved).sum()),
                    "share": float(holds.mean()),
                    "low": low,
                    "high": high,
                }
            )
            if scenario not in evaluates:
                continue
            if scenario == scenarios[0]:
                seam = (study.space, evaluates[scenario], metric, claim.condition, inputs)
                world = nearest_world(*seam, ~holds & solved, scenario, concept)
                worlds += [] if world is None else [world]
                single = alone_world(*seam, concept) if world is None or world.moved else None
                alone += [] if single is None else [single]
            elif fails(evaluates[scenario], metric, claim.condition, base)[0][0]:
                at_base.append(scenario)

    def nearest(found: list[World]) -> World | None:
        return min(found, key=lambda world: world.distance) if found else None

    return Robustness(
        claim, tuple(cells), nearest(worlds), nearest(alone), tuple(dict.fromkeys(at_base))
    )

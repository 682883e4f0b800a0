"""Attribution: what each lever contributed to a result.

Players are levers (or any switches). v(S) is the metric when exactly the levers of S are on the
table, the game solved again without the others. The share of a lever is its Shapley value in v:
its mean marginal contribution over all orders of putting levers on the table. Shares sum to
v(all) - v(none), and pairs have an interaction index. A label is attributed through the
indicator of the label that holds with all levers. See `negotiate.whatif.measures.shapley` for
formulas.

Where a coalition has no answer, shares of that draw are undefined and the answer says so. Where
ties leave v(S) open between two values, `attribute_between` gives the range of each share.

>>> import numpy as np
>>> def worth(on):                       # either of two levers is enough, a third adds 1
...     return {"utility": np.maximum(on[:, 0], on[:, 1]) * 2.0 + on[:, 2]}
>>> answer = attribute(worth, ("ban", "tariff", "straits"))["utility"]
>>> answer.share.round(9).tolist(), answer.none, answer.all
([1.0, 1.0, 1.0], 0.0, 3.0)
>>> float(answer.interaction[0, 1])      # substitutes
-2.0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NotApplicableError
from negotiate.whatif.measures import shapley
from negotiate.whatif.questions.answer import Answer, Picture, listed, percent, shown

Floats = NDArray[np.float64]
Worth = Callable[[NDArray[np.bool_]], Mapping[str, Any]]
"""Memberships ``(m, L)`` to metrics ``(m,)`` or ``(m, D)`` over draws."""


@dataclass(frozen=True)
class Attribution(Answer):
    """Shares of a metric by player.

    Attributes
    ----------
    metric, label
        What is attributed; the label whose indicator it is, for a label metric.
    players
        Names, in order.
    share
        Mean over draws, ``(L,)``; sums to ``all - none``.
    draws
        Share in each draw, ``(D, L)``, without draws that have none.
    error
        Standard error from sampling orders, ``(L,)``; zero where all coalitions were evaluated.
    lower, upper
        Ends of the share: over ties where those leave it open, else its 5 % and 95 % points over
        draws.
    none, all
        Mean of v with no and with every player.
    interaction
        Shapley interaction index, ``(L, L)``, mean over draws; empty where orders were sampled.
    undefined
        Draws left out because some coalition has no answer.
    """

    metric: str
    players: tuple[str, ...]
    share: Floats
    draws: Floats
    error: Floats
    lower: Floats
    upper: Floats
    none: float
    all: float
    interaction: Floats
    undefined: int = 0
    label: str = ""
    rule: str = ""
    notes: tuple[str, ...] = ()

    def order(self) -> list[int]:
        """Players by decreasing size of their share."""
        return [int(i) for i in np.argsort(-np.abs(self.share), kind="stable")]

    def records(self) -> list[dict[str, Any]]:
        """One row for each player, largest first."""
        whole = self.all - self.none
        return [
            {
                "player": self.players[i],
                "share": float(self.share[i]),
                "of the whole": float(self.share[i] / whole) if whole else np.nan,
                "lower": float(self.lower[i]),
                "upper": float(self.upper[i]),
                "sampling error": float(self.error[i]),
            }
            for i in self.order()
        ]

    def pairs(self) -> list[dict[str, Any]]:
        """One row for each pair: complements above zero, substitutes below."""
        if not self.interaction.size:
            return []
        rows = [
            {"player": a, "with": b, "interaction": float(self.interaction[i, j])}
            for i, a in enumerate(self.players)
            for j, b in enumerate(self.players)
            if i < j
        ]
        return sorted(rows, key=lambda row: -abs(float(row["interaction"])))

    def sentence(self) -> str:
        """Total, the largest shares, the strongest interaction."""
        name = self.word(self.metric)
        subject = f"the share of draws with {name} '{self.label}'" if self.label else name
        whole = self.all - self.none
        text = f"All {len(self.players)} together move {subject} from {shown(self.none)} to "
        text += f"{shown(self.all)}, by {shown(whole)}"
        if np.abs(self.share).max(initial=0.0) == 0:
            return f"{text}; none of them has a share."
        top = [i for i in self.order()[:3] if abs(self.share[i]) > 0]
        parts = [f"{self.word(self.players[i])} {shown(float(self.share[i]))}" for i in top]
        rest = [i for i in range(len(self.players)) if i not in top and abs(self.share[i]) > 0]
        if rest:
            parts.append(f"the others {shown(float(self.share[rest].sum()))}")
        text += f": {listed(parts)}"
        if whole and abs(self.share[top[0]]) <= abs(whole):
            first = self.word(self.players[top[0]])
            text += f" ({first} is {percent(float(self.share[top[0]] / whole))})"
        pairs = self.pairs()
        if pairs and abs(pairs[0]["interaction"]) > 0.05 * np.abs(self.share).max():
            word = "reinforce" if pairs[0]["interaction"] > 0 else "replace"
            one, other = (self.word(str(pairs[0][key])) for key in ("player", "with"))
            text += f"; {one} and {other} {word} each other (interaction "
            text += f"{shown(float(pairs[0]['interaction']))})"
        if self.undefined:
            text += f"; {self.undefined:,} draws have no attribution: some coalition has no answer"
        return f"{text}."

    def picture(self) -> Picture:
        """Waterfall from v(none) to v(all)."""
        order = self.order()
        spread = len(self.draws) > 1 or bool((self.lower != self.upper).any())
        return Picture(
            "waterfall",
            ("none of them", *(self.players[i] for i in order), "all of them"),
            (self.none, *(float(self.share[i]) for i in order), self.all),
            tuple(float(self.lower[i]) for i in order) if spread else (),
            tuple(float(self.upper[i]) for i in order) if spread else (),
            x_label=f"share of '{self.label}'" if self.label else self.metric,
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, with totals and interactions."""
        return super().to_dict() | {
            "none": self.none,
            "all": self.all,
            "sum of shares": float(self.share.sum()),
            "interactions": self.pairs(),
            "rule": self.rule,
        }


def _check(players: Sequence[str]) -> tuple[str, ...]:
    if not players or len(set(players)) != len(players):
        raise InputError(
            f"players {list(players)}", where="attribution", allowed="one or more different names"
        )
    return tuple(players)


def _by_draw(values: Any, coalitions: int, metric: str) -> NDArray[Any]:
    """``(D, m)`` from ``(m,)`` or ``(m, D)``."""
    array = np.asarray(values)
    if array.shape[:1] != (coalitions,) or array.ndim > 2:
        raise InputError(
            f"metric {metric} has shape {array.shape}",
            where="attribution",
            allowed=f"({coalitions},) or ({coalitions}, draws)",
        )
    return array[None, :] if array.ndim == 1 else array.T


def _indicators(table: NDArray[Any], full: int) -> tuple[str, Floats]:
    """The label most frequent with every player, and its indicator; no label stays undefined."""
    labels, counts = np.unique(table[:, full][table[:, full] != ""], return_counts=True)
    if not labels.size:
        return "", np.full(table.shape, np.nan)
    label = str(labels[counts.argmax()])
    return label, np.where(table == "", np.nan, (table == label).astype(float))


def _numbers(table: NDArray[Any], full: int) -> tuple[str, Floats]:
    if table.dtype.kind in "UO" and isinstance(table.flat[0], str):
        return _indicators(table.astype(str), full)
    return "", table.astype(float)


def _answer(
    metric: str,
    players: tuple[str, ...],
    label: str,
    game: Floats,
    rule: str,
) -> Attribution:
    """Exact shares from a game over draws, ``(D, 2**L)``."""
    good = ~np.isnan(game).any(1)
    if not good.any():
        raise NotApplicableError(
            f"{metric} has no value for some coalition in every draw",
            where="attribution",
            remedy="attribute utilities: without a deal they are the disagreement payoffs",
        )
    kept = game[good]
    draws = shapley.values(kept)
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    return Attribution(
        metric,
        players,
        draws.mean(0),
        draws,
        np.zeros(len(players)),
        low,
        high,
        float(kept[:, 0].mean()),
        float(kept[:, -1].mean()),
        shapley.interactions(kept).mean(0),
        int((~good).sum()),
        label,
        rule,
    )


def attribute(
    worth: Worth,
    players: Sequence[str],
    *,
    permutations: int = 2000,
    seed: int = 0,
    rule: str = "",
) -> dict[str, Attribution]:
    """Shapley shares of every metric.

    Parameters
    ----------
    worth
        Memberships ``(m, L)`` to metrics ``(m,)`` or ``(m, D)``; NaN or empty text where a
        coalition has no answer.
    players
        Names of the L players.
    permutations, seed
        Orders that are sampled where there are more than 15 players.
    rule
        Name of the selection rule behind v where a solution has several points; kept.

    Returns
    -------
    dict
        Metric to attribution.
    """
    names = _check(players)
    size = len(names)
    if size > shapley.EXACT_PLAYERS:
        return _sampled(worth, names, permutations, seed, rule)
    found = worth(shapley.members(size))
    out = {}
    for metric, values in found.items():
        label, game = _numbers(_by_draw(values, 1 << size, metric), -1)
        out[metric] = _answer(metric, names, label, game, rule)
    return out


def _sampled(
    worth: Worth, names: tuple[str, ...], permutations: int, seed: int, rule: str
) -> dict[str, Attribution]:
    size = len(names)
    ends = np.stack([np.zeros(size, bool), np.ones(size, bool)])
    totals = worth(ends)
    out = {}
    for metric in totals:
        table = _by_draw(totals[metric], 2, metric)
        label, numbers = _numbers(table, -1)

        def value(on: NDArray[np.bool_], metric: str = metric, label: str = label) -> Floats:
            found = _by_draw(worth(on)[metric], len(on), metric)
            if not label:
                return np.asarray(found.astype(float).T)
            text = found.astype(str)
            return np.where(text == "", np.nan, (text == label).astype(float)).T

        mean, error = shapley.sampled(value, size, permutations=permutations, seed=seed)
        good = ~np.isnan(mean).any(1)
        if not good.any():
            raise NotApplicableError(
                f"{metric} has no value for some coalition in every draw", where="attribution"
            )
        draws, kept = mean[good], numbers[good]
        low, high = np.quantile(draws, [0.05, 0.95], axis=0)
        note = f"{permutations:,} orders sampled of {size} players: shares have a sampling error"
        out[metric] = Attribution(
            metric,
            names,
            draws.mean(0),
            draws,
            error[good].mean(0),
            low,
            high,
            float(kept[:, 0].mean()),
            float(kept[:, 1].mean()),
            np.zeros((0, 0)),
            int((~good).sum()),
            label,
            rule,
            (note,),
        )
    return out


def attribute_between(
    lower: Worth, upper: Worth, players: Sequence[str], *, rule: str = "ties left open"
) -> dict[str, Attribution]:
    """Shares where ties leave v(S) between ``lower(S)`` and ``upper(S)``.

    The share is that of the midpoint; its ends are reached with v at the worst and best of each
    coalition's range. At most 15 players.
    """
    names = _check(players)
    if len(names) > shapley.EXACT_PLAYERS:
        raise InputError(
            f"{len(names)} players",
            where="attribution",
            allowed=f"at most {shapley.EXACT_PLAYERS} with ties",
        )
    on = shapley.members(len(names))
    worst, best = lower(on), upper(on)
    out = {}
    for metric in worst:
        low = _by_draw(worst[metric], len(on), metric).astype(float)
        high = _by_draw(best[metric], len(on), metric).astype(float)
        if (high < low).any():
            raise InputError(f"upper below lower in {metric}", where="attribution")
        answer = _answer(metric, names, "", 0.5 * (low + high), rule)
        good = ~np.isnan(low + high).any(1)
        ends = shapley.bounds(low[good], high[good])
        out[metric] = Attribution(
            **{**vars(answer), "lower": ends[0].mean(0), "upper": ends[1].mean(0)}
        )
    return out

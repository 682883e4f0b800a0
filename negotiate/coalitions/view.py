"""How the games of the room look: worths by coalition, rules and weights, claims, spoilers.

Text for a terminal, a table for a notebook with every label escaped, and a figure: bars of the
worth of each coalition, of weights beside power, of claims beside awards.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.coalitions.agreement import Agreement
from negotiate.coalitions.claims import ClaimsProblem, constrained_equal_awards, talmud
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.legislative import LegislativeGame
from negotiate.coalitions.multilateral import Multilateral
from negotiate.coalitions.ntu import HyperplaneGame
from negotiate.coalitions.spoilers import Spoilers
from negotiate.coalitions.voting import VotingBody, shapley_shubik
from negotiate.drawing import tables
from negotiate.drawing.svg import WIDTH, Canvas, Scale, text_width, wrap
from negotiate.drawing.text import clean, escape, exact, number
from negotiate.errors import NotApplicableError
from negotiate.numbers.reading import scalar

MOST = 64
"""Coalitions or members shown; the rest is counted."""

Table = tuple[str, tuple[str, ...], list[list[str]]]


def _value(item: Any) -> str:
    item = scalar(item)
    if isinstance(item, np.ndarray):
        low, high = number(float(item.min())), number(float(item.max()))
        return f"{number(float(item.mean()))} ({low} to {high})"
    return number(item) if isinstance(item, float) else exact(item)


def _coalitional(game: CoalitionalGame) -> Table:
    masks = sorted(range(1, 2**game.n), key=lambda m: (m.bit_count(), m))
    rows = [[", ".join(map(clean, game.members(m))), _value(game.number(m))] for m in masks[:MOST]]
    parts = [clean(game.title) or "Coalitional game", f"{game.n} players"]
    if game.outsiders:
        parts.append(f"outsiders: {game.outsiders}")
    if game.draws:
        parts.append(f"{int(np.prod(game.draws)):,} draws, mean (range)")
    if len(masks) > MOST:
        parts.append(f"the first {MOST} of {len(masks):,} coalitions shown")
    return "; ".join(parts), ("coalition", "cost" if game.cost else "worth"), rows


def _voting(body: VotingBody) -> Table:
    rules = "; ".join(
        f"{clean(r.name)} {exact(r.quota)} of {exact(sum(r.weights))}" for r in body.rules
    )
    heads = ("member", *(clean(r.name) for r in body.rules))
    rows = [
        [clean(p), *(exact(r.weights[k]) for r in body.rules)]
        for k, p in enumerate(body.players[:MOST])
    ]
    return f"{clean(body.title) or 'Voting body'}: {rules}", heads, rows


def _claims(problem: ClaimsProblem) -> Table:
    claims, estate = problem.arrays
    unit = f" {clean(problem.unit)}" if problem.unit else ""
    rows = [
        [clean(p), _value(np.moveaxis(claims, -1, 0)[k])]
        for k, p in enumerate(problem.players[:MOST])
    ]
    title = f"{clean(problem.title) or 'Claims problem'}: estate {_value(estate)}{unit}"
    return title, ("claimant", f"claim{',' if unit else ''}{unit}"), rows


def _hyperplane(game: HyperplaneGame) -> Table:
    table = game.table
    rows = []
    for mask in sorted(range(1, 2**table.n), key=lambda m: (m.bit_count(), m))[:MOST]:
        rates = game.rate(mask)
        names = table.members(mask)
        shown = ", ".join(_value(rates[game.players.index(p)]) for p in names)
        rows.append([", ".join(map(clean, names)), _value(table.number(mask)), shown])
    return "Hyperplane game", ("coalition", "worth", "rates"), rows


def _legislative(game: LegislativeGame) -> Table:
    rows = [[clean(m), _value(p)] for m, p in list(game.recognition.items())[:MOST]]
    title = f"Legislature: {game.quota} of {len(game.players)} votes, discount {game.discount}"
    return title, ("member", "chance of proposing"), rows


def _agreement(game: Agreement) -> Table:
    signed = game.worths(frozenset(game.players))
    nobody = game.worths(frozenset())
    rows = [[clean(p), _value(nobody[p]), _value(signed[p])] for p in game.players]
    return clean(game.title) or "Agreement", ("party", "nobody signs", "all sign"), rows


def _spoilers(game: Spoilers) -> Table:
    rows = [
        [
            clean(p),
            _value(game.held[p]),
            _value(game.broken[p]),
            _value(game.gain(p)),
            "; ".join(
                f"{clean(lever)} {_value(use)}" for lever, (_, use) in game.levers[p].items()
            ),
        ]
        for p in game.players
    ]
    title = f"Outsiders of {clean(game.title) or 'the deal'}: does it pay them to break it?"
    head = ("outsider", "deal holds", "deal breaks", "gains by spoiling", "lever: chance of use")
    return title, head, rows


def _multilateral(game: Multilateral) -> Table:
    worths = game.worths
    rows = [
        [clean(p), _value(worths.number(1 << k)), _value(game.disagreement()[p])]
        for k, p in enumerate(game.players)
    ]
    title = clean(game.frontier.title) or "Bargaining with coalitions behind it"
    if worths.outsiders:
        title += f"; outsiders: {worths.outsiders}"
    return title, ("party", "secures alone", "brings from smaller coalitions"), rows


_TABLES: dict[type, Any] = {
    Multilateral: _multilateral,
    CoalitionalGame: _coalitional,
    VotingBody: _voting,
    ClaimsProblem: _claims,
    HyperplaneGame: _hyperplane,
    LegislativeGame: _legislative,
    Agreement: _agreement,
    Spoilers: _spoilers,
}


def table(thing: Any) -> Table:
    """Title, heads and rows of a game of the room."""
    found: Table = _TABLES[type(thing)](thing)
    return found


def text(thing: Any) -> str:
    """Table for a terminal."""
    title, head, rows = table(thing)
    return f"{title}\n{tables.text(head, rows)}"


def html(thing: Any) -> str:
    """Table for a notebook, escaped."""
    title, head, rows = table(thing)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in head)
    return (
        f"<table><caption>{escape(title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def figure(thing: Any) -> str:
    """Bars: the worth of each coalition; weights and power; claims and awards by two rules."""
    if isinstance(thing, CoalitionalGame):
        masks = sorted(range(1, 2**thing.n), key=lambda m: (m.bit_count(), m))[:24]
        labels = [", ".join(map(clean, thing.members(m))) for m in masks]
        values = [float(np.mean(thing.number(m))) for m in masks]
        what = "cost" if thing.cost else "worth"
        return bars(clean(thing.title) or "Worth of coalitions", labels, {what: values})
    if isinstance(thing, VotingBody):
        power = shapley_shubik(thing)[0].payoffs
        names = list(thing.players[:24])
        first = thing.rules[0]
        total = float(sum(first.weights))
        weights = [float(w) / total for w in first.weights[:24]]
        series = {
            f"share of {clean(first.name)}": weights,
            "Shapley-Shubik": [float(power[p]) for p in names],
        }
        return bars(clean(thing.title) or "Weight and power", [clean(p) for p in names], series)
    if isinstance(thing, ClaimsProblem) and not thing.draws:
        names = list(thing.players[:24])
        series = {
            "claim": [float(c) for c in thing.arrays[0][:24]],
            "Talmud": [float(talmud(thing)[0].payoffs[p]) for p in names],
            "equal awards": [float(constrained_equal_awards(thing)[0].payoffs[p]) for p in names],
        }
        return bars(clean(thing.title) or "Claims and awards", [clean(p) for p in names], series)
    if isinstance(thing, Spoilers):
        names = list(thing.players[:24])
        series = {
            "deal holds": [float(np.mean(thing.held[p])) for p in names],
            "deal breaks": [float(np.mean(thing.broken[p])) for p in names],
        }
        return bars(clean(thing.title) or "Outsiders", [clean(p) for p in names], series)
    if isinstance(thing, Multilateral):
        names = list(thing.players)
        given = thing.disagreement()
        series = {
            "alone": [float(np.mean(thing.worths.number(1 << k))) for k in range(len(names))],
            "from smaller coalitions": [float(np.mean(given[p])) for p in names],
        }
        return bars("What stands behind each party", [clean(p) for p in names], series)
    raise NotApplicableError(f"{type(thing).__name__} has no figure", where="figure")


COLOURS = ("blue", "orange", "green")


def bars(title: str, labels: list[str], series: dict[str, list[float]]) -> str:
    """Horizontal bars, one group a label; values printed at their ends."""
    left = min(230.0, max(text_width(label, 12.5) for label in labels) + 16)
    every = [v for row in series.values() for v in row]
    scale = Scale(min(0.0, *every), max(0.0, *every) or 1.0, left, WIDTH - 70)
    thick = 11.0
    step = thick * len(series) + 12
    top = 40.0 + (18 if len(series) > 1 else 0)
    described = "; ".join(
        f"{label}: " + ", ".join(f"{name} {number(row[k])}" for name, row in series.items())
        for k, label in enumerate(labels)
    )
    board = Canvas(WIDTH, top + step * len(labels) + 12, title=title, desc=described)
    board.text(8, 20, title, size=14, bold=True)
    if len(series) > 1:
        at = left
        for colour, name in zip(COLOURS, series):
            board.rect(at, 32, 11, 11, fill=colour)
            board.text(at + 16, 42, name, size=12)
            at += text_width(name, 12) + 36
    for k, label in enumerate(labels):
        y = top + step * k
        for line_number, line in enumerate(wrap(label, left - 14, 12.5)):
            board.text(left - 8, y + 11 + 13 * line_number, line, size=12.5, anchor="end")
        for place, (colour, row) in enumerate(zip(COLOURS, series.values())):
            start, end = sorted((scale(0.0), scale(row[k])))
            board.rect(start, y + place * thick, max(end - start, 0.8), thick - 1.5, fill=colour)
            board.text(end + 5, y + place * thick + 9, number(row[k]), size=11)
    return board.render()

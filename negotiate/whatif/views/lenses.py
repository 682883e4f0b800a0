"""Lenses side by side: terms, chances of no deal, levers, and why predictions differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.drawing import figures, tables
from negotiate.drawing.text import clean, escape, number
from negotiate.errors import NotApplicableError
from negotiate.tolerance import UTILITY
from negotiate.whatif.questions.answer import percent, shown

MARKED = ("threats", "coalitions", "spatial forecast")
"""Lenses with a sign of their own in the figure, beside the deal."""

HEAD = ("lens", "apart", "no deal", "levers that matter, the largest first")


def rows(item: Any) -> list[list[str]]:
    """One row a lens: distance from the deal, chance of no deal, levers."""
    out = []
    for look in item.looks:
        if look.refused:
            out.append([look.lens.name, "", "", "does not apply (why, below)"])
            continue
        apart = "" if look.distance is None else number(look.distance)
        if look.distance is not None and len(look.terms) < len(item.issues):
            apart += f" ({len(look.terms)} of {len(item.issues)})"
        none = "not asked" if look.no_deal is None else percent(look.no_deal)
        levers = item.levers_of(look)
        if not levers:
            read = any(x.state != "not read" for x in look.levers)
            levers = "none: read, and nothing moves" if read else "none is read"
        out.append([look.lens.name, apart, none, levers])
    return out


SHORT = {
    "outside options": "outside",
    "crisis bargaining": "crisis",
    "spatial forecast": "spatial",
    "graph model": "graph",
    "smaller groups": "groups",
}
"""Names of lenses at the head of a column."""


def _head(look: Any) -> str:
    return str(SHORT.get(look.lens.name, look.lens.name))


def term_rows(item: Any, *, whole: bool = False) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the terms: an issue a row, a lens a column, the deal first.

    With ``whole`` only lenses that settle every issue.
    """
    need = len(item.issues) if whole else 1
    seen = [look for look in item.looks if len(look.terms) >= need]
    head = ["issue", *([item.deal] if item.signed else []), *(_head(x) for x in seen)]
    body = []
    for issue, name in item.issues.items():
        row = [name]
        if item.signed:
            row.append(_term(item.signed.get(issue)))
        body.append([*row, *(_term(look.terms.get(issue)) for look in seen)])
    return head, body


def _term(term: Any) -> str:
    if term is None:
        return "–"
    if isinstance(term, Mapping):
        sure = [k for k, v in term.items() if float(v) > 1 - UTILITY]
        return (
            str(sure[0])
            if sure
            else " or ".join(
                f"{k} {number(float(v), 2)}" for k, v in term.items() if float(v) > UTILITY
            )
        )
    return number(float(term), 2)


def lever_rows(item: Any, *, moved: bool = False) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the levers: a lever a row, a lens a column: room, split and holder.

    With ``moved`` only lenses in which some lever moves something.
    """
    seen = [look for look in item.looks if not look.refused and look.lens.reads]
    if moved:
        seen = [look for look in seen if any(x.state == "read" for x in look.levers)]
    names = [effect.lever for effect in (seen[0].levers if seen else ())]
    body = []
    for k, lever in enumerate(names):
        body.append([item.word(lever), *(_effect(look.levers[k]) for look in seen)])
    return ["lever", *(_head(look) for look in seen)], body


def _effect(effect: Any) -> str:
    """Room and split; the holder's payoff where only that moves."""
    if effect.state != "read":
        return "·" if effect.state == "not read" else "idle"
    room, split, holder = (_small(x) for x in (effect.room, effect.split, effect.holder))
    if room in ("–", "0") and split in ("–", "0") and holder not in ("–", "0"):
        return f"({holder})"
    return f"{room} / {split}"


def _small(value: float | None) -> str:
    """Two decimals; what is smaller is said to be."""
    if value is None:
        return "–"
    if abs(value) < UTILITY:
        return "0"
    if abs(value) < 0.005:
        return "<0.01" if value > 0 else ">−0.01"
    return number(value, 2)


def reasons(item: Any) -> list[str]:
    """A sentence for each pair that was tested or is not explained; the others in one."""
    out = []
    untested = [d for d in item.disagreements if d.explained and d.residual is None]
    for d in item.disagreements:
        if d in untested:
            continue
        why = "; ".join(d.by) or "no assumption"
        line = f"{d.one} and {d.other} are {shown(d.gap)} apart; they differ in: {why}"
        if d.residual is not None:
            line += f". Where those are the same {shown(d.residual)} remains"
        out.append(line + (". NOT EXPLAINED." if not d.explained else "."))
    if untested:
        far = max(untested, key=lambda d: d.gap)
        out.append(
            (
                f"{far.one} and {far.other} are {shown(far.gap)} apart; they differ in: "
                f"{'; '.join(far.by)}. No case is known in which these are the same."
            )
            if len(untested) == 1
            else (
                f"{len(untested)} pairs differ in assumptions for which no case is known in which "
                f"they are the same; farthest apart are {far.one} and {far.other} "
                f"({shown(far.gap)}), which differ in: {'; '.join(far.by)}."
            )
        )
    return out


def refusals(item: Any) -> list[str]:
    """A line for each lens that does not apply: why, and what comes nearest."""
    return [
        f"{look.lens.name} does not apply: {look.refused.removeprefix(look.lens.name + ': ')}"
        for look in item.looks
        if look.refused
    ]


def text(item: Any) -> str:
    """Sentence, four tables, reasons."""
    head, body = term_rows(item)
    top, effects = lever_rows(item)
    parts = [item.said(), tables.text(HEAD, rows(item))]
    if refusals(item):
        parts.append("\n".join(clean(line) for line in refusals(item)))
    parts += ["Terms", tables.text(head, [[clean(c) for c in row] for row in body])]
    if effects:
        parts += [
            "Levers: room / split, or (the holder's payoff) where only that moves (· not read)",
            tables.text(top, [[clean(c) for c in row] for row in effects]),
        ]
    if item.disagreements:
        parts += ["Why predictions differ", *reasons(item)]
    for look in item.looks:
        if look.note:
            parts.append(f"{look.lens.name}: {clean(look.note)}")
    return "\n\n".join([*parts[:2], *parts[2:], *item.notes])


def html(item: Any) -> str:
    """Figure and tables, escaped."""
    head, body = term_rows(item)
    top, effects = lever_rows(item)
    drawn = figure(item) if _levels(item) else ""
    out = f"<p>{escape(item.said())}</p>{drawn}" + tables.html(HEAD, rows(item))
    out += "".join(f"<p>{escape(line)}</p>" for line in refusals(item))
    out += tables.html(head, body, caption="Terms")
    if effects:
        out += tables.html(
            top,
            effects,
            caption="Levers: room / split, or (the holder's payoff) where only that moves",
        )
    return out + "".join(f"<p>{escape(line)}</p>" for line in reasons(item))


def _levels(item: Any) -> dict[str, list[float]]:
    """Issue to the levels that lenses predict for it."""
    out: dict[str, list[float]] = {}
    for issue in item.issues:
        found = [
            float(look.terms[issue])
            for look in item.looks
            if issue in look.terms and not isinstance(look.terms[issue], Mapping)
        ]
        found = [x for x in found if np.isfinite(x)]
        if found:
            out[issue] = found
    return out


def predicts_levels(item: Any) -> bool:
    """Whether some lens predicts a level of an issue: there is something to draw."""
    return bool(_levels(item))


def figure(item: Any) -> str:
    """The range of the lenses' terms, with the deal and three lenses marked."""
    levels = _levels(item)
    if not levels:
        raise NotApplicableError("no lens predicts a level", where="figure of lenses")

    def of(terms: Mapping[str, Any]) -> list[float | None]:
        given = [terms.get(k) for k in levels]
        return [None if x is None or isinstance(x, Mapping) else float(x) for x in given]

    marks = [(item.deal, of(item.signed))] if item.signed else []
    marks += [
        (look.lens.name.split()[0], of(look.terms)) for look in item.looks
        if look.lens.name in MARKED and look.terms
    ]  # fmt: skip
    return figures.terms(
        [item.issues[k] for k in levels],
        [min(v) for v in levels.values()],
        [float(np.median(v)) for v in levels.values()],
        [max(v) for v in levels.values()],
        marks=[(n, v) for n, v in marks if any(x is not None for x in v)],
        spread_label="all lenses, median",
    )

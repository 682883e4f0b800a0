"""Scenarios beside the baseline, with the directions that surprised."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import tables
from negotiate.drawing.text import clean, escape, number

HEAD = ("scenario", "metric", "baseline", "scenario's value", "change", "expected")


def rows(item: Any) -> list[list[Any]]:
    """One row an effect; a direction that was not expected is marked."""
    out = []
    for e in item.effects:
        mark = " (surprise)" if e.surprising else ""
        known = item.case.scenarios.get(e.scenario)
        name = known.name if known else e.scenario
        if e.reason:
            out.append([name, e.metric, "", e.reason, "", e.expected])
        else:
            out.append(
                [name, e.metric, number(e.baseline), number(e.value), number(e.change),
                 e.expected + mark]
            )  # fmt: skip
    return out


def sentence(item: Any) -> str:
    """How many scenarios moved what they should, and which did not."""
    if not item.effects:
        return "No scenario was asked: change a value, or add [[scenario]] with expects."
    known = [e for e in item.effects if not e.reason]
    lost = len(item.effects) - len(known)
    parts = []
    stated = [e for e in known if e.expected]
    if stated:
        count = len({e.scenario for e in item.effects})
        parts.append(f"{count} scenario{'s' * (count != 1)} against the baseline")
        odd = [e for e in stated if e.surprising and e.moved]
        still = [e for e in stated if not e.moved]
        good = len(stated) - len(odd) - len(still)
        if good == len(stated) and not lost:
            parts.append("every direction was as expected")
        else:
            parts.append(f"{good} of {len(item.effects)} directions were as expected")
        if odd:
            parts.append(
                f"{len(odd)} against it: "
                + ", ".join(f"{clean(e.scenario)} ({clean(e.metric)} moved by {number(e.change)})"
                            for e in odd)
            )  # fmt: skip
        if still:
            parts.append(
                f"{len(still)} unmoved: "
                + ", ".join(f"{clean(e.scenario)} ({clean(e.metric)})" for e in still)
            )
    elif known:
        parts.append(f"{sum(e.moved for e in known)} of {len(known)} metrics moved")
    if lost:
        reasons = dict.fromkeys(clean(e.reason) for e in item.effects if e.reason)
        parts.append(f"{lost} could not be computed ({'; '.join(reasons)})")
    return "; ".join(parts) + "."


def text(item: Any) -> str:
    """Sentence and table."""
    return sentence(item) + "\n" + tables.text(HEAD, rows(item))


def html(item: Any) -> str:
    """Sentence and table."""
    return f"<p>{escape(sentence(item))}</p>" + tables.html(HEAD, rows(item), caption="Scenarios")

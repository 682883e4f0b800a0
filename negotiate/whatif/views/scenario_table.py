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
    count = len({e.scenario for e in item.effects})
    if not any(e.expected for e in item.effects):
        moved = sum(e.moved for e in item.effects)
        return f"{moved} of {len(item.effects)} metrics moved."
    still = sorted(
        {e.scenario for e in item.effects if not any(x.moved for x in item.of(e.scenario))}
    )
    parts = [f"{count} scenarios against the baseline"]
    odd = [e for e in item.surprises if e.moved]
    if odd:
        parts.append(
            "the direction surprised in "
            + ", ".join(
                f"{clean(e.scenario)} ({clean(e.metric)} moved by {number(e.change)})" for e in odd
            )
        )
    else:
        parts.append("every direction was as expected")
    if still:
        parts.append("nothing moved in " + ", ".join(map(clean, still)))
    return "; ".join(parts) + "."


def text(item: Any) -> str:
    """Sentence and table."""
    return sentence(item) + "\n" + tables.text(HEAD, rows(item))


def html(item: Any) -> str:
    """Sentence and table."""
    return f"<p>{escape(sentence(item))}</p>" + tables.html(HEAD, rows(item), caption="Scenarios")

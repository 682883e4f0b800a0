"""What the sections on talks, escalation and hidden resolve share.

A part that a case lacks the numbers for is left out with the reason; what-ifs are the scenarios of
the file that move the section's own metrics; thresholds come from
`negotiate.whatif.questions.cells`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from negotiate.drawing.text import number, percent
from negotiate.errors import InputError, MissingQuantityError, NotApplicableError
from negotiate.report.blocks import Block, Cell, Table, note
from negotiate.whatif.views.tornado import words


def attempt(make: Callable[[], Any]) -> tuple[Any, str]:
    """What ``make`` gives, or None with the reason why the case has it not."""
    try:
        return make(), ""
    except MissingQuantityError as error:
        return None, "the file does not give " + ", ".join(error.missing)
    except (InputError, NotApplicableError) as error:
        return None, str(error)


def left_out(reasons: Mapping[str, str]) -> list[Block]:
    """One remark for the parts that could not be made."""
    parts: dict[str, list[str]] = {}
    for part, reason in reasons.items():
        if reason:
            parts.setdefault(reason, []).append(part)
    lines = [f"{listed(named_parts)}: {reason}" for reason, named_parts in parts.items()]
    return [note("Not computed. " + "; ".join(lines) + ".")] if lines else []


def moved(context: Any, names: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """The baseline and every scenario that moves one of the metrics, with their values.

    A scenario that the models cannot read (a number it drives out of bounds) is passed over: the
    section on scenarios reports it.
    """
    from negotiate.whatif import metric

    base = metric.evaluate(context.case, names)
    out = [("baseline", base)]
    for key, scenario in context.case.scenarios.items():
        case = context.case.scenario(key)
        found, _ = attempt(functools.partial(metric.evaluate, case, names))
        if found is not None and any(differ(found[n], base[n]) for n in names):
            out.append((scenario.name, found))
    return out


def differ(one: Any, two: Any) -> bool:
    """Whether two answers differ by more than half of the third decimal, or as labels."""
    a, b = np.asarray(one), np.asarray(two)
    if a.dtype.kind in "UO" or b.dtype.kind in "UO":
        return str(a) != str(b)
    return bool(abs(float(a) - float(b)) >= 0.0005)


def whatif_table(
    context: Any,
    columns: Mapping[str, str],
    caption: str,
    *,
    shown: Callable[[str, Any], Cell] | None = None,
) -> list[Block]:
    """Scenarios against the baseline on the metrics in ``columns`` (metric to heading)."""
    rows = moved(context, list(columns))
    if len(rows) < 2:
        return []

    def cell(name: str, value: Any) -> Cell:
        array = np.asarray(value)
        return str(array) if array.dtype.kind in "UO" else float(array)

    read = shown or cell
    return [
        Table(
            ("scenario", *columns.values()),
            tuple((label, *(read(n, found[n]) for n in columns)) for label, found in rows),
            caption + " Scenarios that move none of them are left out.",
            strong=frozenset({0}),
        )
    ]


def named(case: Any, path: str) -> str:
    """A path in words, with the name of the party it ends in: "audience cost of Turkey"."""
    head, _, last = path.rpartition(".")
    for key, party in case.parties.items():
        if head == "quantity" and last.endswith(f"_{key}"):
            return f"the {last.removesuffix(f'_{key}').replace('_', ' ')} of {party.name}"
    return words(case, path)


def turning(
    case: Any, path: str, name: str, *, condition: str, low: float, high: float, what: str
) -> str:
    """Where a condition starts or stops to hold along a quantity, in a sentence.

    Parameters
    ----------
    what
        The condition in words, such as "Russia runs a risk of war".
    """
    from negotiate.whatif.questions.cells import cells

    found = cells(case, path, name, condition=condition, low=low, high=high, points=129)
    quantity = named(case, path)
    if not found.changes:
        always = "over the whole range" if found.answers[0] == "yes" else "nowhere in the range"
        return (
            f"{what} {always} of {quantity} from {number(low, 2)} to {number(high, 2)} "
            f"(base {number(found.base)})."
        )
    spans = []
    edges = [low, *(c.at for c in found.changes), high]
    for k, answer in enumerate(found.answers):
        if answer == "yes":
            left, right = edges[k], edges[k + 1]
            if k == 0:
                spans.append(f"below {number(right)}")
            elif k == len(found.answers) - 1:
                spans.append(f"above {number(left)}")
            else:
                spans.append(f"between {number(left)} and {number(right)}")
    return f"{what} where {quantity} is {' or '.join(spans)} (base {number(found.base)})."


def shares(labels: Any) -> list[tuple[str, str]]:
    """Labels over draws with the share of draws of each, most frequent first."""
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    total = counts.sum()
    return [(str(names[i]), percent(counts[i] / total)) for i in order]


def listed(items: Sequence[str]) -> str:
    """Names in a row: a, b and c."""
    items = list(items)
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


MOST_DRAWS = 1_000
"""Most draws of a deal over time: each solves a stochastic game, four times for the devices."""


def measured(case: Any, game: str, names: Sequence[str] = ()) -> dict[str, Any]:
    """Metrics of one game of a case by their names within it; all of them if none is named."""
    from negotiate.whatif import metric

    if not names:
        known = [n for n in metric.available(case) if n.startswith(f"{game}.") and "<" not in n]
        names = [name.partition(".")[2] for name in known]
    found = metric.evaluate(case, [f"{game}.{name}" for name in names])
    return {name: found[f"{game}.{name}"] for name in names}


def draws_of(context: Any) -> Any:
    """The case over the draws of the sections on time."""
    from negotiate.whatif.study.case import draw

    return draw(context.case, min(context.draws, MOST_DRAWS), seed=context.seed)

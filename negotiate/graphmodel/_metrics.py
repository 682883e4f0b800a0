"""What a sweep can read off the stability of a graph model compiled from a case.

Stability is a label, so that maps and scenarios can show where it changes; the margin is the
number behind it, in stakes: by how much the worst move a party could be tempted by falls short.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.declare import Metric
from negotiate.graphmodel._engine import Stability
from negotiate.graphmodel.case import key_states


def _state(found: Stability, names: Mapping[str, str]) -> int:
    return int(found.form.state(names["name"]))


def _label(found: Stability, names: Mapping[str, str]) -> Any:
    assert found.table is not None
    stable = found.table.stable[..., _state(found, names)]
    out = np.full(stable.shape[:-1], "stable", dtype=object)
    for i, who in enumerate(found.table.who):
        left = ~stable[..., i]
        first = out == "stable"
        out = np.where(left & first, f"not for {who}", np.where(left, out + f", {who}", out))
    return out.astype(str)


def _margin(found: Stability, names: Mapping[str, str]) -> Any:
    assert found.table is not None and found.table.margins is not None
    own = found.table.margins[..., _state(found, names)].astype(float)
    return own.min(axis=-1)


def _equilibrium(found: Stability, names: Mapping[str, str]) -> Any:
    assert found.table is not None
    return found.table.stable[..., _state(found, names)].all(axis=-1).astype(float)


def _count(found: Stability, names: Mapping[str, str]) -> Any:
    assert found.table is not None
    return found.table.stable.all(axis=-2).sum(axis=-1).astype(float)


STABILITY = (
    Metric(
        "state.<name>",
        "label",
        "whether the state is stable, or for whom it is not",
        words="stability of {name}",
        read=_label,
        choices=key_states,
    ),
    Metric(
        "equilibrium.<name>",
        "yes or no",
        "1 where the state is stable for everybody, 0 where not",
        words="whether {name} is an equilibrium",
        read=_equilibrium,
        choices=key_states,
    ),
    Metric(
        "count",
        "count",
        "number of states that are stable for everybody",
        words="number of equilibria",
        read=_count,
    ),
)
"""Metrics of every stability concept."""

METRICS = (
    *STABILITY,
    Metric(
        "margin.<name>",
        "stake",
        "least margin of stability over the parties, in stakes: negative where somebody leaves, "
        "infinite where nobody can",
        words="margin of stability of {name}",
        read=_margin,
        choices=key_states,
    ),
)
"""Metrics of the concepts that have a margin."""

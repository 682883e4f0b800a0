"""Matplotlib to SVG: a figure whose bytes depend on its numbers only."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any


def axes_svg(
    draw: Callable[[Any], None], *, panels: int = 1, width: float = 7.0, height: float = 3.2
) -> str:
    """Let ``draw`` fill a list of ``panels`` axes, one above the other; give the SVG text.

    Ids are salted with a constant and the date is left out, so that the same numbers give the
    same bytes. Text is kept as text.
    """
    import matplotlib
    from matplotlib.figure import Figure

    settings = {"svg.hashsalt": "negotiate", "svg.fonttype": "none", "font.size": 9}
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(width, height * panels), layout="constrained")
        axes = figure.subplots(panels, 1, squeeze=False)[:, 0]
        for axis in axes:
            axis.spines[["top", "right"]].set_visible(False)
        draw(list(axes))
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]

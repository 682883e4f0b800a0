"""The figures of the toolkit: plain data in, SVG text out, the same bytes every time.

Each takes labels and numbers, never one of our types, so that a notebook, a section of a report
or a student's own script can draw with it. Labels are escaped; values must be finite; every axis
carries its unit; ``<title>`` and ``<desc>`` say in words what is drawn.

=============  ====================================================================
`tornado`      one-way ranges of an answer
`waterfall`    shares that lead from one value to another
`bars`         bars with intervals
`ranges`       parts of several ranges, each on its own scale
`phase_map`    which answer holds where in the plane of two quantities
`terms`        spread of each term, with the signed deal and other points
`frontier`     frontier, disagreement point, bargaining zone, solutions, deals
`curve`        answers against one input
`survival`     survival curves with observed base rates
`box`          draws in the plane of two inputs with a box around those of interest
`lever_map`    who can hurt whom, and how much
`strip`        which answer holds where along a quantity
`histogram`    spread of one answer
=============  ====================================================================

>>> text = tornado(["cost", "weight"], [0.2, 0.3], [0.6, 0.5], 0.4, quantity="share (stakes)")
>>> text.startswith("<svg") and "share (stakes)" in text
True
"""

from __future__ import annotations

from negotiate.drawing.bars import terms, tornado, waterfall
from negotiate.drawing.frontier import frontier
from negotiate.drawing.lever_map import Edge, lever_map
from negotiate.drawing.phase_map import phase_map
from negotiate.drawing.planes import box, curve, survival
from negotiate.drawing.ranges import bars, ranges
from negotiate.drawing.strips import histogram, strip

__all__ = [
    "Edge",
    "bars",
    "box",
    "curve",
    "frontier",
    "histogram",
    "lever_map",
    "phase_map",
    "ranges",
    "strip",
    "survival",
    "terms",
    "tornado",
    "waterfall",
]

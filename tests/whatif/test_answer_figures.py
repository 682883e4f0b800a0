"""Figures of answers: marks where the numbers are, labels escaped, the same bytes every time."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from negotiate.drawing import figures
from negotiate.errors import InputError


def _tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def _all(svg: str, tag: str) -> list[ElementTree.Element]:
    return [e for e in _tree(svg).iter() if e.tag.endswith(f"}}{tag}")]


def test_bars_have_lengths_in_proportion() -> None:
    svg = figures.bars(["a", "<b>"], [2.0, 1.0], quantity="share", low=[1.5, 0.5], high=[2.5, 1.5])
    wide = [float(r.get("width")) for r in _all(svg, "rect") if r.get("height") == "16"]
    assert wide[0] == pytest.approx(2 * wide[1], rel=0.01)
    assert "&lt;b&gt;" in svg and "<b>" not in svg
    assert svg == figures.bars(
        ["a", "<b>"], [2.0, 1.0], quantity="share", low=[1.5, 0.5], high=[2.5, 1.5]
    )


def test_negative_bars_go_the_other_way() -> None:
    svg = figures.bars(["up", "down"], [1.0, -1.0], quantity="q")
    up, down = ([r for r in _all(svg, "rect") if r.get("height") == "16"])[:2]
    zero = float(up.get("x"))
    assert float(down.get("x")) + float(down.get("width")) == pytest.approx(zero, abs=0.1)


def test_bars_beyond_the_most_are_counted() -> None:
    svg = figures.bars([str(i) for i in range(20)], [1.0] * 20, quantity="q", most=5)
    assert "15 more not drawn" in svg


def test_ranges_lie_where_they_should() -> None:
    svg = figures.ranges(["a"], [0.25], [0.75], quantity="range", middle=[0.5], ends=[("1", "3")])
    whole, part = (r for r in _all(svg, "rect") if r.get("height") == "14")
    share = float(part.get("width")) / float(whole.get("width"))
    assert share == pytest.approx(0.5, abs=0.01)
    with pytest.raises(InputError):
        figures.ranges(["a"], [float("nan")], [1.0], quantity="q")
    with pytest.raises(InputError, match="lengths differ"):
        figures.ranges(["a", "b"], [0.0], [1.0], quantity="q")


def test_phase_map_draws_each_answer_and_the_case() -> None:
    square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    svg = figures.phase_map(
        [(0, square), (1, [(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)])],
        ["yes & no", "no"],
        [((1.0, 0.0), (1.0, 1.0))],
        x_range=(0, 2),
        y_range=(0, 1),
        x_label="x",
        y_label="y",
        base=(0.5, 0.5),
    )
    assert "yes &amp; no" in svg and "the case" in svg
    assert len(_all(svg, "polygon")) >= 2
    lines = [
        e
        for e in _all(svg, "line")
        if e.get("x1") == e.get("x2")
        and e.get("y1") != e.get("y2")
        and e.get("stroke-width") == "1.4"
    ]
    assert len(lines) == 1
    with pytest.raises(InputError):
        figures.phase_map([], [], [], x_range=(0, 1), y_range=(0, 1), x_label="x", y_label="y")


def test_many_answers_share_a_letter() -> None:
    labels = [f"answer {i}" for i in range(30)]
    svg = figures.phase_map(
        [], labels, [], x_range=(0, 1), y_range=(0, 1), x_label="x", y_label="y"
    )
    assert "19 other answers" in svg and not re.search("answer 29<", svg)

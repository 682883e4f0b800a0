"""A figure is SVG text, axes of Matplotlib, and a file; its marks are the same in each."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import negotiate as ng
from negotiate import bargaining
from negotiate.drawing.figure import Figure
from negotiate.drawing.svg import Canvas
from negotiate.errors import InputError


@pytest.fixture(scope="module")
def drawn() -> Figure:
    return ng.load("idlib-2020").figure()


def test_it_is_its_text_and_knows_its_size(drawn: Figure) -> None:
    assert drawn.startswith("<svg") and drawn == drawn.svg() == drawn._repr_svg_()
    assert len(repr(drawn)) < 60 and drawn.size[0] > 100
    assert pickle.loads(pickle.dumps(drawn)) == drawn


def test_every_mark_is_an_artist() -> None:
    board = Canvas(100, 50, title="t", desc="d")
    board.line(0, 0, 100, 50, stroke="blue", dash="7 3")
    board.rect(10, 10, 20, 20, fill="green", opacity=0.5)
    board.circle(50, 25, 5)
    board.polyline([(0, 0), (5, 5), (9, 1)], fill="sky")
    board.curve("M0,0 C10,10 20,10 30,0")
    board.text(50, 25, "no $math$ here", anchor="middle", halo=True, turn=-90)
    axes = Figure(board.render()).plot()
    assert len(axes.lines) == 1 and len(axes.patches) == 5 and len(axes.texts) == 1
    assert axes.get_xlim() == (0, 100) and axes.get_ylim() == (50, 0)
    word = axes.texts[0]
    assert word.get_text() == "no $math$ here" and word.get_rotation() == 90
    assert axes.patches[1].get_facecolor()[3] == 0.5
    assert axes.patches[1].get_bbox().bounds == (10, 10, 20, 20)
    assert axes.patches[4].get_path().codes.tolist() == [1, 4, 4, 4]


def test_axes_of_ones_own_are_used(drawn: Figure) -> None:
    from matplotlib.figure import Figure as Sheet

    axes = Sheet().subplots()
    assert drawn.plot(axes) is axes and axes.texts


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_it_is_saved_by_its_suffix(drawn: Figure, suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"map{suffix}"
    drawn.save(target)
    head = {".svg": b"<svg", ".pdf": b"%PDF", ".png": b"\x89PNG"}[suffix]
    assert target.read_bytes().startswith(head)


def test_another_suffix_is_refused(drawn: Figure, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.svg, \.pdf, \.png"):
        drawn.save(tmp_path / "map.gif")


def test_results_travel() -> None:
    found = bargaining.nash(bargaining.problem(ng.load("idlib-2020")))
    figure = found.figure()
    assert figure.data["concept"] == found.concept
    frame = found.to_pandas()
    assert len(frame) == len(found.points) and "payoffs.russia" in frame.columns
    assert "russia" in found.to_latex().lower()

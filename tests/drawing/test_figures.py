"""Figures: well-formed, escaped, deterministic, and drawn where the numbers say."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.drawing import figures as fig
from negotiate.drawing.plot import spread
from negotiate.drawing.svg import PALETTE, Canvas, Scale, text_width, wrap
from negotiate.errors import InputError, TooLargeError, UnknownNameError

EVIL = "<script>alert(1)</script> & \"q\" 'a' \u202eabc\x07 ]]> --> هيئة"
NS = "{http://www.w3.org/2000/svg}"


def _all(name: str) -> dict[str, str]:
    """Every figure with ``name`` as each of its labels."""
    return {
        "tornado": fig.tornado([name, "b"], [0, 0.2], [1, 0.3], 0.4, quantity=name,
                               ranges=[(name, name), ("", "")]),
        "waterfall": fig.waterfall([name, "b"], [0.1, -0.3], 1, 0.9, quantity=name,
                                   start_label=name, end_label=name),
        "terms": fig.terms([name], [0.1], [0.2], [0.3], quantity=name, marks=[(name, [0.5])],
                           ends=[(name, name)], spread_label=name),
        "frontier": fig.frontier([(0, 1), (1, 0)], (0.1, 0.1), parties=(name, name),
                                 solutions={name: (0.5, 0.5)}, deals={"x" + name: (0.4, 0.4)},
                                 cloud=[(0.2, 0.3)], unit=name),
        "curve": fig.curve([0, 1], {name: [0, 1], "b": [1, 0]}, x_label=name, y_label=name,
                           base=0.5, marks=[(0.7, name)]),
        "survival": fig.survival([0, 1, 2], {name: [1, 0.5, 0.2], "b": [1, 1, 1]},
                                 baserates={name: [(1, 0.4)]}, time_unit=name, what=name,
                                 events=[(1, name)]),
        "box": fig.box([0, 1], [0, 1], [True, False], (0.2, 0.8, 0, 1), x_label=name,
                       y_label=name, hit_label=name, miss_label=name),
        "map": fig.lever_map({"a": name, "b": name, "c": name},
                             [fig.Edge("a", "b", name, 0.4, 0.2), fig.Edge("b", "a", name, -1),
                              fig.Edge("b", "c", name, 0.1, 0.9), fig.Edge("c", "c", name, 0.1)],
                             principals=("a", "b"), unit=name),
        "strip": fig.strip([(0, 1, name), (1, 2, "b")], quantity=name, base=1, points=[(1, name)],
                           span=(0, 2)),
        "histogram": fig.histogram([0, 1, 2], [3, 4], quantity=name, marks=[(1, name)],
                                   y_label=name),
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(_all("a")))
def test_every_figure_escapes_every_label_and_says_what_it_draws(kind: str) -> None:
    text = _all(EVIL)[kind]
    root = ElementTree.fromstring(text)
    assert {node.tag for node in root.iter()} <= {
        NS + tag
        for tag in ("svg", "title", "desc", "rect", "line", "circle", "polyline", "polygon", "text")
    }
    assert root.find(NS + "title").text and root.find(NS + "desc").text
    assert root.get("role") == "img" and root.get("viewBox")
    assert not set(text) & set("\u202e\x07")
    assert "nan" not in re.sub(r"<(title|desc|text).*?</\1>", "", text, flags=re.S)


@pytest.mark.parametrize("kind", sorted(_all("a")))
def test_the_same_data_give_the_same_bytes(kind: str) -> None:
    assert _all("name")[kind] == _all("name")[kind]


@pytest.mark.parametrize("kind", sorted(_all("a")))
def test_nothing_but_halos_leaves_the_board(kind: str) -> None:
    root = ElementTree.fromstring(_all("a rather long label of an input")[kind])
    _, _, width, height = map(float, root.get("viewBox").split())
    for node in root.iter(NS + "text"):
        assert 0 <= float(node.get("x")) <= width and 0 <= float(node.get("y")) <= height
        if not node.get("transform") and node.get("text-anchor") is None:
            # the estimate of the width errs on the safe side, so a tenth is allowed for
            assert (
                float(node.get("x"))
                + 0.9 * text_width(node.text or "", float(node.get("font-size")))
                <= width + 1
            ), node.text


def test_tornado_is_sorted_by_the_length_of_its_bars() -> None:
    text = fig.tornado(
        ["short", "long", "middle"], [0.4, 0.0, 0.3], [0.5, 1.0, 0.6], 0.45, quantity="q"
    )
    assert text.index(">long<") < text.index(">middle<") < text.index(">short<")


def test_tornado_counts_what_it_leaves_out() -> None:
    text = fig.tornado(list("abcd"), [0] * 4, [1, 2, 3, 4], 0, quantity="q", most=3)
    assert "1 shorter bars not drawn" in text and ">a<" not in text


def test_waterfall_shows_what_the_shares_leave_unexplained() -> None:
    # 0.2 + 0.1 leaves 0.2 of the change from 0 to 0.5
    text = fig.waterfall(["a", "b"], [0.2, 0.1], 0, 0.5, quantity="q")
    assert "not attributed" in text and "+0.200" in text
    assert "not attributed" not in fig.waterfall(["a", "b"], [0.2, 0.3], 0, 0.5, quantity="q")


def test_frontier_shades_the_bargaining_zone_only_where_there_is_one() -> None:
    def zones(d: tuple[float, float]) -> int:
        text = fig.frontier([(0, 1), (1, 0)], d, parties=("a", "b"), solutions={})
        return len(re.findall(r'<polygon[^>]*fill-opacity="0.1"', text))

    assert zones((0.2, 0.3)) == 1
    assert zones((0.7, 0.6)) == 0  # 0.7 + 0.6 > 1: no deal gives both at least that


def test_frontier_zone_has_the_corners_that_geometry_gives() -> None:
    from negotiate.drawing.frontier import _zone

    # frontier x + y = 1, d = (0.2, 0.3): corners (0.2, 0.8) and (0.7, 0.3)
    assert [pytest.approx(corner) for corner in _zone([(0, 1), (1, 0)], (0.2, 0.3))] == [
        (0.2, 0.3),
        (0.2, 0.8),
        (0.2, 0.8),
        (0.7, 0.3),
        (0.7, 0.3),
    ]


def test_a_window_cuts_the_frontier_and_names_what_it_leaves_out() -> None:
    text = fig.frontier(
        [(0, 1), (1, 0)],
        (0.1, 0.1),
        parties=("a", "b"),
        solutions={"nash": (0.5, 0.5), "far": (0.9, 0.1)},
        window=(0.4, 0.6, 0.3, 0.6),
    )
    assert "outside this window: far, disagreement" in text and ">nash<" in text
    line = re.search(
        r'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)" '
        r'class="ngs-ink"',
        text,
    )
    # inside the window x + y = 1 runs from its upper left corner (0.4, 0.6) to (0.6, 0.4), which
    # is at the right edge and a third of the height above the lower one: 410 - 390 / 3
    assert [float(line[k]) for k in (1, 2, 3, 4)] == [72, 20, 442, 280]
    with pytest.raises(InputError, match="window"):
        fig.frontier([(0, 1)], (0, 0), parties=("a", "b"), solutions={}, window=(1, 0, 0, 1))


def test_coinciding_solutions_share_one_sign() -> None:
    text = fig.frontier(
        [(0, 1), (1, 0)],
        (0, 0),
        parties=("a", "b"),
        solutions={"nash": (0.5, 0.5), "ks": (0.5, 0.5)},
    )
    assert "nash, ks" in text


def test_a_gap_in_a_curve_stays_a_gap() -> None:
    text = fig.curve([0, 1, 2, 3, 4], {"y": [0, 1, math.nan, 1, 0]}, x_label="x", y_label="y")
    assert text.count("<polyline") == 2


@pytest.mark.parametrize("values", [[0.5, 0.6], [1.2, 1.0], [0.5, -0.1]])
def test_survival_refuses_what_is_no_survival_curve(values: list[float]) -> None:
    with pytest.raises(InputError, match="never rise"):
        fig.survival([0, 1], {"s": values})


def test_survival_refuses_a_base_rate_beyond_its_times() -> None:
    with pytest.raises(InputError, match="outside"):
        fig.survival([0, 1], {"s": [1, 0.5]}, baserates={"b": [(3, 0.2)]})


def test_non_finite_values_are_refused_with_their_place() -> None:
    with pytest.raises(InputError, match="value 2 of 2 is nan"):
        fig.tornado(["a", "b"], [0, math.nan], [1, 1], 0.5, quantity="q")


def test_different_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="labels 1, low 2"):
        fig.tornado(["a"], [0, 1], [1], 0.5, quantity="q")


def test_lever_map_widens_with_cost_and_dashes_the_incredible() -> None:
    text = fig.lever_map(
        ["A", "B"], [fig.Edge("A", "B", "big", 0.8, 0.9), fig.Edge("B", "A", "small", 0.2, 0.1)]
    )
    arrows = re.findall(r'<polyline points="[^"]*"[^>]*>', text)
    width = [float(re.search(r'stroke-width="([\d.]+)"', arrow)[1]) for arrow in arrows]
    assert len(arrows) == 2 and width[0] > 3 * width[1] / 2
    assert "dasharray" not in arrows[0] and "dasharray" in arrows[1]


def test_lever_map_refuses_unknown_parties_and_crowds() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'turkey'"):
        fig.lever_map(["russia", "turkey"], [fig.Edge("russia", "turky", "x", 1)])
    with pytest.raises(TooLargeError):
        fig.lever_map([str(k) for k in range(13)], [])


def test_strip_refuses_overlap_and_disorder() -> None:
    with pytest.raises(InputError, match="overlap"):
        fig.strip([(0, 2, "a"), (1, 3, "b")], quantity="q")


def test_strip_marks_each_threshold() -> None:
    text = fig.strip([(0, 0.25, "a"), (0.25, 0.75, "b"), (0.75, 1, "a")], quantity="q")
    assert ">0.250<" in text and ">0.750<" in text


def test_paths_hold_numbers_only() -> None:
    with pytest.raises(InputError):
        Canvas(1, 1, title="", desc="").curve('M0 0"/><script>')


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=12),
    st.floats(0.5, 8),
)
@settings(max_examples=100, deadline=None)
def test_spread_keeps_order_gap_and_bounds(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0, 100)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    for before, after in zip(order, order[1:]):  # noqa: RUF007
        assert placed[after] - placed[before] >= gap - 1e-6
    assert min(placed) >= -1e-6 and max(placed) <= 100 + 1e-6


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
@settings(max_examples=100, deadline=None)
def test_ticks_are_round_inside_and_few(low: float, length: float) -> None:
    length = max(length, 1e-6 * abs(low))  # shorter windows are below what floats can place
    scale = Scale(low, low + length, 0, 100)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 12
    assert all(-1e-6 <= scale(tick) <= 100 + 1e-6 for tick in ticks)


def test_equal_ends_still_give_a_scale() -> None:
    assert Scale(0.3, 0.3, 0, 100)(0.3) == pytest.approx(50)


@given(st.text(max_size=80), st.floats(20, 200))
@settings(max_examples=100, deadline=None)
def test_wrapped_lines_fit(text: str, width: float) -> None:
    for line in wrap(text, width, 12, lines=2):
        assert text_width(line, 12) <= width or len(line) <= 2


def _lightness(colour: str) -> float:
    """CIE L* of an sRGB colour (IEC 61966-2-1; CIE 15)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return 116 * y ** (1 / 3) - 16


def test_text_and_series_stand_out_from_the_paper() -> None:
    for name in ("ink", "soft", "blue", "vermilion", "green", "purple", "orange", "sky"):
        assert _lightness(PALETTE["paper"]) - _lightness(PALETTE[name]) > 30, name

"""Views of maps of equilibria and phase diagrams: exact text, escaped labels, valid SVG."""

import xml.etree.ElementTree as ET

import sympy

import negotiate as ng
from negotiate.strategic.maps import equilibrium_map_view as view
from negotiate.strategic.maps._equilibrium_figure import letter
from negotiate.strategic.maps.phase_diagram import phase_diagram

t = sympy.Symbol("theta")


def test_text_has_formulas_and_both_kinds_of_piece():
    told = ng.equilibrium_map("inspection", "cost", low=0, high=10).text()
    assert "The equilibria change at 0, 5: 2 cells with 1 extreme equilibrium each." in told
    assert "The base value 1 is 1 from the nearest of them" in told
    assert "A: 0 < cost < 5; 1 extreme equilibrium, nondegenerate" in told
    assert "Comply (5 − cost)/5, Cheat cost/5" in told
    assert "B: 5 < cost ≤ 10" in told
    assert (
        "cost = 5: 2 extreme equilibria, 1 continuum, degenerate; appear above: Trust | Cheat"
        in told
    )


def test_irrational_values_are_shown_exactly_and_in_decimals():
    game = ng.StrategicGame.from_arrays([[[2, 0], [t**2, 1]], [[1, 0], [0, 1]]])
    told = ng.equilibrium_map(game, t, low=0, high=5).text()
    assert "theta = √2 ≈ 1.414214" in told
    cubic = ng.StrategicGame.from_arrays([[[t**3, 0], [2, 1]], [[1, 0], [0, 1]]])
    assert "theta = 1.259921 (root 1 of theta³ − 2)" in ng.equilibrium_map(cubic, t).text()


def test_labels_are_escaped_and_the_figure_is_valid():
    game = ng.StrategicGame.from_arrays(
        [[[0, -1], [1, -t]], [[0, 1], [-1, -t]]],
        players=("A<b>", "B&"),
        strategies=[("Swerve<i>", "Straight")] * 2,
        title="<script>alert(1)</script>",
    )
    found = ng.equilibrium_map(game, t)
    page = found.html()
    assert "<script>" not in page and "A&lt;b&gt;" in page and "<i>" not in page
    drawn = found.figure()
    root = ET.fromstring(drawn)
    assert root.tag.endswith("svg") and drawn == found.figure()
    assert "1.000" in drawn  # the critical value under the axis
    bundle = found._repr_mimebundle_()
    assert bundle["text/plain"] == found.text() and bundle["text/html"] == page


def test_maximal_nash_subsets_of_a_continuum_are_numbered():
    """At theta = 0 the row player is indifferent and the column player only at row 2: an L."""
    game = ng.StrategicGame.from_arrays([[[0, t], [0, 0]], [[1, 0], [0, 0]]])
    found = ng.equilibrium_map(game, t, low=0, high=1)
    at = found.critical[0]
    subsets = {s for p in at.equilibria for s in p.facts["nash subsets"]}
    assert len(at.components) == 1 and len(subsets) == 2
    _, rows = view.rows(found, at)
    assert {row[-1] for row in rows} == {"A 1", "A 2", "A 1, 2"}


def test_letters_go_on_after_z():
    assert [letter(k) for k in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_many_cells_and_constant_games_are_drawn():
    wild = ng.StrategicGame.from_arrays(
        [[[sympy.prod(t - k for k in range(12)), 0], [0, -1]], [[1, 0], [1, 0]]]
    )
    found = ng.equilibrium_map(wild, t)
    assert len(found.critical) == 12
    ET.fromstring(found.figure())
    flat = ng.StrategicGame.from_arrays([[[1, 1], [1, 1]], [[0, 0], [0, 0]]])
    still = ng.equilibrium_map(flat, t)
    ET.fromstring(still.figure())
    assert "The equilibria never change" in still.text() and "all theta" in still.text()


def test_phase_diagram_views():
    x, y = sympy.symbols("x y")
    game = ng.StrategicGame.from_arrays(
        [[[x / 2 - y, x], [0, x / 2]], [[x / 2 - y, 0], [x, x / 2]]],
        players=("A<b>", "B"),
        strategies=[("Firm", "Yield")] * 2,
        title="<b>",
    )
    found = phase_diagram(game, x, y, x_range=(0.1, 2), y_range=(0.1, 2), points=21)
    assert "x − 2y = 0" in found.text() and "A|B" in found.text()
    page = found.html()
    assert "<b>" not in page and "&lt;b&gt;" in page
    root = ET.fromstring(found.figure())
    lines = [e for e in root.iter() if e.tag.endswith("polyline")]
    assert len(lines) == 1

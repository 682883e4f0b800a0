"""Phase diagrams: boundaries known by hand, against maps along lines, bad input."""

import json
import random
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

import negotiate as ng
from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.strategic.maps.phase_diagram import phase_diagram

F = Fraction
x, y = sympy.symbols("x y", real=True)


def game(a, b):
    return ng.StrategicGame.from_arrays([a, b], players=("R", "C"))


def right(found):
    evidence = found.verify()
    assert all(item.holds for item in evidence), evidence
    return found


def test_hawk_and_dove():
    """Standing firm against firm pays v / 2 - c against 0: it is best exactly if v > 2 c."""
    a = [[x / 2 - y, x], [0, x / 2]]
    b = [[x / 2 - y, 0], [x, x / 2]]
    found = right(phase_diagram(game(a, b), x, y, x_range=("0.1", 2), y_range=("0.1", 2)))
    (curve,) = found.boundaries
    assert curve.terms == {(1, 0): 1, (0, 1): -2} and curve.text == "x - 2*y"
    assert curve.between == ((0, 1),)
    assert {len(region.labels) for region in found.regions} == {1, 3}
    assert found.region(1, "1/4") == ("1 | 1",) and len(found.region(1, 1)) == 3
    for line in curve.lines:
        assert all(u == pytest.approx(2 * v) for u, v in line)
    # it ends where the rectangle does
    ends = [p for line in curve.lines for p in (line[0], line[-1])]
    assert min(p[0] for p in ends) == pytest.approx(0.2, abs=0.02)
    assert max(p[0] for p in ends) == pytest.approx(2, abs=0.02)


def test_a_closed_curve_is_a_circle():
    a = [[x**2 + y**2 - 1, 0], [0, -1]]
    found = right(phase_diagram(game(a, [[1, 0], [1, 0]]), x, y, x_range=(-2, 2), y_range=(-2, 2)))
    (curve,) = found.boundaries
    assert curve.text == "x**2 + y**2 - 1" and len(curve.lines) == 1
    assert all(u * u + v * v == pytest.approx(1) for u, v in curve.lines[0])
    assert curve.lines[0][0] == pytest.approx(curve.lines[0][-1])
    share = next(r.share for r in found.regions if r.labels == ("2 | 1",))
    assert share == pytest.approx(3.1416 / 16, abs=0.01)  # area of the disc over the square's


def test_a_curve_on_which_alone_something_changes():
    """(x - y)^2 never changes sign: the second equilibrium exists on the line only."""
    a = [[(x - y) ** 2, 0], [0, -1]]
    found = right(phase_diagram(game(a, [[1, 0], [1, 0]]), x, y, x_range=(0, 1), y_range=(0, 1)))
    (curve,) = found.boundaries
    assert curve.text == "x - y" and curve.on == ("2 | 1",) and len(found.regions) == 1
    assert (found.grid.diagonal() == -1).all() and (found.grid >= 0).sum() > 6000
    assert found.region("1/3", "1/3") == ("1 | 1", "2 | 1")


def test_curves_hold_every_critical_value_along_lines():
    """Along a line the exact map cannot miss a change; each must lie on a curve of the diagram."""
    rng = random.Random(5)
    for size in (2, 3):
        a, b = (
            [[rng.randint(-4, 4) + rng.randint(-3, 3) * x + rng.randint(-3, 3) * y
              for _ in range(size)] for _ in range(size)] for _ in "ab"
        )  # fmt: skip
        problem = game(a, b)
        found = right(phase_diagram(problem, x, y, x_range=(-2, 2), y_range=(-2, 2), points=21))
        polynomials = [sympy.sympify(c.text, {"x": x, "y": y}) for c in found.boundaries]
        for _ in range(3):
            level = F(rng.randint(-199, 199), 100)
            along = ng.equilibrium_map(problem, x, low=-2, high=2, values={"y": level})
            for cut in along.critical:
                at = cut.value.sympy()
                values = [p.subs({x: at, y: sympy.Rational(str(level))}) for p in polynomials]
                assert any(sympy.simplify(v) == 0 for v in values)
            for cell in along.cells:
                assert sorted(cell.labels) == sorted(found.region(cell.sample, level))


def test_a_game_of_a_file_uses_its_ranges():
    found = right(phase_diagram("inspection", "cost", "penalty", x_range=(0, 8)))
    assert found.y_range == (10, 200) and found.bases == (1, 90)
    assert {c.text for c in found.boundaries} >= {"cost - 5"}
    document = json.loads(json.dumps(found.to_dict()))
    assert document["quantities"] == ["cost", "penalty"] and len(document["grid"]) == 81
    assert any("traced on a mesh of 120 x 120" in note for note in document["notes"])


def test_nothing_changes():
    found = right(phase_diagram(game([[1, 0], [x * 0 + 2, 3]], [[1, 0], [0, 1]]), "x", "y",
                                x_range=(0, 1), y_range=(0, 1), points=5))  # fmt: skip
    assert len(found.regions) == 1 and not found.boundaries
    assert "The equilibria are the same" in found.text()
    assert "No payoff depends on x or y." in found.notes


def test_points_near_a_curve_are_decided_exactly():
    """Floats cannot tell these points from the line; fractions can."""
    found = phase_diagram(game([[x - y, 0], [0, -1]], [[1, 0], [1, 0]]), x, y,
                          x_range=(0, 1), y_range=(0, 1), points=3)  # fmt: skip
    tiny = F(1, 10**40)
    assert found.region(F(1, 3) + tiny, F(1, 3)) == ("1 | 1",)
    assert found.region(F(1, 3) - tiny, F(1, 3)) == ("2 | 1",)


def test_the_check_can_fail():
    a = [[x - y, 0], [0, -1]]
    found = phase_diagram(game(a, [[1, 0], [1, 0]]), x, y, x_range=(0, 1), y_range=(0, 1))
    bare = replace(found, boundaries=())
    points, lines, _ = bare.verify()
    assert points.holds and not lines.holds and lines.value == 6 and lines.witness
    moved = replace(found, boundaries=(replace(found.boundaries[0], lines=(((0, 1), (1, 0)),)),))
    assert not moved.verify()[2].holds
    other = phase_diagram(
        game([[x, 0], [0, -1]], [[1, 0], [1, 0]]), x, y, x_range=(-1, 1), y_range=(0, 1), points=3
    )
    assert not replace(other, payoffs=found.payoffs).verify()[0].holds


def test_labels_may_hold_brackets():
    problem = ng.StrategicGame.from_arrays(
        [[[x, 0], [0, y]], [[x, 0], [0, y]]], strategies=[("go (now)", "stay"), ("a | b", "c + d")]
    )
    right(phase_diagram(problem, x, y, x_range=(-1, 1), y_range=(-1, 1), points=9))


def test_bad_input():
    one = game([[x, 0], [y, 1]], [[1, 0], [0, 1]])
    with pytest.raises(InputError, match=r"x: has no range.*give x_range and y_range"):
        phase_diagram(one, x, y)
    with pytest.raises(InputError, match="range 1 to 0 is empty"):
        phase_diagram(one, x, y, x_range=(1, 0), y_range=(0, 1))
    with pytest.raises(InputError, match="quantities x, x"):
        phase_diagram(one, x, x)
    with pytest.raises(InputError, match=r"also contain y"):
        phase_diagram(one, x, "z", x_range=(0, 1), y_range=(0, 1))
    with pytest.raises(InputError, match="points = 1000"):
        phase_diagram(one, x, y, x_range=(0, 1), y_range=(0, 1), points=1000)
    big = [[x * i - y * j for i in range(7)] for j in range(7)]
    with pytest.raises(TooLargeError, match=r"7 x 7.*fix one quantity"):
        phase_diagram(game(big, big), x, y, x_range=(0, 1), y_range=(0, 1))
    with pytest.raises(NotApplicableError, match="2 players"):
        three = ng.StrategicGame.from_arrays([[[[x, 0], [0, 1]]] * 2] * 3)
        phase_diagram(three, x, y, x_range=(0, 1), y_range=(0, 1))

"""The exact map of threats in the report: against the threat game's own numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

import negotiate as ng
from negotiate import declare
from negotiate.case.slots import disagreement as slot
from negotiate.report.blocks import Figure, Paragraph, Table
from negotiate.report.context import CaseContext
from negotiate.report.sections import thresholds
from negotiate.report.sections._threat_map import threat_maps, threat_plane
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria


@pytest.fixture(scope="module")
def context() -> CaseContext:
    return CaseContext(ng.load("idlib-2020"), draws=50, seed=1)


def test_critical_values_solve_the_indifference_of_the_lever(context: CaseContext) -> None:
    """A lever comes into use where what it takes from the other, at the slope, is its own cost."""
    case, found = context.case, threat_maps(context.case, context.threat_solution)
    assert found is not None and found.changing
    parties = case.principals
    for path, item in found.changing.items():
        lever = path.split(".")[1]
        for cut in item.critical:
            moved = case.with_value(path, cut.value.rational)
            own, other = (slot.effect(moved, lever, p) for p in parties)
            assert own - found.slope * other == 0
        assert item.low < cut.value < item.high


def test_maps_agree_with_the_threat_game_at_the_file_s_values(context: CaseContext) -> None:
    """The payoffs are d1 - s d2 of the form's own points, so its equilibria are the maps'."""
    case, solution = context.case, context.threat_solution
    found = threat_maps(case, solution)
    assert found is not None
    chosen = (*found.levers[0], *found.levers[1])
    form = declare.load("compiles", "threats")(case, levers=chosen)
    table = [[d[0] - found.slope * d[1] for d in row] for row in form.points]
    assert all(isinstance(v, Fraction) for row in table for v in row)
    answer = extreme_equilibria(table, [[-v for v in row] for row in table])
    used = {
        tuple(form.strategies[k][row.index(1)] for k, row in enumerate(pair))
        for pair in answer.points
    }
    for item in found.maps.values():
        labels = {tuple(label.split(" | ")) for label in item.piece(item.base).labels}
        assert {tuple("none" if x == "no threat" else x for x in pair) for pair in labels} == used
        assert all(evidence.holds for evidence in item.verify(points=1))


def test_the_plane_contains_the_critical_values_of_the_lines(context: CaseContext) -> None:
    found = threat_maps(context.case, context.threat_solution)
    assert found is not None
    plane = threat_plane(context.case, found)
    assert plane is not None and all(e.holds for e in plane.verify(points=20))
    item = next(iter(found.changing.values()))
    at = item.critical[0].value.rational
    assert at is not None and plane.bases[1] is not None
    values = [
        sum(c * at**i * plane.bases[1] ** j for (i, j), c in b.terms.items())
        for b in plane.boundaries
    ]
    assert 0 in values


def test_the_section_says_what_was_found(context: CaseContext) -> None:
    blocks = thresholds.exactly(context)
    told = " ".join(str(b.text) for b in blocks if isinstance(b, Paragraph))
    assert "a game of 4 x 4" in told and "The check by the definition holds" in told
    assert "the equilibrium changes exactly where" in told
    assert sum(isinstance(b, Table) for b in blocks) == 1
    assert sum(isinstance(b, Figure) for b in blocks) == 1


def test_a_case_without_numbers_to_vary_says_so(context: CaseContext) -> None:
    case = context.case
    off = {f"lever.{name}.available": False for name in case.levers}
    bare = CaseContext(case.with_values(off), draws=10)
    blocks = thresholds.exactly(bare)
    assert "there is no such game" in str(blocks[-1])

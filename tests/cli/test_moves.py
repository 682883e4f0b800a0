"""``negotiate moves``: what it prints is what the room computes."""

from __future__ import annotations

import json

import pytest

import negotiate as ng
from negotiate.cli import main
from negotiate.graphmodel import compare, inverse


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main(["moves", *arguments]) or 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_elmira_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Fang, Hipel and Kilgour 1993: 5, 8, 9 under all four; 1 and 4 only under GMR and SMR."""
    code, out, _ = run(
        capsys, "elmira", "--json", "--inverse", "1", "--concept", "nash", "--robustness"
    )
    found = json.loads(out)
    assert code == 0
    assert found["equilibria"]["Nash"] == found["equilibria"]["SEQ"] == ["5", "8", "9"]
    assert found["equilibria"]["GMR"] == found["equilibria"]["SMR"] == ["1", "4", "5", "8", "9"]
    assert found["stability"] == compare(ng.open("elmira"))
    right = inverse(ng.open("elmira"), "1", concept="nash_stability")
    assert found["inverse"]["proposals"] == [[str(c) for c in p.changes] for p in right.proposals]
    assert found["inverse"]["complete"] and found["robustness"]["rankings"] == 48
    assert found["status_quo"][0].startswith("From 1")


def test_text_says_why_and_how_history_went(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "idlib-2020-graph", "--state", "ceasefire")
    assert code == 0 and "Operation Spring Shield" in out
    assert "Turkey to offensive+force, which Damascus finds worse than ceasefire" in out


def test_a_case_is_compiled_and_its_many_states_cut(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "idlib-2020")
    assert code == 0 and "60 of 385 states shown" in out
    first = out.splitlines()[2]
    assert first.startswith("deal ")  # an equilibrium of most concepts
    code, out, _ = run(capsys, "jet-crisis-2015", "--set", "lever.straits.available=false")
    assert code == 0 and "straits" not in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("elmira", "--state", "77"), "no state '77'"),
        (("elmira", "--inverse", "5", "--concept", "gut"), "no concept 'gut'"),
        (("talmud",), "no conflict of moves"),
        (("elmira", "--figure", "x.png"), ".svg"),
    ],
)
def test_bad_input(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2 and told in err

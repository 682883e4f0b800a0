"""Bad input: what cannot be told is refused or named; nothing is executed; large tables work."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from negotiate.errors import (
    CaseError,
    InputError,
    NotApplicableError,
    NotConvergedError,
    TooLargeError,
    UnknownNameError,
)
from negotiate.estimation import (
    CrisisSignalling,
    Move,
    Outcome,
    Prior,
    QuantalCounts,
    Ultimatum,
    block,
    fit,
    formula,
    kaplan_meier,
    simulate,
    tree,
)

DETER = tree("egame12")
FORMULA = "esc + war ~ x | 0 | 1 | z"


def table(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": rng.normal(size=rows), "z": rng.normal(size=rows)})
    return simulate(
        DETER,
        frame,
        parts=("x", "0", "1", "z"),
        outcome=("esc", "war"),
        beta=[0.1, 0.6, -0.2, 0.2, 0.5],
        rng=rng,
    )


def test_no_variation_in_the_outcome() -> None:
    with pytest.raises(InputError, match="no variation in the outcome: every row ended in '~esc'"):
        fit(DETER, table().assign(esc=0, war=0), formula=FORMULA)


def test_a_regressor_in_all_utilities_of_a_player() -> None:
    with pytest.raises(InputError, match=r"not identified.*:x.*differences") as caught:
        fit(DETER, table(), formula="esc + war ~ x | x | x | z")
    for name in ("u1(~esc):x", "u1(esc,~war):x", "u1(esc,war):x"):
        assert name in str(caught.value)


def test_all_findings_at_once() -> None:
    frame = table().assign(twice=lambda d: 2 * d.x, none=0.0)
    with pytest.raises(InputError, match=r"'none' is zero") as caught:
        fit(DETER, frame, formula="esc + war ~ x + twice | 0 | 1 | z + none")
    assert "depend on each other" in str(caught.value)


def test_outcomes_coded_wrongly() -> None:
    with pytest.raises(InputError, match=r"esc.*300 values are no actions"):
        fit(DETER, table().assign(esc=2), formula=FORMULA)
    frame = table().assign(end="nothing")
    with pytest.raises(InputError, match=r"'nothing'.*allowed: L, RL, RR"):
        fit(DETER, frame, formula="end ~ x | 0 | 1 | z")
    with pytest.raises(InputError, match="3 action variables"):
        fit(tree("egame122"), table().assign(c=1), formula="esc + war + c ~ x | 0 | 1 | z | 1 | 1")


def test_separation_is_named_and_a_prior_mends_it() -> None:
    rng = np.random.default_rng(5)
    frame = table(400).assign(dem=rng.integers(0, 2, 400))
    frame.loc[frame.dem == 1, "war"] = 0  # no democracy ever resisted
    split = fit(DETER, frame, formula="esc + war ~ x | 0 | 1 | z + dem", starts=2)
    assert split.diagnosis.separated and not split.trusted
    (words,) = [str(d) for d in split.diagnosis.flat if d.kind == "separated"][:1]
    assert "u2(esc,war):dem" in words
    assert any("separated" in line for line in split.status)
    mended = fit(
        DETER, frame, formula="esc + war ~ x | 0 | 1 | z + dem", prior=Prior(scale=1.0), starts=2
    )
    assert not mended.diagnosis.separated and abs(mended.beta[-1]) < 5
    with pytest.raises(NotConvergedError, match="6 separated"):
        split.bootstrap(6, seed=0)


def test_one_row_and_no_row() -> None:
    with pytest.raises(InputError, match=r"1 rows? for 5 parameters"):
        fit(DETER, table().head(1), formula=FORMULA)
    empty = table().assign(z=np.nan)
    with pytest.raises(InputError, match=r"no row is complete: gaps in z \(300\)"):
        fit(DETER, empty, formula=FORMULA)


def test_gaps_are_dropped_with_reasons_or_refused() -> None:
    frame = table()
    frame.loc[:9, "x"] = np.nan
    frame.loc[5:14, "z"] = np.nan
    found = fit(DETER, frame, formula=FORMULA, starts=1)
    assert found.rows == 285
    assert any("15 of 300 rows left out for gaps (x 10, z 10)" in line for line in found.status)
    with pytest.raises(InputError, match=r"gaps in x \(10\), z \(10\)"):
        fit(DETER, frame, formula=FORMULA, missing="refuse")


def test_weights() -> None:
    frame = table().assign(w=1.0)
    plain = fit(DETER, frame, formula=FORMULA, starts=1)
    doubled = fit(DETER, frame.assign(w=2.0), formula=FORMULA, weights="w", starts=1)
    assert np.allclose(plain.beta, doubled.beta, atol=1e-6)
    assert doubled.log_likelihood == pytest.approx(2 * plain.log_likelihood)
    with pytest.raises(InputError, match="1 weights are negative"):
        fit(DETER, frame.assign(w=[-1.0, *[1.0] * 299]), formula=FORMULA, weights="w")


def test_units_do_not_matter() -> None:
    frame = table()
    plain = fit(DETER, frame, formula=FORMULA)
    for scale in (1e-9, 1e9):
        other = fit(DETER, frame.assign(x=frame.x * scale), formula=FORMULA)
        assert other.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7)
        assert other.beta[1] * scale == pytest.approx(plain.beta[1], rel=1e-5)
    with pytest.raises(InputError, match="infinite"):
        fit(DETER, frame.assign(x=np.inf), formula=FORMULA)


@pytest.mark.parametrize(
    "text",
    [
        "a ~ __import__('os').system('true')",
        "a ~ x.__class__",
        "a ~ {x}",
        "a ~ x[0]",
        "a ~ eval(x)",
        "a ~ `x` + @y",
        "a ~ x; y",
        "a ~ lambda: 0",
        "a ~ x = 1",
        "a ~ open(x)",
        "a ~ C(x, contr.treatment)",
        "a ~ x\\y",
    ],
)
def test_formulas_are_not_programs(text: str) -> None:
    with pytest.raises((InputError, UnknownNameError)):
        formula.split(text)


def test_unknown_variables_and_functions_are_named() -> None:
    with pytest.raises(UnknownNameError, match=r"'zz'"):
        fit(DETER, table(), formula="esc + war ~ zz | 0 | 1 | z")
    with pytest.raises(UnknownNameError, match=r"'cbrt'.*sqrt"):
        fit(DETER, table(), formula="esc + war ~ cbrt(x) | 0 | 1 | z")
    with pytest.raises(InputError, match="not finite"):
        fit(DETER, table().assign(x=0.0), formula="esc + war ~ log(x) | 0 | 1 | z")
    found = fit(DETER, table(), formula=FORMULA, starts=1)
    with pytest.raises(InputError, match="no value of z"):
        found.predict({"x": 1.0, "z": np.nan})


def test_trees_that_have_no_formula_are_refused() -> None:
    many = Move("1", tuple((name, Outcome(("1",))) for name in "abc"))
    with pytest.raises(NotApplicableError, match="more than two actions"):
        tree(many)
    twice = Move(
        "1",
        (
            ("L", Outcome(("1",))),
            (
                "R",
                Move(
                    "1",
                    (
                        ("L", Outcome(("1",))),
                        ("R", Outcome(("1",))),
                    ),
                ),
            ),
        ),
    )
    with pytest.raises(NotApplicableError, match="moves twice"):
        tree(twice, errors="private")
    with pytest.raises(TooLargeError, match="300 outcomes"):
        tree(Move("1", tuple((f"a{k}", Outcome(("1",))) for k in range(300))), link="logit")
    with pytest.raises(UnknownNameError, match="link"):
        tree("egame12", link="cauchy")
    with pytest.raises(UnknownNameError, match="selection"):
        CrisisSignalling("luck")  # type: ignore[arg-type]


def test_other_models_refuse_nonsense() -> None:
    with pytest.raises(InputError, match="outside"):
        fit(Ultimatum(most=1.0), {"o": [0.5, 2.0], "a": [1, 0]}, formula="o + a ~ 1 | 1")
    with pytest.raises(InputError, match="not above zero"):
        kaplan_meier([1.0, 0.0], [1, 1])
    with pytest.raises(InputError, match="shapes"):
        QuantalCounts.of([np.zeros((2, 2, 2)), np.zeros((2, 3, 2))])
    with pytest.raises(InputError, match="no outcome at all"):
        fit(
            CrisisSignalling(),
            pd.DataFrame(np.zeros((3, 4)), columns=list("abcd")),
            formula="a + b + c + d ~ 0 | 1 | 0 | 1 | 1 | 1 | 0",
        )


@pytest.mark.slow
def test_a_million_rows() -> None:
    """Two ascents on a million rows in memory of the table's order; the time is printed."""
    frame = table(1_000_000)
    begin = time.perf_counter()
    found = fit(DETER, frame, formula=FORMULA, starts=3)
    seconds = time.perf_counter() - begin
    print(f"a million rows: {seconds:.1f} s")
    assert found.trusted and seconds < 120
    assert np.abs(found.beta - [0.1, 0.6, -0.2, 0.2, 0.5]).max() < 0.02


# a file and the command line


FILE = """
format = 1
kind = "estimation"
id = "deterrence"
title = "Deterrence"

[model]
kind = "egame12"
link = "logit"

[data]
formula = "esc + war ~ x | 0 | 1 | z"

[fit]
starts = 2

[[quantity]]
name = "resist"
expression = "P(war | esc)"
row = { x = 0.5, z = 7.5 }
"""


def written(tmp_path: Path, text: str = FILE) -> tuple[Path, Path]:
    file, data = tmp_path / "run.toml", tmp_path / "data.csv"
    file.write_text(text)
    table().to_csv(data, index=False)
    return file, data


def test_a_file_is_run(tmp_path: Path) -> None:
    file, data = written(tmp_path)
    answer = block.run(block.read(file), str(data))
    assert "[quantity.resist]" in answer.lines["resist"]
    assert "z: 7.5 outside" in answer.lines["resist"]
    assert answer.to_dict()["intervals"] == "normal"
    assert block.run(block.read(file), str(data)).to_dict() == answer.to_dict()


def command(*words: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "negotiate", "estimate", *map(str, words)],
        capture_output=True,
        text=True,
    )


def test_the_command(tmp_path: Path) -> None:
    file, data = written(tmp_path)
    answer = command(file, data, "--json", "--out", tmp_path / "out.toml")
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    assert document["rows"] == 300 and document["starts"][0]["converged"] is True
    assert "[estimate.E1]" in (tmp_path / "out.toml").read_text()
    bad = command(tmp_path / "none.toml", data)
    assert bad.returncode == 2 and "internal" not in bad.stderr


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"logit"', '"cauchy"', "link"),
        ('"egame12"', '"egame13"', "egame12"),
        ('link = "logit"', 'selection = "best"', "selection"),
        ("starts = 2", "starts = 0", "starts"),
        ("x | 0", "open(x) | 0", "open"),
        ("P(war | esc)", "P(peace)", "peace"),
        ("x = 0.5, ", "", "'x'"),
        ("title", "titel", "titel"),
    ],
)
def test_a_file_with_mistakes(tmp_path: Path, old: str, new: str, words: str) -> None:
    file, data = written(tmp_path, FILE.replace(old, new, 1))
    with pytest.raises((CaseError, InputError, UnknownNameError), match=words):
        block.run(block.read(file), str(data))

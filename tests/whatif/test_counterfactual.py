import json

import numpy as np
import pytest

from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif.questions.counterfactual import compare, compare_arrays
from negotiate.whatif.study.design import Random
from negotiate.whatif.study.marginal import uniform
from negotiate.whatif.study.run import run_study
from negotiate.whatif.study.space import Space

SPACE = Space({"x": uniform(0.0, 1.0), "e": uniform(-10.0, 10.0)})


def base(v):
    return {"u": v["x"] - 0.5 + v["e"], "deal": np.where(v["x"] > 0.2, "signed", "none")}


def without(v):
    return {
        "u": np.where(v["x"] > 0.9, np.nan, v["x"] - 0.5 + v["e"] - 0.1 * v["x"]),
        "deal": np.where(v["x"] > 0.6, "signed", "none"),
    }


STUDY = run_study(
    SPACE, {"base": base, "no lever": without}, Random(20_000, 1), units={"u": "stake"}
)


def test_common_draws_cancel():
    found = compare(STUDY, "u", "no lever")
    x = STUDY.inputs()["x"]
    assert found.difference == pytest.approx(-0.1 * x[x <= 0.9])
    row = found.records()[0]
    # the noise e has sd 5.8; the paired difference does not see it
    assert row["error of mean"] < 3e-4
    assert row["mean"] == pytest.approx(-0.045, abs=1e-3)
    assert row["share down"] == 1.0 and found.only_base == (x > 0.9).sum() == found.failed
    middle = np.median(-found.difference)
    assert middle == pytest.approx(0.045, abs=2e-3)
    assert found.sentence().startswith(
        f"u is lower by {middle:.3g} stake in the median under no lever instead of base"
    )
    flips = (x - 0.5 + STUDY.inputs()["e"])[x <= 0.9] * (found.difference * 0 + 1)
    after = flips + found.difference
    assert found.flips == (flips * after < 0).sum()


def test_labels_move():
    found = compare(STUDY, "deal", "no lever")
    x = STUDY.inputs()["x"]
    rows = {(row["from"], row["to"]): row["draws"] for row in found.records()}
    assert rows[("signed", "none")] == ((x > 0.2) & (x <= 0.6) & (x <= 0.9)).sum()
    assert rows[("signed", "(failed)")] == (x > 0.9).sum()
    assert "from 'signed' to 'none' (40 %)" in found.sentence()
    assert found.figure().startswith("<svg")
    json.dumps(found.to_dict())


def test_nothing_changes_in_words():
    found = compare_arrays("y", np.ones(5), np.ones(5))
    assert found.sentence() == "y is the same under changed instead of base in all 5 draws."
    nothing = compare_arrays("y", np.full(3, np.nan), np.ones(3))
    assert "no draw was solved in both" in nothing.sentence() and nothing.only_changed == 3


def test_bad_questions():
    with pytest.raises(UnknownNameError, match="did you mean 'no lever'"):
        compare(STUDY, "u", "no levr")
    with pytest.raises(InputError, match="same draws"):
        compare_arrays("y", np.ones(5), np.ones(4))
    with pytest.raises(InputError, match="without scenarios"):
        compare(run_study(SPACE, base, Random(10, 1)), "u", "x")

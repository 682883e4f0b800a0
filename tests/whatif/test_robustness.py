import json

import numpy as np
import pytest

from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.whatif.questions.robustness import claim, robustness, wilson
from negotiate.whatif.questions.value_of_information import value_of_information
from negotiate.whatif.study.design import Random
from negotiate.whatif.study.groups import Dirichlet
from negotiate.whatif.study.marginal import discrete, fitted, uniform
from negotiate.whatif.study.run import run_study
from negotiate.whatif.study.space import Space

NORMAL = fitted("normal", value=0.0, low=-1.6448536269514722, high=1.6448536269514722)
SPACE = Space({"x": NORMAL, "y": NORMAL, "z": NORMAL})


def model(v):
    return {"nash": v["x"] + 0.1 * v["y"], "egalitarian": v["x"] - 0.5}


def test_share_and_nearest_failure():
    study = run_study(SPACE, model, Random(20_000, 1))
    answer = robustness(study, claim("nash", "> -1.5", text="Turkey gains"), model)
    # x + y/10 > -1.5 with standard deviation sqrt(1.01)
    from scipy.stats import norm

    assert answer.share == pytest.approx(norm.cdf(1.5 / np.sqrt(1.01)), abs=0.01)
    cell = answer.cells[0]
    assert cell["low"] < answer.share < cell["high"] and cell["holds"] <= cell["draws"]
    near = answer.nearest
    # least largest move: x = y = -1.5 / 1.1; z need not move
    assert near.distance >= 1.5 / 1.1 - 1e-6
    assert near.distance == pytest.approx(1.5 / 1.1, abs=0.15)
    assert "z" not in near.moved and near.value <= -1.5 + 1e-6
    world = {path: np.array([pair[1]]) for path, pair in near.moved.items()}
    assert model({"x": [0.0], "y": [0.0], **world})["nash"] <= -1.5 + 1e-9
    assert "“Turkey gains” holds in 93 % of 20,000 worlds" in answer.sentence()
    json.dumps(answer.to_dict())


def test_scenarios_and_concepts():
    evaluates = {"base": model, "harder": lambda v: model({**v, "x": v["x"] - 1})}
    study = run_study(SPACE, evaluates, Random(4000, 1))
    both = claim({"nash": "nash", "egalitarian": "egalitarian"}, "> 0")
    answer = robustness(study, both, evaluates)
    assert len(answer.cells) == 4
    for cell in answer.cells:
        values = study.dataset[cell["concept"]].sel(scenario=cell["scenario"]).values
        assert cell["holds"] == (values > 0).sum()
    assert answer.nearest.distance == 0.0 and "at the base values already" in answer.sentence()
    assert "least often under harder with egalitarian" in answer.sentence()
    assert answer.figure().startswith("<svg")


def test_failed_worlds_do_not_count_as_holding():
    def half(v):
        if (v["x"] > 0).any():
            raise NoSolutionError("no zone")
        return {"u": v["x"] * 0 + 1}

    answer = robustness(run_study(SPACE, half, Random(400, 1)), claim("u", "> 0"), half)
    assert answer.share == pytest.approx(0.5, abs=0.08)
    assert "have no answer" in answer.sentence() and answer.nearest is None


def test_groups_and_labels_in_the_nearest_world():
    space = Space(
        {"form": discrete(["linear", "power"], [0.6, 0.4]), "x": uniform(0.0, 1.0)},
        {"w": Dirichlet(("w1", "w2"), (4.0, 4.0))},
    )

    def f(v):
        good = (v["form"] == "linear") | (v["w1"] < 0.8)
        return {"deal": np.where(good, "signed", "none")}

    study = run_study(space, f, Random(4000, 1))
    near = robustness(study, claim("deal", '== "signed"'), f).nearest
    assert near.moved["form"] == ("linear", "power") and "x" not in near.moved
    assert near.moved["w1"][1] == pytest.approx(0.8, abs=1e-4)
    assert near.moved["w1"][1] + near.moved["w2"][1] == pytest.approx(1.0)


def test_never_fails_and_bad_claims():
    study = run_study(SPACE, model, Random(200, 1))
    answer = robustness(study, claim("nash", "> -99"), model)
    assert answer.nearest is None and "fails in none of them" in answer.sentence()
    with pytest.raises(UnknownNameError, match="did you mean 'nash'"):
        robustness(study, claim("nahs", "> 0"))
    with pytest.raises(InputError):
        claim("nash", "is nice")


def test_wilson_against_published_values():
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_value_of_information_closed_form():
    rng = np.random.default_rng(1)
    x, y, noise = rng.normal(size=(3, 200_000))
    # act pays x + 2y, waiting 0: E max(N(0, s), 0) = s / sqrt(2 pi)
    found = value_of_information({"x": x, "y": y, "n": noise}, {"act": x + 2 * y, "wait": 0 * x})
    unit = 1 / np.sqrt(2 * np.pi)
    base = max((x + 2 * y).mean(), 0.0)
    assert found.partial == pytest.approx([unit - base, 2 * unit - base, 0.0], abs=0.02)
    assert found.perfect == pytest.approx(np.sqrt(5) * unit - base, abs=0.02)
    assert found.records()[0]["input"] == "y" and found.changes[1] == pytest.approx(0.5, abs=0.02)
    assert "knowing y would be worth" in found.sentence()
    assert found.figure().startswith("<svg")
    json.dumps(found.to_dict())


def test_value_for_a_conclusion():
    rng = np.random.default_rng(2)
    x, y = rng.random((2, 100_000))
    labels = np.where(x > 0.6, "signed", "none")
    found = value_of_information({"x": x, "y": y}, labels)
    assert found.best == "none" and found.worth == pytest.approx(0.6, abs=0.01)
    # knowing x names the right label always
    assert found.partial == pytest.approx([0.4, 0.0], abs=0.01)
    assert "right in 60 % of draws" in found.sentence() and "knowing x" in found.sentence()


def test_noise_is_worth_nothing():
    rng = np.random.default_rng(3)
    worthless = {f"n{i}": rng.random(2000) for i in range(20)}
    found = value_of_information(worthless, rng.choice(["a", "b"], 2000, p=[0.55, 0.45]))
    assert found.partial.max() < 3 * found.error.max()
    assert (found.partial > 2 * found.error).sum() <= 3
    sure = value_of_information(worthless, np.full(2000, "a"))
    assert "would not change it" in sure.sentence()


def test_voi_bad_questions():
    with pytest.raises(InputError, match="one value for each draw"):
        value_of_information({"x": np.zeros(10)}, np.full(30, "a"))
    with pytest.raises(NoSolutionError):
        value_of_information({"x": np.zeros(30)}, np.full(30, ""))
    with pytest.raises(InputError, match="no input"):
        value_of_information({}, np.full(30, "a"))

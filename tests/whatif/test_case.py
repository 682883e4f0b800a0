"""The seam filled from a case: the file's numbers, its scenarios, its levers, its claims."""

import pickle
from itertools import permutations

import numpy as np
import pytest

import negotiate as ng
from negotiate.case.negotiation import assemble
from negotiate.case.scenario import Group
from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif import metric
from negotiate.whatif.questions.sensitivity import sobol
from negotiate.whatif.study.case import BASE, attribute_levers, claims, seam, space_of, study
from negotiate.whatif.study.design import Grid, OneAtATime, Random, Sobol

TURKEY = "bargaining.nash_bargaining.utility.turkey"
MARGIN = "bargaining.signed.margin.turkey"


@pytest.fixture(scope="module")
def idlib():
    return ng.load("idlib-2020")


def test_study_rows_are_single_solutions(idlib):
    found = study(idlib, [TURKEY], Sobol(8, seed=2))
    inputs = Sobol(8, seed=2).values(found.space, 0, 8)
    for row in (0, 5):
        one = idlib.with_draws({path: value[row : row + 1] for path, value in inputs.items()})
        alone = metric.evaluate(one, [TURKEY])[TURKEY]
        assert found.metric(TURKEY)[row] == pytest.approx(np.ravel(alone)[0], abs=1e-9)
    assert found.dataset.attrs["file_hash"] == idlib.file_hash
    assert found.dataset[TURKEY].attrs["unit"] == "stake"
    assert found.dataset["quantity.hazard"].attrs["source"]


def test_scenarios_act_on_the_draws(idlib):
    found = study(idlib, [TURKEY], Sobol(32), scenarios=["no-sanctions"])
    assert list(found.dataset["scenario"].values) == [BASE, "no-sanctions"]
    inputs = Sobol(32).values(found.space, 0, 32)
    drawn = idlib.with_draws(inputs).with_values({"lever.sanctions.available": False})
    assert found.dataset[TURKEY].sel(scenario="no-sanctions").values == pytest.approx(
        metric.evaluate(drawn, [TURKEY])[TURKEY]
    )


def test_a_grid_may_move_what_the_file_is_sure_of(idlib):
    path = "lever.sanctions.available"
    found = study(idlib, [TURKEY], Grid({path: [0.0, 1.0]}))
    off = idlib.with_values({path: False})
    assert found.dataset[TURKEY].dims == (path,)
    centre = found.space.centre()
    one = off.with_draws({p: np.array([v]) for p, v in centre.items() if p != path})
    assert found.metric(TURKEY)[0] == pytest.approx(
        np.ravel(metric.evaluate(one, [TURKEY])[TURKEY])[0], abs=1e-9
    )


def test_one_at_a_time_keeps_weights_summing(idlib):
    path = "weight.turkey.displaced"
    found = study(idlib, [TURKEY], OneAtATime(3, (path,)))
    values = found.design.values(found.space, 0, 3)
    total = sum(v for p, v in values.items() if p.startswith("weight.turkey."))
    assert total == pytest.approx(np.ones(3)) and len(set(values[path])) == 3


def test_same_bytes_in_processes(idlib):
    _, evaluate = seam(idlib, [TURKEY])
    assert pickle.loads(pickle.dumps(evaluate)).identity() == evaluate.identity()
    other = "bargaining.egalitarian.gain.russia"  # its root is found for all draws at once
    one = study(idlib, [TURKEY, other], Random(9000))
    two = study(idlib, [TURKEY, other], Random(9000), chunk=100, engine="processes", workers=2)
    assert one.dataset.identical(two.dataset)


def test_sensitivity_of_a_case(idlib):
    answer = sobol(*seam(idlib, [TURKEY]), 64)[TURKEY]
    assert {"salience_turkey", "branches", "quantity.hazard"} <= set(answer.factors)
    assert answer.sentence().startswith(f"{TURKEY} is driven most by ")


def test_levers_get_the_share_of_their_definition(idlib):
    levers = ("sanctions", "force", "air_power")
    answer = attribute_levers(idlib, [TURKEY], levers=levers)[TURKEY]
    cache = {}

    def worth(coalition):
        key = frozenset(coalition)
        if key not in cache:
            table = {f"lever.{name}.available": name in key for name in levers}
            cache[key] = float(metric.evaluate(idlib.floats().with_values(table), [TURKEY])[TURKEY])
        return cache[key]

    shares = dict.fromkeys(levers, 0.0)
    for order in permutations(levers):
        for index, name in enumerate(order):
            shares[name] += (worth(order[: index + 1]) - worth(order[:index])) / 6
    assert answer.share == pytest.approx([shares[name] for name in levers], abs=1e-12)
    assert answer.share.sum() == pytest.approx(worth(levers) - worth(()), abs=1e-12)
    over = attribute_levers(idlib, [TURKEY], levers=levers, draws=16)[TURKEY]
    assert over.draws.shape == (16, 3)
    assert over.share.sum() == pytest.approx(over.all - over.none, abs=1e-12)


def test_claims_of_the_file(idlib):
    found = claims(idlib, draws=64)
    assert set(found) == {item.id for item in idlib.case.claim}
    stands = found["deal-stands"]
    assert stands.claim.text in stands.sentence() and stands.cells[0]["draws"] == 64


def grouped(idlib, **more):
    members = ("lever.sanctions.cost.turkey", "lever.force.cost.turkey")
    group = Group(id="joint", members=members, **more)
    return assemble(idlib.case.model_copy(update={"group": (*idlib.case.group, group)})), members


def test_correlated_and_ordered_groups_of_a_file(idlib):
    from scipy.stats import spearmanr

    case, (one, two) = grouped(idlib, kind="correlated", correlation=((1, "0.7"), ("0.7", 1)))
    space = space_of(case)
    values = Sobol(4096, seed=1).values(space, 0, 4096)
    assert spearmanr(values[one], values[two])[0] == pytest.approx(0.7, abs=0.01)
    alone = Sobol(4096, seed=1).values(space_of(idlib), 0, 4096)
    assert np.quantile(values[two], [0.05, 0.95]) == pytest.approx(
        np.quantile(alone[two], [0.05, 0.95]), abs=5e-3
    )
    assert "joint" in space.factors
    case, (one, two) = grouped(idlib, kind="ordered")
    values = Sobol(512, seed=1).values(space_of(case), 0, 512)
    assert (values[one] <= values[two]).all()
    assert study(case, [TURKEY], Sobol(16)).failures() == {}
    bad, _ = grouped(idlib, kind="correlated", correlation=((1, "1"), ("1", 1)))
    with pytest.raises(InputError, match="eigenvalue"):
        space_of(bad)


def test_bad_questions(idlib):
    with pytest.raises(UnknownNameError, match=f"did you mean '{TURKEY}'"):
        study(idlib, ["bargaining.nash_bargaining.utility.turky"])
    with pytest.raises(UnknownNameError, match=r"did you mean 'lever\.straits\.announce'"):
        study(idlib, [TURKEY], Grid({"lever.straits.announc": 3}))
    with pytest.raises(UnknownNameError, match="did you mean 'no-sanctions'"):
        study(idlib, [TURKEY], scenarios=["no-sanction"])
    with pytest.raises(UnknownNameError, match="did you mean 'straits'"):
        attribute_levers(idlib, [TURKEY], levers=["strait"])
    with pytest.raises(InputError, match="no metric"):
        study(idlib, [])
    with pytest.raises(InputError, match="no number"):
        study(idlib, [TURKEY], Grid({"form.turkey.front_line": [0.0]}))

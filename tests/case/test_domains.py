"""Sums and domains hold always: in files, changes and draws, with groups in the file or not."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest

import negotiate as ng
from negotiate.case import check
from negotiate.case.paths import PATHS, entry, flatten
from negotiate.case.read import findings, loads
from negotiate.errors import InputError
from negotiate.whatif.study.design import Sobol
from negotiate.whatif.study.world import space
from negotiate.whatif.words import words


def without_groups(name: str) -> ng.Negotiation:
    """A shipped case with its Dirichlet groups taken out of the file."""
    text = ng.load(name).source_text
    parts = text.split("[[")
    return loads("[[".join(p for p in parts if not (p.startswith("group") and "dirichlet" in p)))


@pytest.fixture(scope="module")
def bare() -> ng.Negotiation:
    return without_groups("idlib-2020")


def test_weights_and_chances_stay_on_the_simplex_without_groups(bare: ng.Negotiation) -> None:
    assert not [g for g in bare.case.group if g.kind == "dirichlet"]
    drawn = bare.with_draws(Sobol(512, 0).values(space(bare), 0, 512))
    for party in bare.parties.values():
        if party.weights:
            total = sum(drawn.value(f"weight.{party.id}.{issue}") for issue in party.weights)
            assert np.abs(total - 1).max() < 1e-12
    chances = [drawn.value(f"branch.{name}.probability") for name in bare.branches]
    assert np.abs(sum(chances) - 1).max() < 1e-12
    assert np.ptp(chances[0]) > 0  # they do move


def test_a_concentration_fits_the_ranges(bare: ng.Negotiation) -> None:
    # A Dirichlet with strength s has variances m (1 - m) / (s + 1); their sum is that of the
    # ranges, each ((high - low) / 3.29)^2.
    group = bare.groups["branches"]
    assert group.concentration is not None
    quantities = [bare.quantities[m] for m in group.members]
    made = sum(q.value * (1 - q.value) for q in quantities) / (group.concentration + 1)
    assert made == sum(((q.high - q.low) / F(329, 100)) ** 2 for q in quantities)


def test_a_change_of_one_rescales_the_others(bare: ng.Negotiation) -> None:
    case = bare.set("weight.russia.hts", "0.6")
    weights = case.parties["russia"].weights
    assert sum(w.value for w in weights.values()) == 1
    assert weights["posts"] / weights["relations"] == F(1, 10) / F(1, 4)
    with pytest.raises(InputError, match=r"0 to 1|of 1"):
        bare.set("weight.russia.hts", 3)


def test_a_member_that_is_set_is_known_and_the_others_share_the_rest(bare: ng.Negotiation) -> None:
    case = bare.set("weight.russia.hts", "0.6")
    drawn = case.with_draws(Sobol(256, 0).values(space(case), 0, 256))
    assert np.allclose(drawn.value("weight.russia.hts"), 0.6, atol=1e-12)
    total = sum(drawn.value(f"weight.russia.{issue}") for issue in case.issues)
    assert np.abs(total - 1).max() < 1e-12


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ideal.russia.hts", 7),
        ("branch.drift.terms.hts", 4),
        ("scale.russia.hts", -1),
        ("scale.russia.hts", 0),
        ("deal.signed.hts", -0.1),
        ("party.turkey.discount", 1.1),
        ("lever.straits.credibility.drift", 2),
        ("quantity.win_probability", 1.2),
        ("quantity.hazard", -0.1),
    ],
)
def test_no_value_leaves_its_domain(bare: ng.Negotiation, path: str, value: float) -> None:
    with pytest.raises(InputError, match="allowed"):
        bare.set(path, value)


def test_a_normal_probability_is_drawn_inside_its_domain() -> None:
    text = ng.load("idlib-2020").source_text
    head, _, rest = text.partition("[quantity.win_probability]\n")
    body, _, tail = rest.partition("\n\n")
    mended = 'value = 0.9\nlow = 0.75\nhigh = 0.99\ndistribution = "normal"\n'
    mended += 'unit = "probability"\njudgement = true'
    assert "value" in body
    case = loads(f"{head}[quantity.win_probability]\n{mended}\n\n{tail}")
    drawn = Sobol(1024, 0).values(space(case), 0, 1024)["quantity.win_probability"]
    assert drawn.min() >= 0 and drawn.max() <= 1


def test_every_path_of_a_case_is_in_the_table(bare: ng.Negotiation) -> None:
    for path, _, at in flatten(bare.case):
        assert entry(path) in PATHS and at[0] in ("party", "branch", "lever", "deal", "quantity")
        assert bare.has(path)
    assert words(bare, "lever.sanctions.cost.turkey").startswith("cost to Turkey of")
    assert "Turkey" in words(bare, "exponent.turkey.hts")


def test_check_names_units_domains_and_missing_credibilities() -> None:
    text = ng.load("idlib-2020").source_text
    wrong = text.replace('unit = "month"', 'unit = "monht"', 1)
    hit = next(f for f in findings(wrong)[0] if "no unit 'monht'" in f.what)
    assert (hit.line and "currency of" in hit.remedy) or "did you mean" in hit.remedy
    document = {
        "branch": [{"id": "war"}, {"id": "drift"}],
        "lever": [{"id": "ban", "cost": {}, "credibility": {"drift": 1}}],
    }
    assert [f.what for f in check.credibilities(document)] == [
        "no credibility in war: it counts as 0 there"
    ]


def test_check_refuses_what_the_unit_does_not_allow_and_marks_odd_ranges() -> None:
    x, y = {"value": 1.2, "unit": "share"}, {"value": 2, "unit": "stake"}
    document = {"quantity": {"x": x, "y": y}}
    assert [f.at for f in check.units(document)] == [("quantity", "x", "value")]
    x, y = {"value": 1, "low": 1, "high": 2}, {"value": 1, "low": 0, "high": 2}
    odd = {"quantity": {"x": x, "y": y}}
    assert [f.at for f in check.medians(odd)] == [("quantity", "x", "value")]

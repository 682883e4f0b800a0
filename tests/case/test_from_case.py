"""Crisis forms compiled from a case: slots move them, draws agree with single values."""

from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest

import negotiate
from negotiate import declare
from negotiate.bargaining.problem import problem as bargaining_problem
from negotiate.case.slots import disagreement
from negotiate.case.slots.expected import carrying_out, prize, rational_use
from negotiate.case.slots.table import inside_flow
from negotiate.crisis import audience_costs, commitment, crisis_bargaining, deterrence, escalation
from negotiate.dynamic.alternating_offers import from_case as alternating_offers
from negotiate.errors import (
    InputError,
    MissingQuantityError,
    NotApplicableError,
    UnknownNameError,
)
from negotiate.whatif import metric
from tests.measured import measured

alternating_offers_file = import_module("negotiate.dynamic.alternating_offers")

audience_costs_file = import_module("negotiate.crisis.audience_costs")
commitment_file = import_module("negotiate.crisis.commitment")
deterrence_file = import_module("negotiate.crisis.deterrence")
sanctions_game_file = import_module("negotiate.crisis.sanctions_game")
two_level_file = import_module("negotiate.crisis.two_level")

FORMS = (
    "crisis_bargaining",
    "audience_costs",
    "deterrence",
    "escalation",
    "attrition",
    "sanctions_game",
    "commitment",
    "two_level",
    "mediation",
    "cheap_talk",
    "reputation",
)


@pytest.fixture(scope="module")
def idlib() -> negotiate.Negotiation:
    return negotiate.load("idlib-2020")


@pytest.mark.parametrize("name", [name for name in FORMS if name != "deterrence"])
def test_draws_agree_with_single_values(idlib: negotiate.Negotiation, name: str) -> None:
    names = [k for k in metric.available(idlib) if k.startswith(f"{name}.")]
    assert names
    values = np.array([0.5, 0.6, 0.7])
    path = {
        "quantity.win_probability": values,
        "lever.sanctions.cost.turkey": values / 3,
        "quantity.resolve_turkey": values - 0.1,
        "lever.force.cost.russia": values,
    }
    drawn = metric.evaluate(idlib.with_draws(path), names)
    for k in range(3):
        one = idlib.with_values({p: Fraction(str(round(float(v[k]), 12))) for p, v in path.items()})
        single = metric.evaluate(one, names)
        for key in names:
            expected = np.broadcast_to(drawn[key], (3,))[k]
            if expected.dtype.kind == "U":
                assert single[key] == expected, key
                continue
            np.testing.assert_allclose(single[key], expected, atol=1e-9, err_msg=key)


def test_levers_move_the_war_they_enter(idlib: negotiate.Negotiation) -> None:
    # Air power takes from Turkey's chance of winning, force from Russia's: by their slots.
    base = crisis_bargaining(idlib)
    assert base.players == ("russia", "turkey")
    off = {
        lever: crisis_bargaining(idlib.with_value(f"lever.{lever}.available", False))
        for lever in ("air_power", "force", "sanctions", "straits")
    }
    assert off["air_power"].win_probability < base.win_probability
    assert off["force"].win_probability > base.win_probability
    assert off["sanctions"].win_probability == base.win_probability
    assert off["straits"].cost_a < base.cost_a
    # The width of the range is the sum of costs wherever the ends of the pie do not cut it.
    assert crisis_bargaining(idlib, commitment="full").cost_a > base.cost_a


def test_ladder_reads_order_and_challenger(idlib: negotiate.Negotiation) -> None:
    ladder = escalation(idlib)
    assert ladder.players == ("turkey", "russia")
    assert [rung.name for rung in ladder.rungs] == ["force", "nato", "straits"]
    assert all(rung.audience_cost == Fraction(1, 10) for rung in ladder.rungs)
    gone = escalation(idlib.with_value("lever.nato.available", False))
    assert [rung.name for rung in gone.rungs] == ["force", "straits"]
    # Sequential rationality decides; with full commitment the same threats win a concession
    # where the target's loss exceeds its stake.
    dear = idlib.with_value("lever.force.cost.russia", 2)
    assert escalation(dear, commitment="full").solved().path == ("demand", "concede")


def test_deterrence_reads_the_numbers_of_every_crisis_model(idlib: negotiate.Negotiation) -> None:
    """Over the Turkish demand even a tough Turkey would rather give way: no game of deterrence."""
    with pytest.raises(NotApplicableError, match="c_cd >= c_dd_hard"):
        deterrence(idlib)
    firm = idlib.with_value("quantity.war_cost_turkey_tough", Fraction(1, 20))
    form = deterrence(firm)
    assert form.players == ("turkey", "russia")
    assert form.pr_challenger_hard == idlib.value("quantity.resolve_turkey")
    assert (form.c_sq, form.d_sq) == (0, 0) and form.c_dc == prize(idlib, "turkey")
    assert form.d_dc == -prize(idlib, "russia")
    assert form.c_cd == -idlib.value("quantity.audience_cost_turkey")
    # draws without such a game are nan, the others are the single values
    path = "quantity.war_cost_turkey_tough"
    drawn = metric.evaluate(
        idlib.with_draws({path: np.array([0.12, 0.05])}), ["deterrence.certain_margin"]
    )["deterrence.certain_margin"]
    assert np.isnan(drawn[0]) and drawn[1] == pytest.approx(float(form.certain_margin))


def test_migrants_are_pressure_on_a_third_party(idlib: negotiate.Negotiation) -> None:
    form = sanctions_game_file.coerced_third_party(idlib)
    assert form.players == ("turkey", "eu")
    # 0.30 borne against 0.27 to concede; worth 0.10 to Turkey against 0.08 spent.
    assert (form.concession_margin, form.coercion_margin) == (Fraction(3, 100), Fraction(1, 50))
    without = idlib.with_value("lever.migrants.available", False)
    # off the table nothing flows: the EU bears nothing, and there is nothing to gain
    assert sanctions_game_file.coerced_third_party(without).solve()[0].label == "no coercion"
    name = "sanctions_game.third_party.coercion_margin"  # its former name is still read
    assert metric.evaluate(without, [name])[name] == 0


def without(case: negotiate.Negotiation, *names: str) -> negotiate.Negotiation:
    """The case as if its file had not given these quantities."""
    base = {path: x for path, x in case.base.items() if path not in names}
    derived = {path: x for path, x in case.derived.items() if path not in names}
    return replace(case, base=base, derived=derived, _cache={})


def test_missing_numbers_are_named_all_at_once(idlib: negotiate.Negotiation) -> None:
    lacking = ("quantity.win_probability_later", "quantity.war_cost_turkey")
    with pytest.raises(MissingQuantityError, match=r"\[model.commitment\]") as caught:
        commitment(without(idlib, *lacking))
    assert set(caught.value.missing) == set(lacking)
    bare = without(idlib, *(path for path in idlib.paths if path.startswith("quantity.")))
    for name in FORMS:
        if name in ("escalation", "attrition"):
            continue  # both read levers and branches alone
        with pytest.raises(MissingQuantityError) as refused:
            declare.load("compiles", name)(bare)
        assert refused.value.missing and all(x in str(refused.value) for x in refused.value.missing)


def test_talks_read_their_slots(idlib: negotiate.Negotiation) -> None:
    base = alternating_offers(idlib)
    d = bargaining_problem(idlib).floats().disagreement
    # With no lever in the slot but on the table, talking for ever is worth no deal unburdened.
    off = {f"lever.{name}.available": False for name in idlib.levers}
    bare = alternating_offers(idlib.with_values(off))
    np.testing.assert_allclose(bare.inside, 0, atol=1e-12)
    np.testing.assert_allclose(bare.outside, 0, atol=1e-12)
    # The worth of talking for ever: base less what inside flows cost, above the disagreement point.
    harms = inside_flow(idlib)
    for k, party in enumerate(base.players):
        flow = float(disagreement.base(idlib, party) - harms[party]) - float(d[k])
        patience = float(idlib.value(f"party.{party}.discount"))
        assert base.inside[k] == pytest.approx((1 - patience) * flow, abs=1e-12)
    # A lever that enters both slots is counted once: walking out is no worse than no deal.
    assert idlib.levers["nato"].enters == ("disagreement", "outside_option")
    np.testing.assert_allclose(base.outside, 0, atol=1e-12)
    # Utilities are counted from zero, payoffs from no deal.
    found = measured("alternating_offers")(idlib, ["utility.turkey", "payoff.turkey"])
    assert found["utility.turkey"] - found["payoff.turkey"] == pytest.approx(float(d[1]))
    assert alternating_offers(idlib, periods=4).periods == 4


def test_derived_commitment_is_sequential_rationality(idlib: negotiate.Negotiation) -> None:
    # Air power moves the chance of a prize of 0.196 stakes by 0.07 and costs Russia 0.20: it is not
    # carried out for the prize alone, and it is where the shift is worth more than that.
    assert rational_use(idlib, "air_power") == 0 and rational_use(idlib, "straits") == 0
    sure = idlib.with_values(
        {"lever.air_power.win_probability": 1, "lever.air_power.cost.russia": 0}
    )
    assert carrying_out(sure, "air_power") == prize(idlib, "russia") + Fraction(1, 25)
    derived = crisis_bargaining(idlib, commitment="derived")
    credible = idlib.with_value("lever.straits.credibility.*", 1)
    assert crisis_bargaining(credible, commitment="derived") == derived
    stake = prize(idlib, "russia")
    assert derived.cost_a == idlib.value("quantity.war_cost_russia") / stake
    # An audience cost above what it costs makes Turkey close them.
    bound = idlib.with_value("quantity.audience_cost_turkey", Fraction(3, 5))
    assert carrying_out(bound, "straits") == Fraction(1, 10)
    war = crisis_bargaining(bound, commitment="derived")
    assert war.cost_a == derived.cost_a + idlib.value("lever.straits.cost.russia") / stake
    with pytest.raises(UnknownNameError, match="full"):
        crisis_bargaining(idlib, commitment="fully")


def test_mechanism_is_named(idlib: negotiate.Negotiation) -> None:
    # War costs Turkey, as Russia believes, more than the whole prize: it gives all, at no risk.
    assert commitment_file.why_talks_fail(idlib) == ()
    # Over one whole stake its best demand runs a risk: (0.6 + ...) - 0.2 > 2 x (0.12 + ...).
    whole = {
        "quantity.war_cost_turkey_tough": "0.01",
        "quantity.war_cost_russia": "0.01",
        "quantity.war_cost_turkey_weak": "0.04",
        "lever.*.available": False,
    }
    assert commitment_file.why_talks_fail(idlib.with_values(whole)) == ("information",)
    # Preventive war: 1.96 x 0.9 - 0.05 > 1 + 0.96 x 0.1.
    shift = idlib.with_values(
        {
            "quantity.win_probability": Fraction(1, 10),
            "quantity.win_probability_later": Fraction(3, 20),
            "quantity.war_cost_turkey": Fraction(1, 200),
            "lever.*.available": False,
        }
    )
    assert "commitment" in commitment_file.why_talks_fail(shift)
    drawn = idlib.with_values(whole).with_draws({"quantity.war_cost_russia": np.array([0.01, 1.0])})
    labels = metric.evaluate(drawn, ["commitment.mechanism"])["commitment.mechanism"]
    assert labels.tolist() == ["information", "none"]


def test_ratifiers_of_a_side() -> None:
    # The median of three: two of three accept one half (Romer and Rosenthal's pivotal voter).
    minima = [Fraction(1, 5), Fraction(1, 2), Fraction(3, 5)]
    assert two_level_file.ratification_minimum(minima, [1, 1, 1], 2) == Fraction(1, 2)
    assert two_level_file.ratification_minimum(minima, [1, 1, 4], 3) == Fraction(3, 5)
    drawn = [np.array([0.2, 0.9]), np.array([0.5, 0.4]), np.array([0.6, 0.1])]
    np.testing.assert_allclose(two_level_file.ratification_minimum(drawn, [1, 1, 1], 2), [0.5, 0.4])
    with pytest.raises(InputError, match="exceeds the total"):
        two_level_file.ratification_minimum(minima, [1, 1, 1], 4)


def test_drawn_probabilities_miss_one_by_rounding_only(idlib: negotiate.Negotiation) -> None:
    # 0.1 + 0.2 + ... summed in floats may exceed one by a few units in the last place.
    form = sanctions_game_file.SanctionsThreat(0.3, np.array([1 + 2e-16, 0.5]), 0.5, 1.0)
    assert form.credibility.max() == 1.0
    with pytest.raises(InputError, match=r"credibility is 1.01 in draw 1 \(1 of 3 draws\)"):
        sanctions_game_file.SanctionsThreat(0.3, np.array([0.5, 1.01, 0.5]), 0.5, 1.0)


def test_hidden_ratifiers_and_errors_on_both_sides(idlib: negotiate.Negotiation) -> None:
    hidden = two_level_file.uncertain_ratification(idlib)
    assert (hidden.low, hidden.high) == (Fraction(3, 25), Fraction(1, 2))
    with pytest.raises(MissingQuantityError, match="ratify_russia_least"):
        two_level_file.uncertain_ratification(without(idlib, "quantity.ratify_russia_least"))
    one = audience_costs(idlib)
    both = audience_costs_file.lewis_schultz(idlib)
    assert both.war_a == (one.war_a_low + one.war_a_high) / 2
    # The standard deviation of a uniform law is its width over the square root of twelve.
    assert both.sigma == pytest.approx(float(one.war_a_high - one.war_a_low) / 12**0.5)
    answer = both.equilibria()
    assert len(answer) % 2 == 1 and all(both.holds(point).holds for point in answer)


def test_mutual_deterrence_wants_payoffs_not_ranks(idlib: negotiate.Negotiation) -> None:
    with pytest.raises(MissingQuantityError, match="war_hard_russia"):
        deterrence_file.mutual_deterrence(idlib)


def test_derived_threats_of_pure_harm_leave_no_deal_as_it_is(idlib: negotiate.Negotiation) -> None:
    """Nash's threats without commitment: what only costs its holder is not carried out.

    Then only announcing costs lower the disagreement point, and the file's credibility, even a
    certain one, changes nothing.
    """
    certain = idlib.with_value("lever.*.credibility.*", 1)
    for case in (idlib, certain):
        d = disagreement.point(case, ("sanctions", "straits"), commitment="derived")
        base = {party: disagreement.base(case, party) for party in case.principals}
        assert base["turkey"] - d["turkey"] == case.value("lever.straits.announce")
        assert base["russia"] - d["russia"] == case.value("lever.sanctions.announce")
    stated = disagreement.point(idlib, ("sanctions",))
    assert stated["turkey"] < disagreement.base(idlib, "turkey")

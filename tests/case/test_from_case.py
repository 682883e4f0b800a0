"""Crisis forms compiled from a case: slots move them, draws agree with single values."""

from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest

import negotiate
from negotiate import declare
from negotiate.bargaining.problem import problem as bargaining_problem
from negotiate.case.slots import disagreement, inside_flow
from negotiate.case.slots.expected import carrying_out, rational_use
from negotiate.crisis import audience_costs, commitment, crisis_bargaining, deterrence, escalation
from negotiate.dynamic import alternating_offers
from negotiate.errors import InputError, MissingQuantityError, UnknownNameError
from negotiate.whatif import metric

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


@pytest.mark.parametrize("name", FORMS)
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


def test_deterrence_reads_resolve(idlib: negotiate.Negotiation) -> None:
    form = deterrence(idlib)
    assert form.pr_challenger_hard == idlib.value(f"quantity.resolve_{form.players[0]}")


def test_migrants_are_pressure_on_a_third_party(idlib: negotiate.Negotiation) -> None:
    form = sanctions_game_file.compile_third_party(idlib)
    assert form is not None and form.players == ("turkey", "eu")
    # 0.30 borne against 0.27 to concede; worth 0.10 to Turkey against 0.08 spent.
    assert (form.concession_margin, form.coercion_margin) == (Fraction(3, 100), Fraction(1, 50))
    without = idlib.with_value("lever.migrants.available", False)
    assert sanctions_game_file.compile_third_party(without) is None
    name = "sanctions_game.third_party.coercion_margin"
    assert np.isnan(metric.evaluate(without, [name])[name])


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


def test_every_form_offers_its_metrics() -> None:
    for name in (
        *FORMS,
        "baron_ferejohn",
    ):
        module = declare.file_of(name)
        assert module.METRICS and name == module.KIND
        assert callable(module.compile) and callable(module.evaluate)


def test_talks_read_their_slots(idlib: negotiate.Negotiation) -> None:
    base = alternating_offers(idlib)
    d = bargaining_problem(idlib).floats().disagreement
    # With no lever in the slot but on the table, talking for ever is worth no deal unburdened.
    off = {f"lever.{name}.available": False for name in idlib.levers}
    bare = alternating_offers(idlib.with_values(off))
    np.testing.assert_allclose(bare.inside, 0, atol=1e-12)
    np.testing.assert_allclose(bare.outside, 0, atol=1e-12)
    # The worth of talking for ever: base less what inside flows cost, above the disagreement point.
    harms = inside_flow.read(idlib)
    for k, party in enumerate(base.players):
        flow = float(disagreement.base(idlib, party) - harms[party]) - float(d[k])
        patience = float(idlib.value(f"party.{party}.discount"))
        assert base.inside[k] == pytest.approx((1 - patience) * flow, abs=1e-12)
    # A lever that enters both slots is counted once: walking out is no worse than no deal.
    assert idlib.levers["nato"].enters == ("disagreement", "outside_option")
    np.testing.assert_allclose(base.outside, 0, atol=1e-12)
    # Utilities are counted from zero, payoffs from no deal.
    found = alternating_offers_file.evaluate(idlib, ["utility.turkey", "payoff.turkey"])
    assert found["utility.turkey"] - found["payoff.turkey"] == pytest.approx(float(d[1]))
    assert alternating_offers(idlib, periods=4).periods == 4


def test_derived_commitment_is_sequential_rationality(idlib: negotiate.Negotiation) -> None:
    # Air power takes 0.45 from Turkey's chance and 0.20 from Russia's own: carried out. The Straits
    # cost Turkey 0.50 and bring it nothing in a war: not carried out, whatever the file's number.
    assert rational_use(idlib, "air_power") == 1 and rational_use(idlib, "straits") == 0
    derived = crisis_bargaining(idlib, commitment="derived")
    credible = idlib.with_value("lever.straits.credibility.*", 1)
    assert crisis_bargaining(credible, commitment="derived") == derived
    assert derived.cost_a == idlib.value("quantity.war_cost_russia")
    # An audience cost above what it costs makes Turkey close them.
    bound = idlib.with_value("quantity.audience_cost_turkey", Fraction(3, 5))
    assert carrying_out(bound, "straits") == Fraction(1, 10)
    war = crisis_bargaining(bound, commitment="derived")
    assert war.cost_a == derived.cost_a + idlib.value("lever.straits.cost.russia")
    with pytest.raises(UnknownNameError, match="full"):
        crisis_bargaining(idlib, commitment="fully")


def test_mechanism_is_named(idlib: negotiate.Negotiation) -> None:
    # Russia's best demand runs a risk (0.1 of 0.48 wide): information alone.
    assert commitment_file.why_talks_fail(idlib) == ("information",)
    # A war that costs Russia more than the whole width leaves nothing to gamble for.
    safe = idlib.with_value("quantity.war_cost_russia", 1)
    assert commitment_file.why_talks_fail(safe) == ()
    # Preventive war: 1.96 x 0.9 - 0.05 > 1 + 0.96 x 0.1.
    shift = idlib.with_values(
        {
            "quantity.win_probability": Fraction(1, 10),
            "quantity.win_probability_later": Fraction(3, 20),
            "quantity.war_cost_turkey": Fraction(1, 20),
            "lever.*.available": False,
        }
    )
    assert "commitment" in commitment_file.why_talks_fail(shift)
    drawn = idlib.with_draws({"quantity.war_cost_russia": np.array([0.2, 1.0])})
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
    hidden = two_level_file.compile_uncertain(idlib)
    assert hidden is not None and (hidden.low, hidden.high) == (Fraction(3, 25), Fraction(1, 2))
    assert two_level_file.compile_uncertain(without(idlib, "quantity.ratify_russia")) is None
    one = audience_costs(idlib)
    both = audience_costs_file.compile_two_sided(idlib)
    assert both.war_a == (one.war_a_low + one.war_a_high) / 2
    # The standard deviation of a uniform law is its width over the square root of twelve.
    assert both.sigma == pytest.approx(float(one.war_a_high - one.war_a_low) / 12**0.5)
    answer = both.equilibria()
    assert len(answer) % 2 == 1 and all(both.holds(point).holds for point in answer)


def test_mutual_deterrence_of_the_case(idlib: negotiate.Negotiation) -> None:
    # 3 - (2 p + 4 (1 - p)) = 2 p - 1 for each side against the other's resolve, 0.6 and 0.5.
    name = "deterrence.mutual.deterrence_margin"
    assert float(metric.evaluate(idlib, [name])[name]) == pytest.approx(0.0)
    calm = idlib.with_value("quantity.resolve_turkey", Fraction(4, 5))
    assert float(metric.evaluate(calm, [name])[name]) == pytest.approx(0.2)


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

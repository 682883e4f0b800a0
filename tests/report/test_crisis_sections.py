"""Talks, escalation, hidden resolve, sanctions: sentences follow the numbers; lacks are said."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest

import negotiate as ng
from negotiate import declare
from negotiate.case.slots.table import inside_flow
from negotiate.crisis import escalation
from negotiate.crisis.cheap_talk import CheapTalk
from negotiate.crisis.mediation import Mediation
from negotiate.crisis.reputation import Reputation
from negotiate.dynamic.alternating_offers import from_case as alternating_offers
from negotiate.errors import NotApplicableError
from negotiate.report import assemble
from negotiate.report.blocks import Callout, Paragraph
from negotiate.report.context import CaseContext
from negotiate.report.inline import plain
from negotiate.report.sections import escalation as escalation_section
from negotiate.report.sections import hidden_resolve, sanctions, talks, words
from negotiate.report.writers.html import html
from tests.measured import measured

alternating_offers_file = import_module("negotiate.dynamic.alternating_offers")

crisis_bargaining_file = import_module("negotiate.crisis.crisis_bargaining")
sanctions_game_file = import_module("negotiate.crisis.sanctions_game")

SECTIONS = ("talks", "escalation", "hidden_resolve", "sanctions", "words")


def context_of(case: ng.Negotiation) -> CaseContext:
    return CaseContext(case, draws=200, seed=3)


@pytest.fixture(scope="module")
def idlib() -> CaseContext:
    return context_of(ng.load("idlib-2020"))


@pytest.fixture(scope="module")
def jet() -> CaseContext:
    return context_of(ng.load("jet-crisis-2015"))


def texts(blocks: list) -> str:
    out = []
    for block in blocks:
        if isinstance(block, Paragraph):
            out.append(plain(block.text))
        if isinstance(block, Callout):
            out += [plain(item.text) for item in block.body if isinstance(item, Paragraph)]
    return "\n".join(out)


def without(case: ng.Negotiation, *names: str) -> ng.Negotiation:
    gone = {f"quantity.{name}" for name in names}
    base = {path: x for path, x in case.base.items() if path not in gone}
    derived = {path: x for path, x in case.derived.items() if path not in gone}
    return replace(case, base=base, derived=derived, _cache={})


@pytest.mark.parametrize("name", ["idlib-2020", "jet-crisis-2015"])
def test_sections_are_made_whole_and_fast(name: str) -> None:
    context = context_of(ng.load(name))
    assert context.signed is not None
    start = time.perf_counter()
    document = assemble.build(context, only=SECTIONS)
    assert not document.failures
    assert time.perf_counter() - start < 12  # some two seconds where nothing else runs
    page = html(document)
    for title in ("Talks: who could wait", "Escalation", "Hidden resolve", "Sanctions"):
        assert title in page


def test_patience_sentence_names_the_patient(idlib: CaseContext) -> None:
    game = alternating_offers(idlib.case.floats())
    assert talks.patience(idlib, game).startswith("Russia can wait longer")
    swapped = idlib.case.with_value("party.russia.discount", Fraction(9, 10))
    context = context_of(swapped)
    other = alternating_offers(swapped.floats())
    assert talks.patience(context, other).startswith("Turkey can wait longer")


def test_patience_threshold_gives_what_was_signed(idlib: CaseContext) -> None:
    """At the discount factor found, the talks pay Turkey what it signed: solved again there."""
    game = alternating_offers(idlib.case.floats())
    found = measured("alternating_offers")(idlib.case, ())
    line = talks.thresholds(idlib, game, found)[1]
    at = float(line.split("above ")[1].split(";")[0])
    moved = idlib.case.with_value("party.turkey.discount", str(at))
    utility = float(measured("alternating_offers")(moved, ["utility.turkey"])["utility.turkey"])
    assert utility == pytest.approx(float(idlib.signed.utility[1]), abs=2e-3)


def test_what_levers_cost_meanwhile(idlib: CaseContext) -> None:
    """The shift is that of the same talks with the inside-flow levers' harms taken out of them."""
    game = alternating_offers(idlib.case.floats())
    text = talks.meanwhile(idlib, game)
    flow = (1 - 0.95) * float(inside_flow(idlib.case)["turkey"])
    assert f"Turkey {flow:.3f} stakes a week" in text
    off = {f"lever.{name}.available": False for name in idlib.case.levers}
    quiet = idlib.case.with_values(off)
    assert "costs only time" in talks.meanwhile(
        context_of(quiet), alternating_offers(quiet.floats())
    )


def test_outside_option_sentence(idlib: CaseContext) -> None:
    game = alternating_offers(idlib.case.floats())
    found = measured("alternating_offers")(idlib.case, ())
    assert "stakes more to it before the deal moved" in talks.walking_out(idlib, game, found)
    rich = replace(game, outside=np.add(game.outside, (0.0, 1.0)), left=game.left)
    found = {
        **found,
        **{f"binds.{p}": rich.offers().binds[k] for k, p in enumerate(game.players)},
    }
    assert "Turkey's outside option decides" in talks.walking_out(idlib, rich, found)


def test_escalation_path_in_words(idlib: CaseContext) -> None:
    ladder = escalation(idlib.case)
    assert "no threat of its own is credible" in escalation_section.path(idlib, ladder)
    bound = idlib.case.with_value("quantity.audience_cost_turkey", Fraction(3, 5))
    context = context_of(bound)
    words = escalation_section.path(context, escalation(bound))
    assert words.startswith("Turkey demands") and "Russia concedes" in words


def test_range_sentence_follows_the_ends() -> None:
    war = crisis_bargaining_file.CostlyLottery(Fraction(3, 5), Fraction(3, 20), Fraction(1, 5))
    text = hidden_resolve.range_sentence(war, "A", "B")
    assert "from 0.450 to 0.800" in text and "rather give up" not in text
    weak = replace(war, cost_b=Fraction(1, 2))
    assert "B would rather give up everything" in hidden_resolve.range_sentence(weak, "A", "B")
    fond = replace(war, cost_a=Fraction(-1, 2))
    assert "no range" in hidden_resolve.range_sentence(fond, "A", "B")


def test_risk_sentence_says_when_there_is_none() -> None:
    risky = crisis_bargaining_file.RiskReturn(Fraction(1, 2), Fraction(1, 10), Fraction(2, 5))
    assert "risks war because" in hidden_resolve.risk_sentence(risky, "A", "B")
    safe = replace(risky, cost_a=Fraction(1, 2))
    assert "what everybody accepts" in hidden_resolve.risk_sentence(safe, "A", "B")


def test_all_equilibria_stand_in_the_table(idlib: CaseContext) -> None:
    """Deterrence has several equilibria: the report has a row for each, or says why not.

    At Idlib's numbers a hard side does not fight rather than give way, so there is no such game.
    """
    blocks = hidden_resolve.blocks.blocks(idlib)
    with pytest.raises(NotApplicableError, match="make no game of deterrence"):
        declare.load("compiles", "deterrence")(idlib.case)
    assert "make no game of deterrence" in texts(blocks)


def test_what_a_case_lacks_is_said(idlib: CaseContext) -> None:
    bare = context_of(without(idlib.case, "war_cost_russia", "win_probability_later"))
    text = texts(hidden_resolve.blocks.blocks(bare))
    assert "quantity.war_cost_russia" in text and "Not computed" in text
    silent = context_of(
        without(idlib.case, "win_probability", "resolve_russia", "sanctions_remaining")
    )
    assert not hidden_resolve.applies(silent)
    # Without its number the sanctions stage says so; the third party's answer needs none.
    assert "quantity.sanctions_remaining" in texts(sanctions.blocks.blocks(silent))
    alone = context_of(silent.case.with_value("lever.migrants.available", False))
    assert not sanctions.applies(alone)


def test_sanctions_score_what_happened(jet: CaseContext) -> None:
    """Imposed and then conceded to: the product of both chances, by hand from the file.

    q = 0.714, k = 0.9, C = 0.3, S = 1: t = q (1 - k) C / (1 - q), so the threat works with t, and
    imposed sanctions with (k C - t) / (1 - t).
    """
    q, k, cost = 0.714, 0.9, 0.3
    t = q * (1 - k) * cost / (1 - q)
    chance = q * (1 - t) * (k * cost - t) / (1 - t)
    text = texts(sanctions.blocks.blocks(jet))
    assert f"a probability of {chance:.3f} to what happened" in text
    assert "within the middle 90 %" in text  # 1 - exp(-7.1 (0.025 + 0.005) / 0.5) = 0.35


def test_mechanism_sentence() -> None:
    assert "nothing stands between" in hidden_resolve.mechanism_sentence(())
    text = hidden_resolve.mechanism_sentence(("information", "commitment"))
    assert "information" in text and "commitment" in text


def test_words_follow_the_numbers() -> None:
    assert "At most 3 things" in words.talk_sentence(CheapTalk(Fraction(1, 20)), "A", "B")
    assert "Nothing can then be told" in words.talk_sentence(CheapTalk(Fraction(1, 2)), "A", "B")
    # Kydd (2003), reduced form: w* = e K / ((1 - e) c_weak - c_tough) = 0.05/0.185.
    numbers = (Fraction(1, 2), Fraction(1, 10), Fraction(3, 10), Fraction(1, 20), 1)
    even = Mediation(*numbers, 0)
    assert "needs 0.270" in words.mediator_sentence(even, "A", "M")
    assert "is not believed" in words.mediator_sentence(even, "A", "M")
    partial = Mediation(*numbers, 1)
    assert "It is believed" in words.mediator_sentence(partial, "A", "M")
    # Kreps and Wilson (1982): at one tenth and even stakes the last three of ten are not deterred.
    chain = Reputation(10, Fraction(1, 10), 1, 1, 2)
    assert "deters the first 7" in words.reputation_sentence(chain, "D")
    assert "deters nobody" in words.reputation_sentence(replace(chain, tough=Fraction(0)), "D")


def test_third_party_sentence(idlib: CaseContext) -> None:
    game = sanctions_game_file.coerced_third_party(idlib.case)
    text = sanctions.third_sentence(game, "Migrants", "Turkey", "the EU")
    assert (
        "the third party (the EU)" in text
        and "so it would concede" in text
        and "worth 0.020 more" in text
    )
    firm = replace(game, concession_cost=Fraction(1))
    assert "bear it" in sanctions.third_sentence(firm, "Migrants", "Turkey", "the EU")

"""Cases as a scholar writes them: unsigned deals, options, third parties, three principals."""

import pytest

import negotiate as ng
from negotiate import declare
from negotiate.cli import main
from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif import metric

CASES = ("black-sea-grain-2022", "cyprus-2017", "nile-dam-2020")


@pytest.mark.parametrize("case", CASES)
def test_commands_answer_or_say_why(case, capsys):
    for command in (
        ["check", case], ["show", case], ["show", case, "lever.*"], ["whatif", case],
        ["solve", case, "--game", "deal"], ["solve", case, "--game", "packages"],
        ["sweep", case, "--draws", "16"],
    ):  # fmt: skip
        assert main(command) == 0, command
    assert "internal error" not in capsys.readouterr().err


@pytest.mark.parametrize("case", CASES)
def test_without_a_lever(case, capsys):
    lever = next(iter(ng.load(case).levers))
    assert main(["whatif", case, "--without", lever]) == 0
    assert f"without {lever}" in capsys.readouterr().out


def test_no_deal_was_signed_and_one_is_judged():
    cyprus = ng.load("cyprus-2017")
    assert cyprus.signed_deal is None and cyprus.judged_deal == "framework"
    # by hand: d and worth of the framework to the Turkish Cypriots from the file's numbers
    found = metric.evaluate(cyprus, ["deal.margin.turkish-cypriots"])
    worth = 0.2 * 0.4 + 0.3 * 0.75 + 0.15 * 0.5 + 0.2 * 0.45 + 0.15 * 0.4
    base = 0.85 * (0.2 + 0 + 0.15 * 0.7 + 0.2 + 0.15) + 0.15 * (0.2 + 0.15 + 0.2 + 0.15 - 0.1)
    chapters = 0.05 * (0.85 * 0.9 + 0.15)
    recognition = 0.05 * (0.85 * 0.3 + 0.15 * 0.9)
    margin = worth - (base - chapters - recognition)
    assert float(found["deal.margin.turkish-cypriots"]) == pytest.approx(margin, abs=1e-9)


def test_a_deal_made_up_is_judged_in_every_game():
    nile = ng.load("nile-dam-2020")
    terms = dict.fromkeys(nile.issues, 0.5) | {"disputes": "arbitration"}
    made = nile.judging(terms)
    assert made.judged_deal == "hypothetical"
    assert nile.judged_deal == "washington"
    margin = metric.number(made, "deal.margin.egypt")
    assert margin == pytest.approx(metric.number(made, "bargaining.hypothetical.margin.egypt"))
    with pytest.raises(InputError, match="fill"):
        nile.judging({k: x for k, x in terms.items() if k != "fill"})
    with pytest.raises(UnknownNameError, match="arbitration"):
        nile.judging(terms | {"disputes": "duel"})
    with pytest.raises(InputError, match="0 to 1"):
        nile.judging(terms | {"fill": 2})


def test_the_lever_of_a_third_party_is_background_in_every_game():
    cyprus = ng.load("cyprus-2017")
    # drilling costs the Greek Cypriots 0.15, carried out with 0.7 in one branch, 0.9 in the other
    cost = 0.15 * (0.85 * 0.7 + 0.15 * 0.9)
    for name in ("bargaining", "threats"):
        game = declare.load("compiles", name)
        with_it, without = (
            getattr(game(case), "problem", game(case)).disagreement[0]
            for case in (cyprus, cyprus.set("lever.drilling.available", False))
        )
        assert float(without - with_it) == pytest.approx(cost)


@pytest.mark.parametrize("case", CASES[1:])
def test_claims_on_deals_with_options_are_tested_over_draws(case, capsys):
    """A fixed option beside a drawn table stays a number over draws."""
    assert main(["robustness", case, "--draws", "32"]) == 0
    assert "holds in" in capsys.readouterr().out

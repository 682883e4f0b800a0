"""Every game of named numbers is read from a file of its kind and solved; faults are named."""

from __future__ import annotations

from pathlib import Path

import pytest

import negotiate
from negotiate import declare
from negotiate.case.numbers_file import loads
from negotiate.cli import main
from negotiate.errors import InputError, UnknownNameError

HEAD = 'format = 1\nkind = "{kind}"\nid = "x"\ntitle = "X"\n{players}\n[numbers]\n'
NUMBERS = {
    "crisis_bargaining": "win_probability = 0.6\ncost_a = 0.15\ncost_b = 0.2",
    "hidden_cost": "win_probability = 0.5\ncost_a = 0.1\ncost_b_high = 0.4",
    "screening": "win_probability = 0.5\ncost_a = 0.1\ncost_tough = 0.1\ncost_weak = 0.3\n"
    "pr_weak = 0.75",
    "audience_costs": "value = 1\nloss = 1\naudience_cost = 0.2\nwar_b = -2\nwar_a_low = -1\n"
    "war_a_high = 0.5",
    "lewis_schultz": "status_quo_a = 0\nconcession_a = 1\nconcession_b = -1\nwar_a = -0.5\n"
    "war_b = -0.5\nback_down_a = -0.2\nback_down_b = 0",
    "deterrence": "pr_challenger_hard = 0.25\npr_defender_hard = 0.2",
    "mutual_deterrence": "pr_hard = [0.5, 0.6]",
    "commitment": "now = 0.8\nlater = 0.2\ncost_a = 0.1\ncost_b = 0.1\ndiscount = 0.9",
    "long_shift": "now = 0.8\nlater = 0.2\nloss = 0.1\ndiscount = 0.9",
    "third_party_guarantee": "now = 0.8\nlater = 0.2\ncost_a = 0.1\ncost_b = 0.1\ndiscount = 0.9\n"
    "guarantee = 0.5\ninterest = 1\nenforcement_cost = 0.2",
    "indivisibility": "win_probability = 0.5\ncost_a = 0.1\ncost_b = 0.1\ntransfer_limit = 0.5",
    "mediation": "win_probability = 0.5\ncost_tough = 0.1\ncost_weak = 0.3\nrisk = 0.05\n"
    "war_cost = 1\nbias = 0.4",
    "cheap_talk": "bias = 0.1",
    "reputation": "crises = 3\ntough = 0.2\ngain = 1\nloss = 1\npeace = 2",
    "sanctions_game": "cost_target = 0.3\ncredibility = 0.5\nremaining = 0.7\nmost_resolved = 1",
    "inspection": "gain = 1\npenalty = 2\ncost = 0.2\ndamage = 1",
    "coerced_third_party": "flow = 1\naudience_cost = 0.3\nconcession_cost = 0.2\nworth = 0.1\n"
    "coercer_cost = 0.05",
    "two_level": "ratify_a = 0.3",
    "uncertain_ratification": "low = 0.1\nhigh = 0.5",
    "attrition": "value_a = 2\nvalue_b = 1\ncost_a = 1\ncost_b = 1",
    "escalation": "stake_challenger = 1\nstake_target = 1\n"
    '[[numbers.rungs]]\nname = "guns"\ncost_target = 2\ncost_holder = "1 / 2"',
    "baron_ferejohn": "members = 5\ndiscount = 0.9",
    "alternating_offers": "discount = [0.9, 0.8]",
    "enforcement": "temptation = 2\nsurplus = 2\ndiscount = 0.6",
}


def text(kind: str, numbers: str) -> str:
    builder = hasattr(declare.game_named(kind).type, "from_numbers")
    return HEAD.format(kind=kind, players='players = ["a", "b"]' if builder else "") + numbers


def test_every_kind_of_numbers_is_tried_here() -> None:
    assert {k for k, reader in declare.kinds().items() if reader == "numbers"} == set(NUMBERS)


@pytest.mark.parametrize("kind", sorted(NUMBERS))
def test_a_file_is_read_solved_and_its_metrics_have_values(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"{kind}.toml"
    path.write_text(text(kind, NUMBERS[kind]))
    game = negotiate.open(path)
    assert declare.kind_of(game) == kind
    assert len(game.solve()) >= 1
    for metric in declare.game_named(kind).metrics:
        if "<" not in metric.name and not metric.name.startswith(("grim", "proportional")):
            assert metric.value(game, {}) is not None
    assert main(["solve", str(path), "--json"]) == 0
    assert "solutions" in capsys.readouterr().out


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(UnknownNameError, match="cost_wek"):
        loads(text("screening", NUMBERS["screening"] + "\ncost_wek = 1")).game()
    with pytest.raises(InputError, match="cost_tough, cost_weak, pr_weak"):
        loads(text("screening", "win_probability = 0.5\ncost_a = 0.1")).game()
    with pytest.raises(InputError, match="allowed: 0 to 1"):
        loads(text("screening", NUMBERS["screening"].replace("0.5", "1.5"))).game()
    with pytest.raises(InputError, match="a whole number"):
        loads(text("reputation", NUMBERS["reputation"].replace("crises = 3", "crises = 2.5")))

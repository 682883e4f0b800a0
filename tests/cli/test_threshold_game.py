"""``negotiate threshold`` on strategic games: the exact map."""

import json
from fractions import Fraction

from negotiate.cli import main


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_quantity_of_a_game(capsys):
    code, out, _ = run(capsys, "threshold", "inspection", "--quantity", "cost", "--low", "0",
                       "--high", "10", "--json")  # fmt: skip
    document = json.loads(out)
    assert code == 0 and document["exact"] is True and document["complete"] is True
    assert [c["exact"] for c in document["critical"]] == ["0", "5"]
    cheat = document["cells"][0]["points"][0]["strategies"]["Inspectee"]["Cheat"]
    assert cheat == "cost/5"


def test_path_and_other_values(capsys):
    code, out, _ = run(capsys, "threshold", "inspection", "penalty", "--set", "cost=1/2")
    assert code == 0 and "Comply 9/10, Cheat 1/10" in out


def test_a_file(capsys, tmp_path):
    path = tmp_path / "war.toml"
    path.write_text(
        'format = 1\nkind = "strategic"\nid = "war"\ntitle = "War"\nplayers = ["A", "B"]\n'
        '[strategies]\nA = ["war", "deal"]\nB = ["war", "deal"]\n[payoffs]\n'
        'A = [["0.5 - cost", 1], [0, 0.5]]\nB = [["0.5 - cost", 0], [1, 0.5]]\n'
        "[quantity]\ncost = { value = 0.2, low = 0, high = 1 }\n",
        encoding="utf-8",
    )
    code, out, _ = run(capsys, "threshold", path, "--quantity", "cost")
    assert code == 0 and "The equilibria change at 1/2" in out


def test_bad_usage_says_what_is_allowed(capsys):
    for arguments, said in (
        (["inspection"], "one of cost, penalty"),
        (["inspection", "--quantity", "costs"], "did you mean 'cost'?"),
        (["inspection", "cost", "--set", "penalty"], "NAME=VALUE"),
        (["inspection", "cost", "--scenario", "x"], "a game has no scenarios"),
        (["inspection", "cost", "--low", "3", "--high", "2"], "low below high"),
        (["centipede", "x"], "no path 'x'"),
        (["idlib-2020"], "PATH or --quantity"),
    ):
        code, out, err = run(capsys, "threshold", *arguments)
        assert code == 2 and not out and said in err and "Traceback" not in err


def test_quantity_of_a_case_is_its_path(capsys):
    path = "lever.sanctions.cost.russia"
    asked = ("--quantity", path, "threats.profile", "--points", "9", "--json")
    code, out, _ = run(capsys, "threshold", "idlib-2020", *asked)
    document = json.loads(out)
    assert code == 0 and document["path"] == "lever.sanctions.cost.russia"
    assert document["question"] == "threats.profile"


def test_phase_of_a_game(capsys, tmp_path):
    # Against war, war pays prize/2 - cost and a deal 0: war is mutual exactly if prize/2 > cost.
    path = tmp_path / "war.toml"
    path.write_text(
        'format = 1\nkind = "strategic"\nid = "war"\ntitle = "War"\nplayers = ["A", "B"]\n'
        '[strategies]\nA = ["war", "deal"]\nB = ["war", "deal"]\n[payoffs]\n'
        'A = [["prize / 2 - cost", "prize"], [0, "prize / 2"]]\n'
        'B = [["prize / 2 - cost", 0], ["prize", "prize / 2"]]\n'
        "[quantity]\ncost = { value = 0.2, low = 0.1, high = 2 }\n"
        "prize = { value = 1, low = 0.1, high = 2 }\n",
        encoding="utf-8",
    )
    figure = tmp_path / "plane.svg"
    code, out, _ = run(
        capsys, "phase", path, "prize", "cost", "--grid", "9", "--json", "--figure", figure
    )
    document = json.loads(out)
    assert code == 0 and figure.read_text(encoding="utf-8").startswith("<svg")
    assert [b["polynomial"] for b in document["boundaries"]] == ["prize - 2*cost"]
    for region in document["regions"]:
        prize, cost = (Fraction(v) for v in region["sample"])
        assert ("war | war" in region["equilibria"]) == (prize / 2 > cost)
    code, out, _ = run(capsys, "phase", path, "prize", "cost", "--grid", "9")
    assert code == 0 and "2 regions" in out and "bounded by 1 curve" in out


def test_phase_of_a_game_refuses_what_only_cases_have(capsys):
    code, _, err = run(capsys, "phase", "inspection", "cost", "penalty", "--metric", "deal.margin")
    assert code == 2 and "deal" in err
    code, _, err = run(capsys, "phase", "inspection", "cost", "fine")
    assert code == 2 and "there is no quantity 'fine'" in err

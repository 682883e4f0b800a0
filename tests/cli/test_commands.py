"""The command line: exit codes, what goes to which stream, JSON that parses."""

import json
from pathlib import Path

import pytest

from negotiate.case import read as casefile
from negotiate.cli import main
from negotiate.whatif import metric

PENNIES = """NFG 1 R "Matching pennies" { "Row" "Column" }
{ { "H" "T" } { "H" "T" } }

1 -1 -1 1 -1 1 1 -1
"""


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text('format = 1\nkind = "negotiation"\nid = "bad"\ntitel = "x"\n', encoding="utf-8")
    return path


def test_list_shows_the_cases(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0 and "idlib-2020" in out
    code, out, _ = run(capsys, "list", "--json")
    assert "idlib-2020" in {row["id"] for row in json.loads(out)["cases"]} and code == 0


def test_check_of_a_clean_case(capsys):
    code, out, _ = run(capsys, "check", "idlib-2020")
    assert code == 0 and "error" not in out
    code, out, _ = run(capsys, "check", "idlib-2020", "--json")
    assert code == 0 and json.loads(out)["ok"] is True


def test_check_prints_every_finding_and_exits_2(capsys, bad):
    code, out, err = run(capsys, "check", bad)
    assert code == 2 and out == ""
    assert f"{bad}:4:1: error: titel: unknown key 'titel'" in err
    assert "did you mean 'title'?" in err and "^^^^^" in err
    assert "'party' is missing" in err and "'issue' is missing" in err
    code, out, _ = run(capsys, "check", bad, "--json")
    document = json.loads(out)
    assert code == 2 and document["ok"] is False
    titel = next(f for f in document["findings"] if f["at"] == "titel")
    assert (titel["line"], titel["column"], titel["severity"]) == (4, 1, "error")


@pytest.mark.parametrize("command", ["show", "solve", "whatif"])
def test_a_case_with_errors_exits_2_whatever_is_asked(capsys, bad, command):
    code, out, err = run(capsys, command, bad)
    assert code == 2 and out == "" and "titel" in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["solve", "idlib-2021"], "did you mean 'idlib-2020'"),
        (["solve", "nowhere.toml"], "no such file"),
        (["solve", "idlib-2020", "--concept", "nash_bargainin"], "did you mean 'nash_bargaining'"),
        (["solve", "idlib-2020", "--form", "bargainin"], "did you mean 'bargaining'"),
        (["solve", "chicken", "--concept", "nash_bargaining"], "not defined on a strategic game"),
        (["solve", "chicken", "--set", "a=1"], "there is no path 'a'"),
        (["show", "idlib-2020", "lever.strait.cost.russia"], "did you mean 'lever.straits"),
        (["show", "idlib-2020", "--set", "party.turkey.discount=1.5"], "0 to 1"),
        (["show", "idlib-2020", "--set", "nonsense"], "PATH=VALUE"),
        (["whatif", "idlib-2020", "--scenario", "no-sanction"], "did you mean 'no-sanctions'"),
        (["whatif", "idlib-2020", "--metric", "deal.margin.leas"], "did you mean"),
        (["frobnicate"], ""),
        (["solve"], ""),
        (["check", "idlib-2020", "--no-such-option"], ""),
    ],
)
def test_bad_usage_exits_2_and_says_what_is_near(capsys, arguments, says):
    code, out, err = run(capsys, *arguments)
    assert code == 2, err
    assert out == "" and says in err and "Traceback" not in err and "internal" not in err


def test_solve_of_an_nfg_has_the_documented_keys(capsys, tmp_path):
    path = tmp_path / "pennies.nfg"
    path.write_text(PENNIES, encoding="utf-8")
    code, out, _ = run(capsys, "solve", path, "--json")
    document = json.loads(out)
    assert code == 0 and set(document) == {"players", "solutions"}
    assert document["players"] == ["Row", "Column"]
    (solution,) = document["solutions"]
    assert solution["concept"] == "nash_equilibrium"
    assert {"complete", "exact", "degenerate", "points", "components"} <= set(solution)
    assert solution["complete"] is True and solution["exact"] is True
    (point,) = solution["points"]
    assert point["strategies"] == {
        "Row": {"H": "1/2", "T": "1/2"},
        "Column": {"H": "1/2", "T": "1/2"},
    }
    assert point["payoffs"] == {"Row": "0", "Column": "0"} and point["regret"] == "0"


def test_no_solution_exits_3(capsys):
    # a branch of no deal in which war pays both 50 stakes leaves nothing to bargain over
    code, out, _ = run(capsys, "solve", "idlib-2020", "--set", "branch.*.war_cost.*=-50")
    assert code == 3, out


def test_show_one_value(capsys):
    code, out, _ = run(capsys, "show", "idlib-2020", "weight.turkey.*", "--json")
    rows = json.loads(out)["values"]
    assert code == 0 and len(rows) == 6
    code, out, _ = run(
        capsys, "show", "idlib-2020", "party.turkey.discount", "--set", "party.turkey.discount=0.5"
    )
    assert code == 0 and out.startswith("party.turkey.discount = 0.5 ")


def test_changes_multiply_and_add(capsys):
    for change, value in (("*=0.5", "19/40"), ("+=0.01", "24/25"), ("=1/3", "1/3")):
        code, out, _ = run(
            capsys,
            "show",
            "idlib-2020",
            "party.turkey.discount",
            "--json",
            "--set",
            f"party.turkey.discount{change}",
        )
        assert (code, json.loads(out)["values"][0]["value"]) == (0, value)


def test_whatif_and_threshold_in_json(capsys):
    code, out, _ = run(capsys, "whatif", "idlib-2020", "--scenario", "wide-corridor", "--json")
    document = json.loads(out)
    assert code == 0 and document["case"] == "idlib-2020"
    assert {e["scenario"] for e in document["effects"]} == {"wide-corridor"}
    path = "lever.sanctions.cost.russia"
    code, out, _ = run(capsys, "threshold", "idlib-2020", path, "threats.profile", "--json")
    document = json.loads(out)
    assert code == 0 and (document["low"], document["high"]) == (0.02, 0.14)  # the file's range
    assert len(document["thresholds"]) == len(document["answers"]) - 1 >= 1
    # the definition: the answer differs on the two sides of each threshold, and is as stated there
    case = casefile.load("idlib-2020").floats()
    for found in document["thresholds"]:
        step = 1e-6 * (document["high"] - document["low"])
        sides = [
            str(
                metric.evaluate(case.with_value(path, found["at"] + move), ["threats.profile"])[
                    "threats.profile"
                ]
            )
            for move in (-step, step)
        ]
        assert sides == [found["below"], found["above"]] and sides[0] != sides[1]


def test_threshold_on_a_path_that_does_not_exist_names_those_that_do(capsys):
    code, out, err = run(
        capsys, "threshold", "idlib-2020", "deal.midpoint.m4_corrido", "deal.margin.turkey"
    )
    assert code == 2 and not out
    assert "no path 'deal.midpoint.m4_corrido'" in err
    assert "did you mean 'deal.midpoint.m4_corridor'" in err


def test_schema_is_json_schema_of_every_key(capsys, tmp_path):
    code, out, _ = run(capsys, "schema")
    document = json.loads(out)
    assert code == 0 and {"party", "issue", "lever"} <= set(document["properties"])
    target = tmp_path / "deep" / "schema.json"
    assert run(capsys, "schema", "-o", target)[0] == 0
    assert json.loads(target.read_text(encoding="utf-8")) == document


def test_convert_round_trip(capsys, tmp_path):
    target = tmp_path / "chicken.nfg"
    assert run(capsys, "convert", "chicken", target)[0] == 0
    before = json.loads(run(capsys, "solve", "chicken", "--json")[1])
    after = json.loads(run(capsys, "solve", target, "--json")[1])
    assert [p["payoffs"] for p in before["solutions"][0]["points"]] == [
        p["payoffs"] for p in after["solutions"][0]["points"]
    ]
    assert run(capsys, "convert", "chicken", tmp_path / "chicken.efg")[0] == 2


def test_version_and_help(capsys):
    code, out, _ = run(capsys, "--version")
    assert code == 0 and out.startswith("negotiate ")
    code, out, _ = run(capsys, "--help")
    assert code == 0 and "solve" in out and "check" in out


def test_sweep_resumes_with_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["sweep", "idlib-2020", "--draws", "300", "--metric", "threats.profile"]
    parts = str(tmp_path / "parts")
    assert main([*common, "--resume", parts, "-o", str(tmp_path / "a.csv")]) == 0
    assert "others together" in capsys.readouterr().out
    assert main([*common, "--resume", parts, "-o", str(tmp_path / "b.csv")]) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--draws", "0"], "0 draws"),
        (["--metric", "deal.margn.least"], "did you mean 'deal.margin.least'"),
        (["--design", "sobl"], "did you mean 'sobol'"),
        (["-o", "rows.xlsx"], ".csv, .parquet, .nc"),
    ],
)
def test_sweep_refuses_what_it_cannot_do(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", "idlib-2020", *arguments]) == 2
    assert message in capsys.readouterr().err

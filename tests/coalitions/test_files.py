"""Files of the room: read, refused with every reason, drawn, solved by command, shown."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import negotiate as ng
from negotiate.coalitions import _file as files
from negotiate.coalitions import shapley
from negotiate.errors import CaseError, InputError, NegotiateError, TooLargeError
from negotiate.whatif import metric

HEAD = 'format = 1\nkind = "coalitional"\nid = "g"\ntitle = "A game"\nplayers = ["a", "b", "c"]\n'


def run(*arguments: str) -> tuple[int, str]:
    from negotiate.cli import main

    try:
        code = main([*arguments]) or 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, ""


def solved(path: str | Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict:
    code, _ = run("solve", str(path), "--json", *more)
    out = capsys.readouterr().out
    assert code == 0, out
    return json.loads(out)


def test_solve_by_command_gives_worths_core_and_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = solved("airport", capsys)
    by_concept = {s["concept"]: s for s in found["solutions"]}
    assert by_concept["shapley"]["points"][0]["payoffs"] == {"a": "2", "b": "3", "c": "4", "d": "9"}
    assert by_concept["nucleolus"]["points"][0]["payoffs"]["d"] == "33/4"
    assert by_concept["core"]["points"] and by_concept["core"]["complete"]
    assert {"members": ["a", "b"], "worth": "11"} in found["game"]["worths"]
    council = solved("un-security-council", capsys)
    assert council["solutions"][0]["points"][0]["payoffs"]["China"] == "421/2145"
    estate = solved("talmud", capsys)
    assert estate["solutions"][0]["points"][0]["payoffs"] == {
        "first": "50",
        "second": "75",
        "third": "75",
    }
    empty = solved("three-person-majority", capsys, "--concept", "shapley", "--concept", "core")
    assert empty["solutions"][1]["points"] == []
    assert empty["solutions"][1]["settings"]["balanced_worth"] == "3/2"


def test_set_sweep_and_threshold_read_the_quantities(capsys: pytest.CaptureFixture[str]) -> None:
    found = solved("talmud", capsys, "--set", "quantity.estate=300")
    assert found["solutions"][0]["points"][0]["payoffs"]["first"] == "50"
    case = ng.open("talmud").as_case()
    names = ["claims.talmud.award.first", "claims.proportional.award.first"]
    drawn = metric.evaluate(case.with_draws({"quantity.estate": np.array([100.0, 300.0])}), names)
    assert drawn[names[0]] == pytest.approx([100 / 3, 50]) and drawn[names[1]][1] == 50


def test_formula_over_draws_is_a_loop() -> None:
    file = files.loads(
        HEAD
        + 'worth = "bonus * max(0, size - 1) + min(sum.x, cap)"\n'
        + '[attribute.x]\na = 1\nb = 2\nc = "third"\n'
        + "[quantity]\nbonus = 1\ncap = 3\nthird = 0.5\n"
    )
    assert shapley(file.game())[0].payoffs["c"] == shapley(file.game())[0].payoffs["c"]
    assert file.game().worth(["a", "c"]) == 1 + Fraction(3, 2)
    whole = file.game({"bonus": np.array([1.0, 2.0]), "third": np.array([0.5, 4.0])})
    for k, (bonus, third) in enumerate([(1, Fraction(1, 2)), (2, 4)]):
        one = file.game({"bonus": Fraction(bonus), "third": Fraction(third)})
        assert np.allclose(whole.table[k], [float(one.number(m)) for m in range(8)])


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        (HEAD, InputError, "no worths"),
        (HEAD + 'worth = "1"\nairport = { a = 1 }', InputError, "worth and airport"),
        (HEAD + "[worth]\na = 1", InputError, "no worth for 6 coalitions"),
        (HEAD + 'unlisted = "zero"\n[worth]\n"a + z" = 1', NegotiateError, "no player 'z'"),
        (HEAD + 'unlisted = "zero"\n[worth]\n"a+b" = "1/0"', InputError, "divides by zero"),
        (HEAD + 'worth = "sum.gold"', NegotiateError, "no name 'sum.gold'"),
        (HEAD + 'worth = "size ** 999"', NegotiateError, "exponents"),
        (HEAD + 'worth = "__import__(1)"', NegotiateError, "not a function"),
        (HEAD + "surprise = 1", CaseError, "surprise"),
        (HEAD + 'worth = "size"\nlinks = [["a", "z"]]', NegotiateError, "no player 'z'"),
        (HEAD.replace('"c"]', '"a"]') + 'worth = "size"', InputError, "repeat"),
        ('kind = "coalitional"', CaseError, "title"),
        ("kind = 3", NegotiateError, "kind = 3"),
    ],
)
def test_bad_files(text: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        files.loads(text).game()


def test_thirty_players_are_refused_with_the_count() -> None:
    names = ", ".join(f'"p{k}"' for k in range(30))
    text = HEAD.replace('["a", "b", "c"]', f"[{names}]") + 'worth = "size"'
    with pytest.raises(TooLargeError, match=r"1,073,741,824.*sampled"):
        files.loads(text)


VOTING = 'format = 1\nkind = "voting"\nid = "v"\ntitle = "V"\nplayers = ["a", "b"]\n'
CLAIMS = 'format = 1\nkind = "claims"\nid = "c"\ntitle = "C"\nplayers = ["a", "b"]\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (VOTING, "no rule"),
        (VOTING + "weights = { a = 1 }", "without a quota"),
        (VOTING + "quota = 5\nweights = { a = 1, b = 1 }", "quota is 5"),
        (VOTING + 'quota = 1\npasses = [["heads"]]', "no rule 'heads'"),
        (VOTING + "quota = 1\nweights = { z = 1 }", "no player 'z'"),
        (CLAIMS + "estate = 1\nclaims = { a = 1 }", "no claim of b"),
        (CLAIMS + "estate = 9\nclaims = { a = 1, b = 1 }", "more than the claims"),
        (CLAIMS + "estate = 1\nclaims = { a = -1, b = 3 }", "claim of a"),
        (CLAIMS + "claims = { a = 1, b = 3 }", "estate"),
    ],
)
def test_bad_voting_and_claims(text: str, told: str) -> None:
    with pytest.raises(NegotiateError, match=told):
        files.loads(text)


@pytest.mark.parametrize(
    "name", ["airport", "glove-market", "un-security-council", "talmud", "three-person-majority"]
)
def test_views(name: str) -> None:
    thing = ng.open(name)
    assert len(repr(thing)) < 200
    assert thing.text() and "<table>" in thing.html() and thing.figure().startswith("<svg")
    for concept in thing.concepts():
        from negotiate import declare

        one = declare.concept_named(concept)
        if one.can_explain:
            assert one.explain(thing).startswith("1.")


def test_labels_are_escaped() -> None:
    text = HEAD.replace('"a"', '"<script>"') + 'worth = "size"'
    game = files.loads(text).game()
    assert "<script>" not in game.html() and "<script>" not in game.figure()


def test_unions_and_links_of_a_file_are_read() -> None:
    from negotiate.coalitions import myerson, owen

    game = files.loads(
        HEAD + 'unions = [["a", "b"]]\nlinks = [["a", "b"], ["b", "c"]]\nunlisted = "zero"\n'
        '[worth]\n"a+b" = 1\n"a+c" = 1\n"b+c" = 1\n"a+b+c" = 1\n'
    ).game()
    assert owen(game)[0].payoffs == {"a": Fraction(1, 2), "b": Fraction(1, 2), "c": 0}
    assert myerson(game)[0].payoffs["b"] == Fraction(2, 3)


@pytest.mark.parametrize(
    ("text", "players"),
    [
        ('kind = "claims"\nestate = 1\nclaims = { x = 1, y = 2 }', ("x", "y")),
        ('kind = "voting"\nquota = 2\nweights = { q = 1, p = 1 }', ("q", "p")),
        ('kind = "coalitional"\nairport = { big = 3, small = 1 }', ("big", "small")),
        ('kind = "coalitional"\ngloves = { left = ["l"], right = ["r"] }', ("l", "r")),
        ('kind = "coalitional"\nworth = { b = 0, a = 0, "a + b" = 1 }', ("b", "a")),
    ],
)
def test_players_that_the_numbers_name_need_not_be_listed(
    text: str, players: tuple[str, ...]
) -> None:
    file = files.loads(f'format = 1\nid = "f"\ntitle = "F"\n{text}')
    assert file.players == players and file.game().players == players


# ---- outsiders, legislatures, hyperplane games ---------------------------------------------------

SPOILERS = 'format = 1\nkind = "spoilers"\nid = "s"\ntitle = "S"\n'


def test_spoilers_file_answers_a_what_if(capsys: pytest.CaptureFixture[str]) -> None:
    """0.4 (0.7 - 0.55) - 0.02 = 1/25 is gained; a chance of (1/25)/0.35 = 4/35 stops it."""
    found = solved("idlib-2020-spoilers", capsys)
    facts = found["solutions"][0]["points"][0]["facts"]
    assert facts["needed_chance"]["HTS"]["air_power"] == "4/35"
    case = ng.open("idlib-2020-spoilers").as_case()
    chance = np.array([0.05, 4 / 35 + 1e-6, 0.55])
    drawn = metric.evaluate(
        case.with_draws({"quantity.air_power_used": chance}),
        ["spoilers.spoils.HTS", "spoilers.payment.HTS"],
    )
    assert drawn["spoilers.spoils.HTS"].tolist() == [True, False, False]
    assert drawn["spoilers.payment.HTS"] == pytest.approx([9 / 160, 0, 0])


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        (SPOILERS, CaseError, "outsider"),
        (SPOILERS + "[outsider.a]\nheld = 1\nbroken = 2\nchance = 0", InputError, "above 0 to 1"),
        (SPOILERS + "[outsider.a]\nheld = 1\nbroken = 2\n"
         "levers.x = { harm = -1 }", InputError, "harm -1"),
        (SPOILERS + 'players = ["b"]\n[outsider.a]\nheld = 1\nbroken = 2', InputError, "exactly"),
        (SPOILERS.replace("spoilers", "legislative") + "discount = 0.9\n"
         "[recognition]\na = 0.5\nb = 0.4", InputError, "sum to 9/10"),
        (SPOILERS.replace("spoilers", "hyperplane") + '[worth]\na = 0\nb = 0\n"a+b" = 1\n'
         '[rates."a+b"]\na = 0', InputError, "above 0"),
    ],
)  # fmt: skip
def test_bad_files_of_the_other_kinds(text: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        files.loads(text).game()

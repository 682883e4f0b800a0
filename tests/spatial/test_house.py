"""The room in the house: files, cases, the command line, views, what-ifs."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction as F

import numpy as np
import pytest

import negotiate as ng
from negotiate import declare, spatial
from negotiate.cli import main
from negotiate.errors import CaseError, InputError, MissingQuantityError, NotApplicableError
from negotiate.spatial import files
from negotiate.spatial._quantities import as_case
from negotiate.spatial.positions import Scale, model
from negotiate.spatial.view import rounds_figure
from negotiate.whatif import metric

ROAD = """
format = 1
kind = "spatial"
id = "road"
title = "A road"
parties = ["a", "b", "c"]
salience = { a = "care", b = 0.5, c = 0.5 }
capability = 2
[[issue]]
name = "p"
outcome = 30
[[issue]]
name = "q"
low = 0
high = 10
[position]
a = { p = 0, q = 0 }
b = { p = 50, q = 10 }
c = { p = 100 }
[quantity]
care = { value = 0.25, low = 0, high = 1, bounds = true }
"""


@pytest.fixture
def run(capsys):
    def told(*words):
        code = main(list(words))
        out, err = capsys.readouterr()
        assert code == 0, err
        return out

    return told


def test_a_file_by_hand():
    found = files.loads(ROAD).game()
    # p: weights 1/2, 1, 1 at 0, 50, 100; q: 1/2, 1 at 0, 10
    assert spatial.compromise(found)[0].terms == {"p": 60, "q": F(20, 3)}
    assert found.has.tolist() == [[True, True], [True, True], [True, False]]


def test_a_file_over_draws_against_a_loop():
    file = files.loads(ROAD)
    care = np.linspace(0.1, 1, 6)
    together = file.game({"care": care})
    assert together.shape == (6,)
    for name in ("compromise", "weighted_median", "exchange", "challenge"):
        concept = declare.concept_named(name)
        for k, value in enumerate(care):
            alone = concept(file.game({"care": float(value)}))[0].terms
            for issue in ("p", "q"):
                drawn = np.broadcast_to(concept(together)[0].terms[issue], (6,))[k]
                assert drawn == pytest.approx(float(alone[issue]), abs=1e-9)


def test_files_are_cases_of_their_quantities(tmp_path, run):
    path = tmp_path / "road.toml"
    path.write_text(ROAD)
    case = ng.open(path).as_case()
    names = ["spatial.compromise.level.p", "spatial.compromise.error", "spatial.exchange.payoff.a"]
    values = metric.evaluate(case, names)
    assert values[names[0]] == pytest.approx(60) and values[names[1]] == pytest.approx(30)
    moved = metric.evaluate(case.with_values({"quantity.care": 1}), names[:1])
    assert moved[names[0]] == pytest.approx((50 + 100) / 4)
    found = run("threshold", str(path), "quantity.care", names[0], "--condition", "< 50", "--json")
    # 2 s 0 + 50 + 100 = 50 (2 s + 2) at s = 1/2
    told = json.loads(found)
    assert any(abs(float(x) - 0.5) < 1e-6 for x in _numbers(told))
    assert pickle.loads(pickle.dumps(ng.open(path))).parties == ("a", "b", "c")


def _numbers(item):
    if isinstance(item, dict):
        for value in item.values():
            yield from _numbers(value)
    elif isinstance(item, list):
        for value in item:
            yield from _numbers(value)
    elif isinstance(item, (int, float)) and not isinstance(item, bool):
        yield item


def test_tables_solve_from_the_command_line(tmp_path, run):
    path = tmp_path / "two.tsv"
    m = model(
        {"a": {"p": 0, "q": 0}, "b": {"p": 100, "q": 100}},
        salience={"a": {"p": 1, "q": "0.5"}, "b": {"p": "0.5", "q": 1}},
    )
    spatial.write(m, path)
    found = run("solve", str(path), "--concept", "compromise", "--concept", "exchange", "--json")
    told = {s["concept"]: s["points"][0]["terms"] for s in json.loads(found)["solutions"]}
    assert told == {"compromise": {"p": "100/3", "q": "200/3"}, "exchange": {"p": 0.0, "q": 100.0}}
    moved = run(
        "threshold",
        str(path),
        "quantity.capability_a",
        "spatial.compromise.level.p",
        "--condition",
        "< 20",
        "--low",
        "0.1",
        "--high",
        "9",
    )
    assert "2.000" in moved  # 100 (1/2) / (c + 1/2) = 20


def test_tables_have_a_quantity_for_every_number():
    m = model({"USA": {"ld": 5}, "U.S.A.": {"ld": 20}}, capability={"USA": 2, "U.S.A.": 3})
    case = as_case(m)
    assert case.value("quantity.capability_usa") == 2
    assert case.value("quantity.capability_u_s_a") == 3
    back = spatial.spatial(case)
    assert back.parties == m.parties and np.array_equal(back.position, m.position)


def test_a_negotiation_is_a_spatial_model():
    idlib = ng.load("idlib-2020")
    m = spatial.spatial(idlib)
    assert m.parties == ("russia", "turkey") and m.is_exact
    assert set(m.outcomes()) == set(m.issue_names)
    x, w = idlib.value("ideal.turkey.hts"), idlib.value("weight.turkey.hts")
    form = idlib.value("form.turkey.hts")
    place = m.position[m.party("turkey"), m.issue("hts")]
    assert place == (x if form in ("quadratic", "peaked") else round(x))
    assert m.salience[m.party("turkey"), m.issue("hts")] == w
    found = spatial.compare(m)
    assert found.scores["midpoint"].mean_absolute < found.scores["exchange"].mean_absolute


def test_no_capability_no_forecast():
    idlib = ng.load("idlib-2020")
    for party in idlib.principals:
        assert idlib.has(f"party.{party}.bargaining_weight")
    bare = idlib.case.model_copy(
        update={
            "party": tuple(
                p.model_copy(update={"bargaining_weight": None}) for p in idlib.case.party
            )
        }
    )
    from negotiate.case.negotiation import from_case

    with pytest.raises(MissingQuantityError, match="no capability of russia, turkey") as caught:
        spatial.spatial(from_case(bare))
    assert caught.value.missing == ("quantity.capability_russia", "quantity.capability_turkey")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("c = { p = 100 }", "c = { p = 100, r = 1 }"), "position of c: there is no issue 'r'"),
        (("c = { p = 100 }", "d = { p = 100 }"), "there is no party 'd'"),
        (("c = { p = 100 }", "c = 100"), "position of c is one number for 2 issues"),
        (("c = { p = 100 }", "c = { p = 130 }"), "position of c on p is 130; allowed: 0 to 100"),
        (("c = { p = 100 }", 'c = { p = "x" }'), "x"),
        (("b = 0.5, c = 0.5 }", "b = 0.5 }"), "salience of c on p is missing"),
        (("capability = 2", "capability = -2"), "capability of a on p is -2"),
        (("capability = 2", "power = 2"), "power"),
        (("high = 10", "high = 0"), "the scale runs from 0 to 0"),
        (("[position]", 'table = "../../etc/passwd"\n[position]'), "table"),
    ],
)
def test_bad_files(change, says):
    with pytest.raises((CaseError, InputError)) as caught:
        files.loads(ROAD.replace(*change, 1)).game()
    assert says in str(caught.value)


def test_a_table_stays_in_its_folder(tmp_path):
    (tmp_path / "in").mkdir()
    spatial.write(model({"a": {"p": 5}, "b": {"p": 50}}), tmp_path / "out.tsv")
    head = 'format = 1\nkind = "spatial"\nid = "t"\ntitle = "t"\ntable = "{}"\n'
    inside = tmp_path / "in" / "case.toml"
    inside.write_text(head.format("../out.tsv"))
    with pytest.raises(InputError, match="in the folder of the file"):
        ng.open(inside)
    (tmp_path / "in" / "own.tsv").write_text((tmp_path / "out.tsv").read_text())
    inside.write_text(head.format("own.tsv") + '[[issue]]\nname = "p"\noutcome = 20\n')
    found = ng.open(inside)
    assert found.outcomes() == {"p": 20} and found.parties == ("a", "b")


def test_text_of_strangers_is_escaped():
    m = model(
        {"<script>x</script>": {"a<b": 1, "c": 2}, "b\x1b[31m": {"a<b": 90, "c": 5}},
        title="<b>bold</b>",
    )
    found = spatial.exchange(m)
    for shown in (
        m.html(),
        m.figure(),
        spatial.compare(m).html(),
        found.html(),
        rounds_figure(found),
        spatial.compare(m).figure(),
    ):
        assert "<script>" not in shown and "<b>" not in shown and "\x1b" not in shown
    assert "\x1b" not in m.text()


def test_figures_draw_what_there_is():
    m = model(
        {"a": {"p": 0, "q": 10}, "b": {"p": 60, "q": 90}},
        scales=[Scale("p", outcome=30, status_quo=10)],
    )
    drawn = m.figure()
    assert drawn.count("<circle") >= 4 and "<title>" in drawn
    rounds = rounds_figure(spatial.exchange(m, rounds=3))
    assert rounds.count("<polyline") == 2
    with pytest.raises(NotApplicableError, match="no rounds"):
        rounds_figure(spatial.compromise(m))


def test_explanations():
    m = model(
        {"a": {"p": 0, "q": 0}, "b": {"p": 100, "q": 100}},
        salience={"a": {"p": "0.6", "q": "0.3"}, "b": {"p": "0.3", "q": "0.6"}},
    )
    for concept in (
        spatial.compromise,
        spatial.median,
        spatial.exchange,
        spatial.challenge,
        spatial.politics,
    ):
        assert "p" in concept.explain(m)


def test_lenses_of_the_contract():
    for name in declare.concepts_of("spatial"):
        concept = declare.concept_named(name)
        assert {m.name for m in concept.metrics} == {"level.<name>", "error", "payoff.<party>"}

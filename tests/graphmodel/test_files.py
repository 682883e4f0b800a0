"""Parameter files of graph models: the shipped ones answer as they say; bad ones are refused."""

from __future__ import annotations

import contextlib
import copy
import json
import tomllib
from pathlib import Path

import pytest

import negotiate as ng
from negotiate import declare
from negotiate.errors import CaseError, InputError, NegotiateError, UnknownNameError
from negotiate.graphmodel._definition import Rules, judge
from negotiate.graphmodel.files import from_dict, loads, open_file
from negotiate.graphmodel.status_quo import paths
from negotiate.graphmodel.table import compare

FOLDER = Path(__file__).parents[2] / "games"
FILES = sorted(
    path
    for path in FOLDER.rglob("*.toml")
    if tomllib.loads(path.read_text(encoding="utf-8")).get("kind") == "graph"
)


def test_they_are_there():
    assert {path.stem for path in FILES} >= {
        "elmira",
        "cuba-1962-options",
        "garrison",
        "idlib-2020-graph",
        "idlib-2024-graph",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_expected_answers_and_sources(path):
    file = open_file(path)
    assert file.id == path.stem and file.source
    known = {source.id for source in file.source}
    rows = [*file.expected, *file.path, *file.option]
    assert {s for row in rows for s in row.source} <= known
    model = file.game()
    for expected in file.expected:
        found = declare.concept_named(expected.concept)(model, **expected.settings)
        labels = [point.label for point in found.points]
        if expected.complete:
            assert sorted(labels) == sorted(expected.equilibria)
        else:
            assert set(expected.equilibria) <= set(labels)
        for who, stable in expected.stable.items():
            assert set(found.settings["stable"][who]) == set(stable)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_path_of_history_follows_the_arcs(path):
    """One mover follows an arc; several follow legal moves one after another."""
    model = open_file(path).game()
    for before, after in zip(model.path, model.path[1:]):
        group = [model.player(who) for who in after.by]
        reached = {model.state(before.state)}
        for _ in group:
            reached |= {int(q) for s in reached for i in group for q in model.moves[i].of(s)}
        assert model.state(after.state) in reached


def test_the_coalition_note_of_elmira():
    """Of the Nash equilibria 5, 8, 9 the ministry and Uniroyal leave 5 only, for 8."""
    model = ng.open("elmira")
    found = declare.concept_named("coalition_nash")(
        model, coalitions=[["MoE", "Uniroyal"], ["MoE"], ["Uniroyal"], ["Local government"]]
    )
    assert [point.label for point in found.points] == ["8", "9"]


def test_idlib_holds_by_two_answers_and_ends_without_one():
    """The claims of the two files' notes."""
    before, after = ng.open("idlib-2020-graph"), ng.open("idlib-2024-graph")
    assert compare(before)["ceasefire"]["SEQ"] == "equilibrium"
    assert compare(before)["ceasefire"]["Nash"] == "Russia, Turkey, EU"
    assert compare(after)["ceasefire"]["SEQ"] == "Russia, Turkey, Damascus, EU"
    rules, s = Rules("improvements"), before.state("ceasefire")
    answers = {
        who: [
            [(before.players[j], before.states[r]) for j, r in answer.sanction]
            for answer in judge(before, i, s, rules).answers
        ]
        for i, who in enumerate(before.players)
    }
    assert answers["Damascus"] == [[("Turkey", "offensive+force")]]
    assert answers["HTS"] == [[("Russia", "air+attack")]]
    way = paths(before, "ceasefire", improving=True)[0]
    assert [who for who, _ in way.steps] == ["Turkey", "Russia", "Damascus", "Turkey"]
    for one, two in zip(before.preferences, after.preferences):
        changed = one.rank.tolist() != two.rank.tolist()
        assert changed == (one is before.preferences[0])


def test_history_of_idlib_went_by_improvements():
    from negotiate.graphmodel.status_quo import history

    told = history(ng.open("idlib-2020-graph")).splitlines()
    assert len(told) == 6 and all("an improvement" in line for line in told[1:])
    assert told[4].startswith("2020-03-06: Damascus, Turkey: to migrants")


HEAD = """
format = 1
kind = "graph"
id = "x"
title = "X"
players = ["A", "B"]
"""
OPTIONS = """
[[option]]
id = "a"
owner = "A"
[[option]]
id = "b"
owner = "B"
"""
PREFERENCES = """
[preferences.A]
statements = ["a"]
[preferences.B]
statements = ["b"]
"""


def test_numbers_may_be_expressions():
    text = (
        HEAD
        + OPTIONS
        + """
[quantity]
c = { value = 0.25, low = 0.1, high = 0.4 }
[preferences.A]
weights = { a = "1 - c", b = "-2 * c" }
[preferences.B]
statements = ["b"]
"""
    )
    file = loads(text)
    assert [str(v) for v in file.game().preferences[0].value] == ["0", "3/4", "-1/2", "1/4"]
    from fractions import Fraction

    changed = file.game({"c": Fraction(1, 2)})
    assert [str(v) for v in changed.preferences[0].value] == ["0", "1/2", "-1", "-1/2"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (HEAD + OPTIONS, "no preference"),
        (HEAD + OPTIONS + PREFERENCES + "[preferences.C]\nstatements = []", "decision maker 'C'"),
        (HEAD + OPTIONS.replace('"B"', '"C"') + PREFERENCES, "who is no decision maker"),
        (HEAD + OPTIONS.replace('owner = "B"', "") + PREFERENCES, "no owner"),
        (HEAD + 'states = ["x"]' + OPTIONS + PREFERENCES, "beside options"),
        (HEAD + 'states = ["x"]\nlabels = { y = "a" }' + PREFERENCES, "without options"),
        (HEAD + 'infeasible = ["c"]' + OPTIONS + PREFERENCES, "option 'c'"),
        (HEAD + 'infeasible = ["a or not a"]' + OPTIONS + PREFERENCES, "no state is feasible"),
        (HEAD + 'status_quo = "a"' + OPTIONS + PREFERENCES + "\nstray = 1", "stray"),
        (
            HEAD + OPTIONS + '[preferences.A]\nranking = 3\n[preferences.B]\nstatements = ["b"]',
            "neither a list",
        ),
        (
            HEAD
            + OPTIONS
            + '[preferences.A]\nstatements = [1]\n[preferences.B]\nstatements = ["b"]',
            "no list of sentences",
        ),
        (
            HEAD + OPTIONS + '[preferences.A]\nweights = { a = "1/0" }\n'
            '[preferences.B]\nstatements = ["b"]',
            "divides by zero|zero",
        ),
        (HEAD + OPTIONS + PREFERENCES + '[[path]]\nstate = "c"', "state 'c'"),
        (
            HEAD
            + 'states = ["x", "y"]\n[moves.A]\nx = ["z"]\n'
            + PREFERENCES.replace("statements", "ranking")
            .replace('["a"]', '["x", "y"]')
            .replace('["b"]', '["x", "y"]'),
            "state 'z'",
        ),
    ],
)
def test_bad_files(text, match):
    with pytest.raises((InputError, UnknownNameError, CaseError, NegotiateError), match=match):
        loads(text)


def test_the_command_line_answers_with_every_state(tmp_path):
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "negotiate", "solve", "elmira", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    by = {item["concept"]: item for item in answer["solutions"]}
    assert set(by) == {
        "nash_stability",
        "general_metarational",
        "symmetric_metarational",
        "sequential_stability",
    }
    assert [p["label"] for p in by["nash_stability"]["points"]] == ["5", "8", "9"]
    assert by["sequential_stability"]["states"]["2"]["stable"] == {
        "MoE": True,
        "Uniroyal": False,
        "Local government": True,
    }
    assert answer["players"] == ["MoE", "Uniroyal", "Local government"]


def test_a_gmcr_file_is_opened_like_any_other(tmp_path):
    from negotiate.graphmodel.gmcr import write_text

    path = tmp_path / "cuba.gmcr"
    path.write_text(write_text(ng.open("cuba-1962-options")), encoding="utf-8")
    model = ng.open(path)
    found = declare.concept_named("sequential_stability")(model)
    assert [point.label for point in found.points] == ["5", "7"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_views(path):
    model = open_file(path).game()
    assert model.title.split(",")[0] in model.text()
    assert "<table" in model.html() or len(model.states) > 40
    svg = model.figure()
    assert svg.startswith("<svg") and "sequential" in svg.lower()
    assert svg == model.figure()


def test_labels_from_files_are_escaped():
    text = HEAD.replace('"X"', '"<script>x</script>"') + OPTIONS + PREFERENCES
    model = loads(text.replace('owner = "A"', 'owner = "A"\nname = "<img src=x>"')).game()
    for shown in (model.html(), model.figure()):
        assert "<script" not in shown and "<img" not in shown


JUNK = [None, True, -1, 3, 0.5, "x", "", "a and (", [], {}, [[]], ["a", "a"], {"x": 1}, "Y" * 50]


def _spots(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from _spots(value[key], (*path, key))
    elif isinstance(value, list):
        for k in range(len(value)):
            yield from _spots(value[k], (*path, k))


@pytest.mark.parametrize("stem", ["elmira", "idlib-2020-graph"])
def test_any_part_replaced_by_junk_is_refused_or_read(stem):
    """Every place of a file in turn holds every kind of junk: an error of ours, or a model."""
    path = next(path for path in FILES if path.stem == stem)
    base = tomllib.loads(path.read_text(encoding="utf-8"))
    base.pop("source")
    tried = 0
    for spot in _spots(base):
        for junk in JUNK if spot else ():
            data = copy.deepcopy(base)
            place = data
            for step in spot[:-1]:
                place = place[step]
            place[spot[-1]] = junk
            tried += 1
            with contextlib.suppress(NegotiateError):
                assert from_dict(data).game().states
    assert tried > 500


def test_an_unknown_key_is_shown_with_its_line_and_what_was_meant(tmp_path):
    """Whatever the kind of file: the schema's finding is that of a case file."""
    path = tmp_path / "b.toml"
    path.write_text(
        'format = 1\nkind = "graph"\nid = "b"\ntitle = "b"\nplayers = ["A"]\n'
        '[[option]]\nid = "strike"\nowner = "A"\ndirektion = "forward"\n'
        '[preferences.A]\nstatements = ["strike"]\n'
    )
    with pytest.raises(CaseError) as caught:
        ng.open(path)
    said = str(caught.value)
    assert f"{path}:9:1: error: option[strike].direktion: unknown key 'direktion'" in said
    assert "did you mean 'direction'?" in said
    with pytest.raises(CaseError, match="unknown key 'direktion'; allowed: direction"):
        loads(path.read_text())


@pytest.mark.parametrize("ask", ["inverse", "robustness", "write_text"])
def test_unknown_preferences_are_refused_with_what_to_do(ask):
    from negotiate import graphmodel
    from negotiate.graphmodel import gmcr

    model = graphmodel.option_model(
        ["A"],
        [graphmodel.Option("x", owner="A")],
        preferences={"A": {"pairs": [], "rest": "unknown"}},
    )
    calls = {
        "inverse": lambda: graphmodel.inverse(model, "x"),
        "robustness": lambda: graphmodel.robustness(model),
        "write_text": lambda: gmcr.write_text(model),
    }
    with pytest.raises(NegotiateError, match=r"no ranking; allowed: .*; "):
        calls[ask]()

"""Files of GMCR+: stored answers of its open implementation, what lies, what goes back."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from negotiate.errors import CaseError, FileFormatError, NegotiateError, NotApplicableError
from negotiate.graphmodel._definition import Rules
from negotiate.graphmodel._engine import table
from negotiate.graphmodel.build import option_model, payoff_model
from negotiate.graphmodel.gmcr import read, read_text, write_text
from negotiate.graphmodel.model import Option
from negotiate.graphmodel.simultaneous import stable_for
from tests.graphmodel.models import option_models

SYRIA_IRAQ: dict[str, Any] = {
    "options": [
        {"name": n, "permittedDirection": "both"} for n in ("Release", "Escalate", "Attack")
    ],
    "decisionMakers": [
        {
            "name": "Syria",
            "options": [0, 1],
            "preferences": [[[0, "N"], [1, "N"], [2, "N"]], [[1, "Y"]], [[2, "N"]], [[0, "N"]]],
        },
        {
            "name": "Iraq",
            "options": [2],
            "preferences": [
                [[0, "Y"], [1, "N"], [2, "N"]],
                [[0, "N"], [1, "N"], [2, "Y"]],
                [[0, "N"], [1, "Y"], [2, "Y"]],
                [[0, "N"], [1, "N"], [2, "N"]],
                [[0, "Y"], [1, "N"], [2, "Y"]],
            ],
        },
    ],
    "infeasibles": [[[0, "Y"], [1, "Y"]]],
    "useManualPreferenceVectors": False,
}
"""The Euphrates crisis of 1975, as gmcr-py ships it; its stored answers follow."""


def changed(**more):
    data = json.loads(json.dumps(SYRIA_IRAQ))
    for key, value in more.items():
        data[key] = value
    return data


def test_stored_answers_of_the_open_implementation():
    model = read_text(json.dumps(SYRIA_IRAQ))
    by = {
        "nash": Rules("none"),
        "gmr": Rules("moves"),
        "seq": Rules("improvements"),
        "smr": Rules("moves", counter=True),
    }
    found = {name: (table(model, rules).equilibria + 1).tolist() for name, rules in by.items()}
    assert found == {"nash": [6], "gmr": [1, 6], "seq": [6], "smr": [6]}
    alone = [(i,) for i in range(len(model.players))]
    assert np.flatnonzero(stable_for(model, alone).all(axis=0)).tolist() == [5]


def test_misperceived_states_are_not_moved_to_or_from():
    data = changed()
    data["decisionMakers"][0]["misperceptions"] = [[[0, "Y"], [1, "N"]]]
    model = read_text(json.dumps(data))
    hidden = {s for s in range(6) if model.taken(s)[0]}
    arcs = model.moves[0]
    assert not hidden & (set(arcs.start.tolist()) | set(arcs.end.tolist()))
    assert model.extra["misperceived"] == {"Syria": ["2", "5"]}


def test_rankings_by_number_and_ties():
    data = changed(useManualPreferenceRanking=True)
    for maker in data["decisionMakers"]:
        maker["preferenceRanking"] = [6, [1, 2], 5, [4, 3]]
    model = read_text(json.dumps(data))
    assert model.preferences[0].order() == [[5], [0, 1], [4], [2, 3]]


def test_a_file_that_lies_about_its_states():
    data = changed(useManualPreferenceRanking=True)
    data["decisionMakers"][0]["preferenceRanking"] = [1, 2, 2, 7, 3]
    data["decisionMakers"][1]["preferenceRanking"] = [1, 2, 3, 4, 5, 6]
    with pytest.raises(CaseError) as caught:
        read_text(json.dumps(data))
    said = str(caught.value)
    assert "states that do not exist (there are 6): 7" in said
    assert "no preference for states: 4, 5, 6" in said and "twice the states: 2" in said


def test_payoffs_that_contradict_the_preferences():
    data = changed()
    data["decisionMakers"][0]["payoffs"] = [6, 3, 5, 2, 1, 4]
    data["decisionMakers"][1]["payoffs"] = [1, 2, 3]
    with pytest.raises(CaseError, match="3 payoffs for 6 feasible states"):
        read_text(json.dumps(data))
    data["decisionMakers"][1]["payoffs"] = [9, 8, 7, 6, 5, 4]
    with pytest.raises(CaseError, match="Iraq: payoffs and preferences order"):
        read_text(json.dumps(data))


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("{", FileFormatError, "no JSON"),
        ("[]", CaseError, "no JSON object"),
        ("{}", CaseError, "'options' is missing"),
        (json.dumps(changed(options=[{"name": "x"}])), CaseError, "does not exist"),
        (json.dumps(changed(decisionMakers=[])), CaseError, "belongs to nobody"),
        (json.dumps(changed(infeasibles=[[[9, "Y"]]])), CaseError, "infeasible 1"),
        (json.dumps(changed(infeasibles=[[[0, "Z"]]])), CaseError, "infeasible 1"),
        (json.dumps(changed(coalitions=[[0, 5]])), CaseError, "coalition"),
        ("[" * 100_000, FileFormatError, "deep|no JSON"),
    ],
)
def test_bad_files(text, error, match):
    with pytest.raises(error, match=match):
        read_text(text)


def test_names_twice_get_their_owner_and_quotes_go(tmp_path):
    data = changed()
    data["options"][0]["name"] = data["options"][2]["name"] = "Don't"
    path = tmp_path / "x.gmcr"
    path.write_text(json.dumps(data), encoding="utf-8")
    model = read(path)
    assert [o.id for o in model.options] == ["Don’t (Syria)", "Escalate", "Don’t (Iraq)"]
    assert model.title == "x" and model.options[0].name == "Don't"


@given(option_models())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back_the_same(model):
    again = read_text(write_text(model))
    for rules in (Rules("none"), Rules("improvements"), Rules("moves", counter=True)):
        mine, theirs = table(model, rules).stable, table(again, rules).stable
        order = np.argsort(
            [
                sum(1 << k for k, taken in enumerate(again.taken(s)) if taken)
                for s in range(len(again.states))
            ]
        )
        owners = sorted(
            range(len(model.options)), key=lambda k: model.players.index(model.options[k].owner)
        )
        code = [
            sum(1 << n for n, k in enumerate(owners) if model.taken(s)[k])
            for s in range(len(model.states))
        ]
        assert np.array_equal(mine[:, np.argsort(code)], theirs[:, order])


def test_what_the_format_cannot_hold():
    with pytest.raises(NotApplicableError, match="without options"):
        write_text(payoff_model([[[1, 2]], [[2, 1]]]))
    strong = option_model(["A"], [Option("x", "A")], preferences={"A": {"ranking": "x >> none"}})
    with pytest.raises(NotApplicableError, match="strength"):
        write_text(strong)
    odd = option_model(
        ["A"],
        [Option("x", "A"), Option("y", "A")],
        forbidden=[{"from": "x", "to": "y and not x"}],
        preferences={"A": {"statements": ["x"]}},
    )
    with pytest.raises(NotApplicableError, match="moves of A"):
        write_text(odd)


JUNK = [None, True, -1, 3, 1e400, "x", "", [], {}, [[]], [[0, "Y"]], {"members": [[]]}, "Y" * 50]


def _spots(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from _spots(value[key], (*path, key))
    elif isinstance(value, list):
        for k in range(len(value)):
            yield from _spots(value[k], (*path, k))


@pytest.mark.parametrize("manual", [False, True])
def test_any_part_replaced_by_junk_is_refused_or_read(manual):
    """Every place of a file in turn holds every kind of junk: an error of ours, or a model."""
    base = changed(coalitions=[[0, 1]])
    if manual:
        base["useManualPreferenceRanking"] = True
        for maker in base["decisionMakers"]:
            maker["preferenceRanking"] = [1, 2, [3, 4], 5, 6]
    base["decisionMakers"][0]["misperceptions"] = [[[0, "Y"]]]
    tried = 0
    for path in _spots(base):
        if not path:
            continue
        for junk in JUNK:
            data = json.loads(json.dumps(base))
            place = data
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = junk
            tried += 1
            with contextlib.suppress(NegotiateError):
                assert read_text(json.dumps(data)).states
    assert tried > 500

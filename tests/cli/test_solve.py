"""``negotiate solve`` for every form that a case is compiled into."""

import json

import pytest

from negotiate import declare
from negotiate.cli import main

COMPILED = [name for name in declare.names("game") if name in declare.names("compiles")]
ELSEWHERE = {
    "baron_ferejohn": "quantity.members",
    "extensive": "tree",
    "claims": "claims",
    "strategic": "strategic game",
    "deterrence": "no game of deterrence",  # its numbers fit the other challenger's situation
    "mutual_deterrence": "win_turkey",
    "long_shift": "quantity.war_loss",
}
"""Forms whose numbers the case does not give, and what the error names."""


def run(capsys, *arguments):
    code = main(["solve", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("form", COMPILED)
def test_a_case_is_solved_in_every_form_or_says_what_it_lacks(capsys, form):
    code, out, err = run(capsys, "idlib-2020", "--form", form)
    assert "internal" not in err and "Traceback" not in err
    if form in ELSEWHERE:
        assert code == 2 and out == "" and ELSEWHERE[form] in err
        return
    assert code == 0 and out.strip(), err
    code, out, err = run(capsys, "idlib-2020", "--form", form, "--json")
    document = json.loads(out)
    assert code == 0
    assert any(solution["points"] for solution in document["solutions"])


def test_concepts_that_do_not_apply_are_told_and_left_out(capsys):
    # the parties of the case discount differently, which the set of sustainable payoffs excludes
    code, out, err = run(capsys, "idlib-2020", "--form", "repeated")
    assert code == 0 and "Nash reversion" in out
    assert "sustainable_payoffs does not apply" in err
    # named, it is an error
    code, out, err = run(
        capsys, "idlib-2020", "--form", "repeated", "--concept", "sustainable_payoffs"
    )
    assert code == 2 and out == "" and "discount differently" in err


@pytest.mark.parametrize("form", ["signalling"])
def test_a_form_with_files_of_its_own_is_refused_for_a_case(capsys, form):
    code, out, err = run(capsys, "idlib-2020", "--form", form)
    assert code == 2 and out == "" and f"not compiled into the game {form}" in err
    assert "bargaining" in err and "internal" not in err

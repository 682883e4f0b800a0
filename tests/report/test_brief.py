"""The first page: sentences that turn with their numbers, placebos, the three lengths."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import negotiate as ng
from negotiate import bargaining, declare
from negotiate.case.read import resolve
from negotiate.errors import InputError
from negotiate.report import assemble
from negotiate.report.context import CaseContext
from negotiate.report.placebo import placebo
from negotiate.report.sections import brief
from negotiate.report.writers.html import html

WHICH = "with every lever used"


@pytest.mark.parametrize(
    ("bare", "armed", "levers", "said"),
    [
        (0.2, 0.6, True, "made a deal more necessary"),
        (0.6, 0.2, True, "made a deal less necessary"),
        (0.2, 0.2, True, "hardly changed"),
        (0.0, 0.3, True, "made a deal possible"),
        (-0.1, 0.3, True, "made a deal possible"),
        (0.2, 0.0, True, "no deal makes every side better off"),
        (-0.2, -0.1, True, "no deal makes every side better off"),
        (0.2, 0.2, False, "could make every side better off"),
        (-0.2, -0.2, False, "No deal makes every side better off"),
        (0.0, 0.0, False, "No deal makes every side better off"),
    ],
)
def test_the_sentence_on_room_turns_with_its_numbers(
    bare: float, armed: float, levers: bool, said: str
) -> None:
    assert said in brief.room_sentence(bare, armed, levers, WHICH)


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ({"x": 0.05, "y": 0.01}, "hardly moved"),
        ({"x": 0.05, "y": 0.2}, "without “y”"),
        ({"x": float("nan")}, "not known"),
        ({"x": 0.0}, "hardly moved"),
    ],
)
def test_the_sentence_on_split_turns_with_its_numbers(split: dict[str, float], said: str) -> None:
    assert said in brief.split_sentence(split)


@pytest.mark.parametrize(
    ("middle", "naive", "said"),
    [(0.2, 0.1, "does worse"), (0.1, 0.2, "does better"), (0.1, 0.1, "no better and no worse")],
)
def test_the_sentence_on_the_terms_turns_with_its_numbers(
    middle: float, naive: float, said: str
) -> None:
    assert said in brief.miss_sentence(0.05, middle, 0.3, naive)
    assert "naive" not in brief.miss_sentence(0.05, middle, 0.3, None)


def test_the_sentence_on_placebos_turns_with_its_numbers() -> None:
    assert "weak test" in brief.placebo_sentence(0.9, [])
    assert "sharp test" in brief.placebo_sentence(0.1, [])
    weak = brief.placebo_sentence(0.1, ["Turkey"])
    assert "weak test" in weak and "capitulation by Turkey" in weak


def test_blind_deals_over_a_pie_pass_as_often_as_the_zone_is_long() -> None:
    """A level drawn from [0, 1] lies in [d_a, 1 - d_b] with probability 1 - d_a - d_b."""
    found = placebo(bargaining.divide(1, (0.3, 0.5)), deals=4000)
    assert abs(found.blind - 0.2) < 4 * (0.2 * 0.8 / 4000) ** 0.5
    assert found.giving_in == {"a": False, "b": False}
    easy = placebo(bargaining.divide(1, (0, 0)), deals=100)
    assert easy.blind == 1 and easy.giving_in == {"a": True, "b": True}


@pytest.fixture(scope="module")
def context() -> CaseContext:
    return CaseContext(ng.load("idlib-2020"), draws=60, seed=1)


def test_where_a_lever_tips_agrees_with_its_use(context: CaseContext) -> None:
    game, place = context.threats, 0
    for side, levers in enumerate(game.levers):
        for lever in levers:
            hurt, cost = (-float(game.effects[place][p]) for p in (1 - side, side))
            place += 1
            advantage = float(context.threat_solution[0].facts["advantage"][lever])
            tip = brief.tipping(hurt, cost, advantage)
            assert tip is not None and (hurt > tip) == (lever in context.used), lever


def test_the_brief_stands_alone_and_gives_the_same_bytes_twice(
    context: CaseContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    made = assemble.build(context, length="brief")
    assert [part.key for part in made.sections] == ["brief"]
    assert not made.failures and not assemble.lost(made)
    again = CaseContext(ng.load("idlib-2020"), draws=60, seed=1)
    assert html(made) == html(assemble.build(again, length="brief"))


def test_each_length_holds_the_one_before() -> None:
    names = [set(assemble._of_length(length)) for length in declare.LENGTHS]
    assert names[0] < names[1] < names[2] == set(declare.names("section"))


def test_another_length_is_refused(context: CaseContext) -> None:
    with pytest.raises(InputError, match="brief, standard, full"):
        assemble.build(context, length="long")


@pytest.mark.parametrize("case", ["jet-crisis-2015", "starter", "unsigned", "four"])
def test_a_brief_of_any_case(case: str, tmp_path: Path) -> None:
    path: str | Path = case
    if case == "four":  # principals, of whom two signed
        text = resolve("idlib-2020").read_text(encoding="utf-8")
        path = tmp_path / "four.toml"
        path.write_text(text.replace('role = "third"', 'role = "principal"'), encoding="utf-8")
    elif case != "jet-crisis-2015":
        made = [sys.executable, "-m", "negotiate", "new", "starter"]
        subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
        path = tmp_path / "starter.toml"
        if case == "unsigned":
            text = path.read_text(encoding="utf-8")
            assert "signed = true\n" in text
            path.write_text(text.replace("signed = true\n", ""), encoding="utf-8")
    document = assemble.build(CaseContext(ng.load(path), draws=20), length="brief")
    assert not document.failures
    assert "What the models say" in html(document)


def test_numbers_without_a_source_or_the_word_are_counted(tmp_path: Path) -> None:
    """A third class: neither sourced nor judged; what is computed from others is none of it."""
    idlib = ng.load("idlib-2020")
    whole = " ".join(brief.trust_sentences(CaseContext(idlib, draws=16)))
    assert "neither a source" not in whole
    source = Path(ng.__file__).parents[1] / "games" / "idlib-2020.toml"
    copy = tmp_path / "case.toml"
    text = source.read_text(encoding="utf-8")
    start = text.index("[quantity.reputation_peace]")

    def bare_of(rest: str) -> str:
        for line in ('source = ["F33", "F49"]', "judgement = true"):
            assert line in rest
            rest = rest.replace(line, "", 1)
        return rest

    copy.write_text(text[:start] + bare_of(text[start:]), "utf-8")
    bare = " ".join(brief.trust_sentences(CaseContext(ng.load(str(copy)), draws=16)))
    assert "1 has neither a source nor the word judgement" in bare

"""The standard report: eight chapters within their measure, for every case and a new one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import negotiate as ng
from negotiate.errors import CaseError
from negotiate.report import assemble, history
from negotiate.report.blocks import Figure
from negotiate.report.context import CaseContext
from negotiate.report.effects import ScenarioEffect
from negotiate.report.sections import agreement, cards, holding, scenarios, trust, why_no_war
from negotiate.report.writers.markdown import markdown

GAMES = Path(ng.__file__).parents[1] / "games"
CHAPTERS = [
    "dispute", "agreement", "cards", "why_no_war", "holding", "scenarios", "trust", "afterwards",
]  # fmt: skip
WORDS, FIGURES = 3500, 8


def words(text: str) -> int:
    """Words of a text in Markdown, those of tables and captions included; marks are none."""
    return sum(any(c.isalnum() for c in word) for word in text.replace("|", " ").split())


def body(document: assemble.Document) -> str:
    """The text without the list of references, links taken off."""
    import re
    from dataclasses import replace

    kept = tuple(s for s in document.sections if s.key != "references")
    text = markdown(replace(document, sections=kept), "f")[0]
    text = re.sub(r"!\[[^\]]*\]\(<[^>]*>\)", "", text)  # what a figure shows is its caption's
    return re.sub(r"\]\(#[^)]*\)|<a [^>]*>|</?\w+>", "", text)


@pytest.mark.parametrize(
    "case",
    ["idlib-2020", "jet-crisis-2015", "black-sea-grain-2022", "cyprus-2017", "nile-dam-2020",
     "starter"],
)  # fmt: skip
def test_eight_chapters_within_their_measure(case: str, tmp_path: Path) -> None:
    path: str | Path = case
    if case == "starter":
        made = [sys.executable, "-m", "negotiate", "new", "starter"]
        subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
        path = tmp_path / "starter.toml"
    document = assemble.build(CaseContext(ng.load(path), draws=32), length="standard")
    assert not document.failures
    keys = [s.key for s in document.sections]
    assert [k for k in keys if k in CHAPTERS] == CHAPTERS
    assert all(s.blocks for s in document.sections)
    assert words(body(document)) <= WORDS
    assert sum(isinstance(b, Figure) for b in document.blocks()) <= FIGURES


@pytest.mark.parametrize(
    ("hurt", "cost", "gain", "used", "said"),
    [
        (0.3, 0.1, 0.1, True, "Used"),
        (0.3, 0.1, -0.1, False, "more than better terms bring"),
        (0.0, 0.1, -0.05, False, "takes nothing"),
        (-0.1, 0.1, -0.1, False, "takes nothing"),
        (0.0, 0.0, 0.0, False, "takes nothing"),
    ],
)
def test_a_card_turns_with_its_numbers(
    hurt: float, cost: float, gain: float, used: bool, said: str
) -> None:
    assert said in cards.theory(hurt, cost, gain, used, 0.3)


def test_a_claim_turns_with_its_numbers() -> None:
    assert "Right" in cards.claim("So it is.", 0.7, True)
    assert "Wrong" in cards.claim("So it is.", 0.2, False)


@pytest.mark.parametrize(
    ("chances", "tail", "said"),
    [
        ([], 0.0, "None"),
        ([0.0], 0.0, "No model expects war"),
        ([0.0], 0.2, "worst twentieth it reaches 20"),
        ([0.1, 0.2], 0.3, "less likely end"),
        ([0.1, 0.7], 0.9, "Not every model saw peace"),
    ],
)
def test_the_finding_on_war_turns_with_its_numbers(
    chances: list[float], tail: float, said: str
) -> None:
    assert said in why_no_war.finding(chances, 3, tail)


@pytest.mark.parametrize(
    ("middle", "base", "said"),
    [(0.5, 0.7, "less than"), (0.8, 0.7, "more than"), (0.7, 0.7, ", as "), (0.5, None, "chance")],
)
def test_the_sentence_on_holding_turns(middle: float, base: float | None, said: str) -> None:
    assert said in holding.holds((0.1, middle, 0.9), base, "month")


def test_two_models_that_differ_say_why() -> None:
    """Enforcement keeps a side honest, the game over time does not: one sentence names why."""
    assert "differ in that promise" in holding.two_models(["A", "B"], [1.0, 1.0], [0.3, 0.1])
    assert "agree" in holding.two_models(["A", "B"], [1.0, 1.0], [1.0, 0.95])


@pytest.mark.parametrize(
    ("change", "said"), [(0.2, "gained"), (-0.2, "lost"), (0.0, "No scenario moves")]
)
def test_the_finding_on_scenarios_turns(change: float, said: str) -> None:
    effect = ScenarioEffect("A patient side", {"bargaining.zone": (change, change, change)})
    assert said in scenarios.finding((effect,), "bargaining.zone")


def test_the_reach_of_the_ranges_turns() -> None:
    assert "No combination" in trust.reach_sentence(0.0, "Front line", 0.4, 100)
    assert "In 20" in trust.reach_sentence(0.2, "Front line", 0.1, 100)


def test_nothing_left_on_the_table_is_said() -> None:
    context = CaseContext(ng.load("idlib-2020"), draws=8)
    assert "Nothing was left" in agreement.left_over(context, 0.0, None)
    swap = agreement.improvement(context)
    assert swap is not None and "The swap" in agreement.left_over(context, 0.08, swap)


def test_the_swap_leaves_both_better_off_by_the_loss() -> None:
    """By the definition: the terms found give both the largest equal gain over the signed deal."""
    context = CaseContext(ng.load("idlib-2020"), draws=8)
    swap = agreement.improvement(context)
    assert swap is not None
    gains = np.sum(list(swap.changes.values()), axis=0)
    assert np.allclose(gains, float(context.signed.loss), atol=2e-3)


def test_scores_are_proper() -> None:
    """The expected score of a chance p of an event of chance q is least at p = q."""
    q, grid = 0.3, np.linspace(0, 1, 101)
    expected = [q * history.brier(p, True) + (1 - q) * history.brier(p, False) for p in grid]
    assert grid[int(np.argmin(expected))] == pytest.approx(q)
    draws = np.random.default_rng(0).random(4000)  # E|X - 1/2| - E|X - X'|/2 = 1/4 - 1/6
    assert history.crps(draws, 0.5) == pytest.approx(1 / 12, abs=0.01)


def test_what_history_did_names_a_lever_once_and_is_read(tmp_path: Path) -> None:
    case = ng.load("idlib-2020")
    assert {item.lever for item in case.case.observed} == set(case.levers)
    text = (GAMES / "cyprus-2017.toml").read_text(encoding="utf-8")
    for wrong in ('lever = "none-such"', 'lever = "drilling"\nmove = "both"', ""):
        copy = tmp_path / "wrong.toml"
        extra = f'\n[[observed]]\n{wrong}\ntext = "x"\nsource = ["M31"]\n'
        copy.write_text(text + extra, encoding="utf-8")
        with pytest.raises(CaseError, match="observed"):
            ng.load(copy)

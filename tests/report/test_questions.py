"""The sections that answer what-if questions: same seed, same bytes; numbers that can be redone."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import negotiate as ng
from negotiate.report import assemble
from negotiate.report.blocks import Figure, Paragraph, Table
from negotiate.report.context import CaseContext
from negotiate.report.writers.html import html
from negotiate.whatif import metric
from negotiate.whatif.study.design import Sobol

MINE = ("drivers", "counterfactuals", "breaking", "robustness", "inverse")


@pytest.fixture(scope="module")
def idlib():
    return ng.load("idlib-2020")


@pytest.fixture(scope="module")
def context(idlib):
    return CaseContext(idlib, draws=300, seed=5)


@pytest.fixture(scope="module")
def document(context):
    return assemble.build(context, only=MINE)


def _section(document, name):
    return next(section for section in document.sections if section.key == name)


def test_all_are_made(document):
    assert not document.failures
    assert [section.key for section in document.sections] == [
        "counterfactuals",
        "drivers",
        "breaking",
        "robustness",
        "inverse",
    ]
    for section in document.sections:
        assert any(isinstance(block, Paragraph) for block in section.blocks)
        assert any(isinstance(block, Table) for block in section.blocks)
        assert any(isinstance(block, Figure) for block in section.blocks)


def test_the_same_seed_gives_the_same_bytes(idlib, document, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    names = ("counterfactuals", "inverse")
    pages = [
        html(assemble.build(CaseContext(idlib, draws=100, seed=seed), only=names))
        for seed in (2, 2, 3)
    ]
    assert pages[0] == pages[1] != pages[2]


def test_counterfactual_medians_are_those_of_paired_draws(idlib, context, document):
    table = next(b for b in _section(document, "counterfactuals").blocks if isinstance(b, Table))
    lever = context.questions.held[0]
    name = context.questions.headline
    pair = [
        ng.study(case, [name], Sobol(300, 5)).metric(name)
        for case in (idlib, idlib.with_value(f"lever.{lever}.available", False))
    ]
    assert table.rows[0][3] == pytest.approx(float(np.median(pair[1] - pair[0])))


def test_claims_are_counted_over_the_study(idlib, context):
    asked = context.questions
    for item in asked.stated:
        values = ng.study(idlib, [item.metric], Sobol(300, 5)).metric(item.metric)
        assert asked.values(item.metric) == pytest.approx(values)
    shares = [asked.holds(item).mean() for item in asked.open_claims]
    assert all(0.01 <= share <= 0.99 for share in shares)


def test_a_box_is_denser_than_the_whole(context):
    for item in context.questions.open_claims:
        box = context.questions.box(item).box()
        assert box.density > box.base_rate


def test_the_bargaining_weight_is_the_metric(idlib, document):
    weight = metric.number(idlib.floats(), "deal.weight.low")
    words = " ".join(
        str(b.text) for b in _section(document, "inverse").blocks if isinstance(b, Paragraph)
    )
    assert f"were {weight:.2f}" in words


def test_no_path_is_left_in_the_text(document):
    """Readers see words: no dotted path of the case in any paragraph."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                assert not re.search(
                    r"\b(lever|weight|ideal|branch|quantity)\.\w+", str(block.text)
                )


def test_a_case_without_a_signed_deal(tmp_path: Path):
    source = Path(ng.__file__).parents[1] / "games" / "idlib-2020.toml"
    copy = tmp_path / "case.toml"
    copy.write_text(re.sub(r"(?m)^signed = true.*$", "signed = false", source.read_text()))
    context = CaseContext(ng.load(str(copy)), draws=100)
    found = assemble.build(context, only=("drivers", "breaking", "robustness", "inverse"))
    assert not found.failures
    assert "inverse" not in [section.key for section in found.sections]
    # the deal on the table is judged in its place: its claims can be asked
    assert not any("cannot be asked" in str(b) for b in _section(found, "robustness").blocks)

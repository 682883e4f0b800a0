"""Assembly: order, conditions, broken sections, files written whole, the same bytes twice."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from negotiate import declare
from negotiate.errors import InputError, UnknownNameError
from negotiate.report import assemble as _assemble
from negotiate.report import blocks as b
from negotiate.report.writers.html import html
from tests.report.sample import document

CONTEXT: Any = SimpleNamespace(
    case=None, title="A <case>", subtitle="", facts=[("Seed", 1)], seed=1, draws=10
)


def section(
    order: float, *blocks: Any, applies: bool = True, error: Exception | None = None
) -> Any:
    def make(context: Any) -> list[Any]:
        if error is not None:
            raise error
        return list(blocks)

    return declare.ReportSection("", f"T{order}", order, lambda c: applies, make)


def test_sections_come_in_order_and_only_where_they_apply() -> None:
    made = _assemble.build(
        CONTEXT,
        sections={
            "z": section(1),
            "a": section(2),
            "b": section(1),
            "c": section(0, applies=False),
        },
    )
    assert [part.key for part in made.sections] == ["b", "z", "a"]
    assert made.status == 0 and made.failures == ()


def test_a_broken_section_costs_only_itself() -> None:
    made = _assemble.build(
        CONTEXT,
        sections={
            "a": section(1, b.Paragraph("here")),
            "bad": section(2, error=ValueError("<why>")),
            "c": section(3, b.Paragraph("there")),
        },
    )
    page = html(made)
    assert made.status == 1 and made.failures == (("T2", "ValueError: <why>"),)
    assert "here" in page and "there" in page and "&lt;why&gt;" in page
    assert page.count('class="callout error"') == 1


@pytest.mark.parametrize(
    "bad",
    ["not a block", None, b.Figure("<svg", "", ""), b.Paragraph(object())],  # type: ignore[arg-type]
)
def test_a_block_that_cannot_be_set_is_its_sections_fault(bad: Any) -> None:
    made = _assemble.build(
        CONTEXT, sections={"a": section(1, b.Paragraph("x"), bad), "b": section(2)}
    )
    if isinstance(bad, b.Paragraph):  # an odd text is shown as its words
        assert made.status == 0
    else:
        assert [name for name, _ in made.failures] == ["T1"]
        assert len(made.sections) == 2
    html(made)


def test_a_section_without_its_contract_is_named() -> None:
    made = _assemble.build(CONTEXT, sections={"odd": SimpleNamespace(), "b": section(2)})
    assert made.failures[0][0] == "odd" and made.status == 1


def test_a_section_that_cannot_be_imported_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(floor: str, name: str) -> Any:
        if name == "bad":
            raise declare.BrokenPluginError("report/bad.py cannot be imported: x")
        return section(1)

    monkeypatch.setattr(declare, "names", lambda role: ("bad", "good"))
    monkeypatch.setattr(declare, "load", load)
    made = _assemble.build(CONTEXT)
    assert [name for name, _ in made.failures] == ["bad"] and len(made.sections) == 2


def test_a_section_that_does_not_exist_is_the_callers_error() -> None:
    with pytest.raises(UnknownNameError):
        _assemble.build(CONTEXT, only=["no-such-section"])


@pytest.mark.parametrize("suffix", ["html", "md", "pdf"])
def test_two_runs_give_the_same_files(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if suffix == "pdf":
        pytest.importorskip("typst")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1583366400")
    parts = {"a": section(1, *document().sections[0].blocks)}
    runs = []
    for run in ("one", "two"):
        files = _assemble.write(
            _assemble.build(CONTEXT, sections=parts), tmp_path / run / f"r.{suffix}"
        )
        runs.append({path.name: path.read_bytes() for path in files})
    assert runs[0] == runs[1] and len(runs[0]) == (3 if suffix == "md" else 1)
    assert not list(tmp_path.rglob("*.part"))


def test_only_the_time_of_computation_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = []
    for when in ("0", "86400"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", when)
        pages.append(html(_assemble.build(CONTEXT, sections={"a": section(1)})).splitlines())
    differing = [pair for pair in zip(*pages) if pair[0] != pair[1]]
    assert len(differing) == 1 and "Time of computation" in differing[0][0]


def test_an_unknown_suffix_and_a_bad_epoch_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"allowed: \.html, \.md, \.pdf"):
        _assemble.write(document(), tmp_path / "r.docx")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
        _assemble.timestamp()


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.html"
    path.write_text("old")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        _assemble.write(document(), path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_stale_figures_of_an_earlier_run_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "r_figures"
    folder.mkdir()
    (folder / "figure-99.svg").write_text("old")
    (folder / "mine.txt").write_text("keep")
    _assemble.write(document(), tmp_path / "r.md")
    assert sorted(p.name for p in folder.iterdir()) == ["figure-1.svg", "figure-2.svg", "mine.txt"]

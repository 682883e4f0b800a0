"""``negotiate new``: the starter is valid as written, answers questions, and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import negotiate as ng
from negotiate.cli import main


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_starter_has_no_findings(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "river-of-ours"]) == 0
    assert capsys.readouterr().out.strip() == "river-of-ours.toml"
    assert ng.check(here / "river-of-ours.toml") == []
    case = ng.load(here / "river-of-ours.toml")
    assert (case.id, case.title) == ("river-of-ours", "River of ours")
    text = (here / "river-of-ours.toml").read_text()
    assert "NAME" not in text and "TITLE" not in text
    assert text.count("?") > 10 and "negotiate check river-of-ours.toml" in text


def test_the_starter_solves_and_reports(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "x.toml", "--title", 'A "river" of \\ two']) == 0
    assert ng.load("x.toml").title == 'A "river" of \\ two'
    assert main(["whatif", "x.toml"]) == 0
    assert "every direction was as expected" in capsys.readouterr().out
    assert main(["report", "x.toml", "-o", "x.html", "--draws", "200"]) == 0
    assert "error" not in capsys.readouterr().err
    assert (here / "x.html").stat().st_size > 50_000


def test_nothing_is_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mine.toml").write_text("precious")
    assert main(["new", "mine"]) == 2
    assert "mine.toml: the file exists" in capsys.readouterr().err
    assert (here / "mine.toml").read_text() == "precious"


def test_a_name_that_is_no_id(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "My Case"]) == 2
    assert "try: negotiate new my-case" in capsys.readouterr().err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("source", ["idlib-2020", "chicken"])
def test_a_copy_loads_under_its_own_id(here: Path, source: str) -> None:
    assert main(["new", "sub/other", "--from", source, "--title", "Another"]) == 0
    ours = ng.open(here / "sub" / "other.toml")
    if source == "chicken":
        text = (here / "sub" / "other.toml").read_text()
        assert 'id = "other"' in text and 'title = "Another"' in text
        return
    theirs = ng.load(source)
    assert (ours.id, ours.title) == ("other", "Another")
    assert {p: ours.value(p) for p in ours.paths} == {p: theirs.value(p) for p in theirs.paths}


def test_a_broken_case_is_not_copied(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.toml").write_text('format = 1\nkind = "negotiation"\nid = "bad"\n')
    assert main(["new", "good", "--from", "bad.toml"]) == 2
    assert "'party' is missing" in capsys.readouterr().err
    assert not (here / "good.toml").exists()


def test_slips_of_a_first_hour_are_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "river"]) == 0
    capsys.readouterr()
    assert main(["check", "rivr.toml"]) == 2
    assert "did you mean 'river.toml'?" in capsys.readouterr().err
    assert main(["solve", "river.toml", "--concept", "nash"]) == 2
    assert "did you mean 'nash_bargaining'" in capsys.readouterr().err
    text = (here / "river.toml").read_text()
    (here / "comma.toml").write_text(text.replace("value = 0.6,", "value = 0,6,"))
    assert main(["check", "comma.toml"]) == 2
    assert "a decimal has a point: 0.6, not 0,6" in capsys.readouterr().err
    assert main(["report", "river.toml", "-o", "river.docx"]) == 2
    said = capsys.readouterr().err  # before a section is made, not after
    assert "--out: 'river.docx'; allowed: .html, .md, .pdf" in said and "Summary" not in said

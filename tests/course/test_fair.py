"""Fair marks: nobody loses by another's act, nobody gains by copying or by zeros."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from negotiate.course import drawing, feedback, reader, submission, webpage
from negotiate.course.build import build
from negotiate.course.collecting import owner_of
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from negotiate.course.grading import Graded, Report, grade, mark_all
from negotiate.course.kinds import NotReadable, read_number
from negotiate.course.submission import Submission, write_answers
from tests.course.conftest import KEY, hand_in, right_answers

CLASS = ["ann", "benjamin", "cara"]
NAMES = {"ann": "Ann Lee", "benjamin": "Benjamin Okoro", "cara": "Cara de Souza"}


@pytest.fixture(scope="module")
def variants(chicken: Exercise) -> dict[str, Variant]:
    return drawing.assign(chicken, CLASS, KEY)


def run(folder: Path, chicken: Exercise, **more: Any) -> dict[str, Graded]:
    report = grade(folder, {chicken.id: chicken}, CLASS, KEY, **more)
    return {g.student: g for g in report.graded} | {"report": report}  # type: ignore[dict-item]


def test_a_file_in_my_name_from_a_neighbours_folder_changes_nothing(
    tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    hand_in(tmp_path, variants["benjamin"], right_answers(variants["benjamin"]))
    forged = write_answers("chicken-commitment", "benjamin", "", {"press": "1/2"})
    place = tmp_path / "ann" / "benjamin_chicken-commitment.answers.toml"
    place.parent.mkdir()
    place.write_text(forged)
    os.utime(place, (4e9, 4e9))
    found = run(tmp_path, chicken)
    assert found["benjamin"].points == 13
    assert found["ann"].status == "refused"


def test_in_a_download_without_ids_the_stamp_decides(
    tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    """Folders that name nobody on the list: an unstamped claim is listed and not counted."""
    for number, student in enumerate(CLASS):
        place = hand_in(tmp_path, variants[student], right_answers(variants[student]))
        folder = tmp_path / f"Participant {number}_4711_assignsubmission_file_"
        place.parent.rename(folder)
        extra = write_answers("chicken-commitment", "cara", "", {"press": "1/2"})
        (folder / "cara.toml").write_text(extra)
        os.utime(folder / "cara.toml", (4e9, 4e9))
    found = run(tmp_path, chicken)
    assert all(found[student].points == 13 for student in CLASS)
    report: Report = found["report"]  # type: ignore[assignment]
    told = [said for *_, said in report.lines if said.startswith("not counted")]
    assert len(told) == 3


def test_a_stolen_stamp_costs_its_owner_nothing(
    tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    good = hand_in(tmp_path, variants["cara"], right_answers(variants["cara"]))
    good.parent.rename(tmp_path / "Someone_1_assignsubmission_file_")
    bad = hand_in(tmp_path, variants["cara"], {"press": "1/2"})
    os.utime(bad, (4e9, 4e9))
    bad.parent.rename(tmp_path / "Other_2_assignsubmission_file_")
    found = run(tmp_path, chicken)
    assert found["cara"].points == 13
    assert any("conflict" in remark for remark in found["cara"].remarks)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("Ann Lee_4711_assignsubmission_file_/benjamin_x.toml", "ann"),
        ("Cara de Souza_9_assignsubmission_file_/x.toml", "cara"),
        ("leeann_4711_90001_x.toml", "ann"),
        ("desouzacara_late_4711_90001_x.toml", "cara"),
        ("Nobody Known_9_assignsubmission_file_/ann/x.toml", ""),
        ("ann/benjamin/cara_x.toml", "ann"),
    ],
)
def test_the_outermost_part_decides(path: str, owner: str) -> None:
    assert owner_of(path, CLASS, NAMES) == owner


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("\N{MINUS SIGN}0.271", "-0.271"),
        ("0,75", "0.75"),
        ("75 %", "0.75"),
        ("3 1/2", "3.5"),
        ("\N{VULGAR FRACTION ONE HALF}", "0.5"),
        ("3\N{VULGAR FRACTION ONE HALF}", "3.5"),
        ("1.5e-3", "0.0015"),
        ("1.5 \N{MULTIPLICATION SIGN} 10^-3", "0.0015"),
        ("0,001", "0.001"),
        ("-2 1/4", "-2.25"),
    ],
)
def test_numbers_as_people_write_them(written: str, value: str) -> None:
    assert read_number(written) == Fraction(value)


def test_a_thousand_or_a_thousandth_is_asked_not_guessed() -> None:
    with pytest.raises(NotReadable, match="may be"):
        read_number("1,234")


def test_one_bad_character_costs_no_other_answer(
    tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    variant = variants["ann"]
    path = hand_in(tmp_path, variant, right_answers(variant))
    text = path.read_text()
    worth = float(variant.world.correct(chicken.question[2]))
    comma = f"{worth:.4f}".replace(".", ",")
    lines = [f"worth = {comma}" if x.startswith("worth =") else x for x in text.splitlines()]
    path.write_text("\n".join(lines) + "\n")
    found = run(tmp_path, chicken)["ann"]
    assert found.points == 13 and "no valid TOML" in " ".join(found.remarks)


def test_files_that_are_no_answers_are_told(tmp_path: Path, chicken: Exercise) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "homework.pdf").write_bytes(b"%PDF")
    report: Report = run(tmp_path, chicken)["report"]  # type: ignore[assignment]
    assert "no answers file (.pdf)" in report.lines[0][3]
    assert "homework.pdf" in feedback.page(report, "ann", "score")


def test_an_answers_file_saved_as_text_counts(
    tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    path = hand_in(tmp_path, variants["ann"], right_answers(variants["ann"]))
    path.rename(path.with_name(path.name + ".txt"))
    assert run(tmp_path, chicken)["ann"].points == 13


def test_zeros_earn_nothing_and_neither_do_ends(chicken: Exercise) -> None:
    """Nothing follows from an earlier answer that needs no work."""
    variant = drawing.first(chicken, "ann", KEY)
    fair, lose = variant.world["fair"], variant.world["lose"]
    for press, worth in ((0, fair), (1, lose)):
        entries = {"press": Fraction(press), "worth": worth}
        marks = mark_all(chicken, variant, Submission(chicken.id, "ann", "", entries), KEY, None)
        assert sum(m.points for m in marks) == 0, (press, [m.status for m in marks])


def test_what_follows_from_a_classmates_answer_earns_nothing(
    tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]
) -> None:
    theirs = right_answers(variants["benjamin"])
    hand_in(tmp_path, variants["benjamin"], theirs)
    hand_in(tmp_path, variants["ann"], {k: theirs[k] for k in ("press", "worth", "gain")})
    found = run(tmp_path, chicken)
    follows = [m for m in found["ann"].marks if m.status == "follows"]
    assert not follows
    assert any("benjamin" in note for note in found["ann"].noted)
    report: Report = found["report"]  # type: ignore[assignment]
    assert "benjamin" not in feedback.page(report, "ann", "full")


def test_a_neighbours_choice_is_no_option_of_mine(variants: dict[str, Variant]) -> None:
    from negotiate.course.package import decoded, option_codes

    why = variants["ann"].exercise.question[-1]
    mine, theirs = (option_codes(why, variants[s]) for s in ("ann", "benjamin"))
    assert set(mine.values()) != set(theirs.values())
    assert decoded(why, variants["ann"], mine["visible"]) == "visible"
    assert decoded(why, variants["ann"], "visible") == "(visible)"


def test_building_again_takes_nobodys_work(tmp_path: Path, chicken: Exercise) -> None:
    build({chicken.id: chicken}, ["ann"], KEY, tmp_path)
    mine = tmp_path / "students" / "ann" / "chicken-commitment.answers.toml"
    mine.write_text(mine.read_text().replace('press = ""', 'press = "1/3"'))
    again = build({chicken.id: chicken}, ["ann", "cara"], KEY, tmp_path)
    assert again.kept == 1 and 'press = "1/3"' in mine.read_text()
    build({chicken.id: chicken}, ["ann", "cara"], KEY, tmp_path, force=True)
    assert 'press = ""' in mine.read_text()


def test_points_by_hand_have_words_and_cuts_are_told(tmp_path: Path, wide: Exercise) -> None:
    variant = drawing.first(wide, "ann", KEY)
    hand_in(tmp_path, variant, {"words": "because"})
    given = {("ann", "wide", "words"): (Fraction(5), "clear & brief <b>")}
    report = grade(tmp_path, {wide.id: wide}, CLASS, KEY, by_hand=given)
    mine = next(g for g in report.graded if g.student == "ann")
    assert mine.points == 1 and any("5 points by hand count as 1" in r for r in mine.remarks)
    page = feedback.page(report, "ann", "hints")
    assert "marked by a person" in page and "You wrote: because" in page
    shown = webpage.html(page, "Feedback")
    assert "clear &amp; brief" in shown and "<b>" not in shown


def test_item_analysis(tmp_path: Path, chicken: Exercise, variants: dict[str, Variant]) -> None:
    for student in CLASS[:2]:
        hand_in(tmp_path, variants[student], right_answers(variants[student]))
    p = variants["cara"].world["p"]
    hand_in(tmp_path, variants["cara"], {"press": str(1 - p)})
    report: Report = run(tmp_path, chicken)["report"]  # type: ignore[assignment]
    row = next(x for x in feedback.tables(report)["items.csv"].splitlines() if ",press," in x)
    # two have all, one a third: mean 7/9; the rest of the marks agree with it in full
    assert row == "chicken-commitment,press,3,3,0.78,1.00,other_strategy,1"


def test_the_last_cell_keeps_what_it_read() -> None:
    cell = {
        "cell_type": "code",
        "source": 'answers["a"] = x / y',
        "outputs": [{"data": {submission.STORED: {"a": "3/4", "b": "no"}}}],
    }
    found = submission._notebook({"cells": [cell], "metadata": {}}, "n.ipynb")
    assert found is not None and found.answers == {"a": "3/4"} and not found.problems


def test_the_package_ships_no_answers() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    wheel = text.split("[tool.hatch.build.targets.wheel")[2]
    assert "notebooks" not in wheel.split("[tool.ruff]")[0]


def test_published_exercises_are_for_practice(tmp_path: Path) -> None:
    assert reader.is_published("chicken-commitment", "chicken-commitment")
    mine = tmp_path / "chicken-commitment.toml"
    mine.write_text(reader.resolve("chicken-commitment").read_text() + "\n# my own\n")
    assert not reader.is_published("chicken-commitment", tmp_path)

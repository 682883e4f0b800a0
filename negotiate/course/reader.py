"""Reading an exercise: a TOML file becomes an `Exercise`, or one error with every finding in it.

Findings come from three places: the format (unknown keys, wrong types), rules over the whole
(names that do not exist, placeholders, kinds of answer and their keys), and a trial: the exercise
is drawn once for an invented student and every answer, mistake and text is computed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from negotiate.case.diagnostics import Finding, place
from negotiate.case.findings import parse_toml
from negotiate.case.read import read_text, schema_findings
from negotiate.course.exercise import Exercise
from negotiate.errors import CaseError, NegotiateError, UnknownNameError

TRIAL_KEY = b"a key for trials, known to all"


def folders() -> tuple[Path, ...]:
    """Folders that hold the exercises shipped with the toolkit."""
    package = Path(__file__).parents[1]
    return tuple(
        f for f in (package / "_course", package.parent / "notebooks" / "course") if f.is_dir()
    )


def exercises(folder: Path | None = None) -> dict[str, Path]:
    """Exercise files by id (the stem of the file), in the order of their names."""
    found: dict[str, Path] = {}
    for place_ in folders() if folder is None else (folder,):
        for path in sorted(place_.rglob("*.toml")):
            if _is_exercise(path):
                found.setdefault(path.stem, path)
    return found


def _is_exercise(path: Path) -> bool:
    """Whether a file says so in its first lines; a broken exercise is still one."""
    with path.open("rb") as stream:
        head = stream.read(4000)
    return b'"exercise"' in head or b"'exercise'" in head


def is_published(exercise: str, course: str | Path = "") -> bool:
    """Whether an exercise stands in a folder of the toolkit, where anybody can read its answers."""
    place = Path(course)
    file = place / f"{exercise}.toml" if place.is_dir() else resolve(course)
    shipped = exercises().get(exercise)
    if shipped is None or not file.is_file():
        return False
    return file.read_bytes() == shipped.read_bytes()


def resolve(exercise: str | Path) -> Path:
    """Path of an exercise given by id or by file name."""
    path = Path(exercise)
    if path.suffix == ".toml" or path.exists():
        return path
    known = exercises()
    if not known:
        raise NegotiateError(
            "the exercises are not part of the installed package, since they hold their answers",
            where=str(exercise),
            remedy="take notebooks/course of the source distribution, and give the folder",
        )
    if str(exercise) not in known:
        raise UnknownNameError("exercise", str(exercise), known)
    return known[str(exercise)]


def findings(text: str, path: str = "exercise.toml") -> tuple[list[Finding], Exercise | None]:
    """Every finding in the text of an exercise, placed; and the exercise where none is an error."""
    from pydantic import ValidationError

    from negotiate.course import rules

    data = parse_toml(text, path)
    out: list[Finding] = []
    exercise = None
    try:
        exercise = Exercise.model_validate(data)
    except ValidationError as error:
        out += schema_findings(error, data, Exercise)
    if exercise is not None:
        out += rules.run(exercise)
        stem = Path(path).stem
        if path != "exercise.toml" and stem != exercise.id:
            out.append(
                Finding(
                    ("id",),
                    f"the id is '{exercise.id}' and the file is '{stem}.toml'",
                    remedy="give both the same name",
                )
            )
        if not any(f.severity == "error" for f in out):
            out += _trial(exercise)
    placed = place(out, text, data, path) if out else []
    return placed, None if any(f.severity == "error" for f in placed) else exercise


def _trial(exercise: Exercise) -> Iterator[Finding]:
    """What only a draw shows: games that cannot be built, answers that cannot be computed."""
    from negotiate.course.trial import attempt

    yield from attempt(exercise, "trial", TRIAL_KEY)


def check(path: str | Path) -> list[Finding]:
    """Every finding in an exercise file; raises only where it cannot be read."""
    found = resolve(path)
    return findings(read_text(found), str(found))[0]


def loads(text: str, path: str = "exercise.toml") -> Exercise:
    """Exercise from its text.

    Raises
    ------
    CaseError
        With every error found, each with line, column and caret.
    """
    found, exercise = findings(text, path)
    if exercise is None:
        raise CaseError(f for f in found if f.severity == "error")
    return exercise


def load(exercise: str | Path) -> Exercise:
    """Exercise from an id or from a file."""
    path = resolve(exercise)
    return loads(read_text(path), str(path))


def load_folder(folder: Path) -> dict[str, Exercise]:
    """All exercises of a folder by id, in the order of the course; every error of every file."""
    found: list[Finding] = []
    out: dict[str, Exercise] = {}
    paths = exercises(folder)
    for path in paths.values():
        items, exercise = findings(read_text(path), str(path))
        found += [f for f in items if f.severity == "error"]
        if exercise is not None:
            out[exercise.id] = exercise
    if found:
        raise CaseError(found)
    if not out:
        near = difflib.get_close_matches("course", [p.name for p in folder.glob("*")], 1)
        raise NegotiateError(
            "no exercise is here",
            where=str(folder),
            allowed='TOML files with kind = "exercise"',
            remedy=f"is it in {near[0]}?" if near else "",
        )
    return dict(sorted(out.items(), key=lambda item: (item[1].order, item[0])))

"""``negotiate course``: exercises with numbers of one's own, built, checked, graded, exported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from negotiate.cli._options import JSON, print_json

program = typer.Typer(
    help="Course exercises: verify, key, build, check, grade, export.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
SHOWN = 40
"""Lines about single files that a terminal shows; all of them stand in files.csv."""
COURSE = Annotated[str, typer.Argument(help="Folder of exercises, an exercise id or a file.")]
CLASS = Annotated[Path, typer.Option("--class", help="CSV with a column 'student' or 'id'.")]
KEY = Annotated[Path, typer.Option("--key", help="File with the course key.")]


def _exercises(course: str) -> dict[str, Any]:
    from negotiate.course import reader

    if Path(course).is_dir():
        return reader.load_folder(Path(course))
    found = reader.load(course)
    return {found.id: found}


@program.command()
def verify(
    exercise: COURSE,
    students: Annotated[int, typer.Option(min=2, max=500, help="Invented students.")] = 50,
) -> None:
    """Show every finding in an exercise, and how often two students share an answer."""
    from negotiate.case.read import read_text
    from negotiate.course import reader
    from negotiate.course import verify as verifying

    folder = Path(exercise)
    paths = (
        list(reader.exercises(folder).values()) if folder.is_dir() else [reader.resolve(exercise)]
    )
    errors = 0
    for path in paths:
        findings, found = reader.findings(read_text(path), str(path))
        for finding in findings:
            typer.echo(str(finding), err=True)
        errors += sum(f.severity == "error" for f in findings)
        if found is not None:
            typer.echo(verifying.text(found, verifying.verify(found, students=students)))
    if errors:
        typer.echo(f"{errors} error{'s' if errors != 1 else ''}", err=True)
        raise typer.Exit(2)


@program.command()
def key(
    file: Annotated[Path, typer.Argument(help="File to write; it must not exist.")],
) -> None:
    """Write a new course key, readable by its owner only. Keep it: every number hangs on it."""
    import secrets

    from negotiate.course.files import write
    from negotiate.errors import InputError

    if file.exists():
        raise InputError("the file exists", where=str(file), remedy="a new key changes all numbers")
    write(file, secrets.token_hex(32) + "\n", mode=0o600)
    typer.echo(f"{file}: a new course key; keep it from students, and keep a copy")


@program.command()
def build(
    course: COURSE,
    class_list: CLASS,
    key_file: KEY,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")],
    hints: Annotated[bool, typer.Option(help="Hints in the notebooks, folded away.")] = True,
    solutions: Annotated[bool, typer.Option(help="Solution sheets for the instructor.")] = True,
    force: Annotated[
        bool, typer.Option("--force", help="Write over students' files that hold work.")
    ] = False,
) -> None:
    """Write a notebook and an answers file for every student and exercise."""
    from negotiate.course import build as building
    from negotiate.course import files

    roster = files.read_class(class_list)
    secret = files.read_key(key_file)
    built = building.build(
        _exercises(course),
        roster.students,
        secret,
        out,
        hints=hints,
        with_solutions=solutions,
        force=force,
        progress=lambda text: typer.echo(text, err=True),
    )
    typer.echo(
        f"{out}: {built.exercises} exercises for {built.students} students, {built.written:,} files"
    )
    if built.kept:
        typer.echo(
            f"{built.kept:,} files hold something else, work perhaps, and were left as they are "
            "(--force writes over them)"
        )
    from negotiate.course import reader

    public = [name for name in _exercises(course) if reader.is_published(name, course)]
    if public:
        typer.echo(
            f"{len(public)} of these exercises are published with their answers: for practice. "
            "For marks that count keep exercises of your own in a private folder"
        )
    typer.echo(f"give each student their folder of {out / 'students'}; keep {out / 'instructor'}")


@program.command()
def solution(
    exercise: Annotated[str, typer.Argument(help="Exercise id or file.")],
    student: Annotated[str, typer.Argument(help="Student id.")],
    key_file: KEY,
    class_list: Annotated[
        Path | None, typer.Option("--class", help="Class list; without it, the first draw.")
    ] = None,
) -> None:
    """Draw one student's numbers again and print the worked solution."""
    from negotiate.course import drawing, files, reader, solutions
    from negotiate.errors import UnknownNameError

    found = reader.load(exercise)
    secret = files.read_key(key_file)
    if class_list is None:
        variant = drawing.first(found, student, secret)
    else:
        students = files.read_class(class_list).students
        if student not in students:
            raise UnknownNameError("student", student, students, where=str(class_list))
        variant = drawing.assign(found, students, secret)[student]
    typer.echo(solutions.sheet(variant))


@program.command()
def check(
    answers: Annotated[Path, typer.Argument(help="Answers file or notebook.")],
    as_json: JSON = False,
) -> None:
    """Say which public checks your answers pass. They are not the grade."""
    from negotiate.course.student import check_file

    checks = check_file(answers)
    if as_json:
        print_json(checks.to_dict())
    else:
        typer.echo(checks.text())
    if any(one.status in ("fails", "unreadable") for one in checks.checks):
        raise typer.Exit(2)


@program.command()
def grade(
    folder: Annotated[Path, typer.Argument(help="Folder of submissions.")],
    course: Annotated[str, typer.Option("--course", help="Folder of exercises, id or file.")],
    class_list: CLASS,
    key_file: KEY,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")],
    level: Annotated[str, typer.Option(help="Feedback: score, hints or full.")] = "hints",
    due: Annotated[str, typer.Option(help="Deadline, such as 2026-12-01T18:00+01:00.")] = "",
    late: Annotated[float, typer.Option(min=0, max=1, help="Share a late answer keeps.")] = 1.0,
    times: Annotated[
        Path | None, typer.Option(help="CSV with file or student, and time of submission.")
    ] = None,
    by_hand: Annotated[
        Path | None, typer.Option(help="by_hand.csv with its points filled in.")
    ] = None,
    percent: Annotated[bool, typer.Option(help="scores.csv from 0 to 100.")] = False,
) -> None:
    """Grade a folder of submissions: read, never run. Every file gets a line."""
    from negotiate.course import collecting, feedback, files, grading, webpage
    from negotiate.errors import UnknownNameError
    from negotiate.numbers.fractions import exact

    if level not in feedback.LEVELS:
        raise UnknownNameError("level", level, feedback.LEVELS, where="--level")
    roster = files.read_class(class_list)
    secret = files.read_key(key_file)
    deadline = collecting.Deadline(
        collecting.moment(due) if due else None, exact(late), _times(times) if times else {}
    )
    earlier = out / "by_hand.csv"
    if by_hand is None and earlier.is_file():
        by_hand = earlier
        typer.echo(f"points and comments of {earlier} are kept", err=True)
    report = grading.grade(
        folder, _exercises(course), roster.students, secret, deadline=deadline,
        by_hand=feedback.read_hand(by_hand) if by_hand else None, names=roster.names,
    )  # fmt: skip
    for folder_ in (out, out / "feedback"):
        folder_.mkdir(parents=True, exist_ok=True)
        folder_.chmod(0o700)
    for name, text in feedback.tables(report, hundred=percent).items():
        files.write(out / name, text, mode=0o600)
    for student in report.students:
        page = feedback.page(report, student, level)
        files.write(out / "feedback" / f"{student}.md", page, mode=0o600)
        shown = webpage.html(page, f"Feedback for {student}")
        files.write(out / "feedback" / f"{student}.html", shown, mode=0o600)
    graded = sum(g.status == "graded" for g in report.graded)
    typer.echo(
        f"{out}: {graded} submissions graded of {len(report.lines)} files, "
        f"{len(report.students)} students"
    )
    told = [
        f"{path}: {said}"
        for path, _, _, said in report.lines
        if not said.startswith(("the notebook of", "graded", "no answers file: "))
        or (said.startswith("graded") and ";" in said)
    ]
    for line in told[:SHOWN]:
        shown = "".join(c if c.isprintable() else " " for c in line)
        typer.echo(f"  {shown[:300]}", err=True)
    if len(told) > SHOWN:
        typer.echo(f"  and {len(told) - SHOWN} more lines in {out / 'files.csv'}", err=True)


def _times(path: Path) -> dict[str, float]:
    from negotiate.course.collecting import moment
    from negotiate.course.files import read_csv

    rows = read_csv(path)
    return {row[0].strip(): moment(row[1]) for row in rows[1:] if len(row) > 1 and row[1].strip()}


@program.command()
def export(
    course: COURSE,
    key_file: KEY,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")],
    to: Annotated[str, typer.Option("--to", help="nbgrader or otter.")] = "nbgrader",
    student: Annotated[
        str, typer.Option(help="Whose numbers everybody gets: these tools know one version.")
    ] = "everybody",
) -> None:
    """Write exercises for nbgrader or Otter-Grader, which grade by running the notebook."""
    from negotiate.case.read import read_text
    from negotiate.course import export as exporting
    from negotiate.course import files, reader

    folder = Path(course)
    known = reader.exercises(folder) if folder.is_dir() else {}
    texts = {}
    for name, exercise in _exercises(course).items():
        path = known.get(name, reader.resolve(course) if not known else folder / f"{name}.toml")
        texts[name] = (exercise, read_text(path))
    for path in exporting.export(texts, files.read_key(key_file), out, to=to, student=student):
        typer.echo(str(path))


@program.command()
def schema(
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File to write.")] = None,
) -> None:
    """Print the JSON Schema of exercise files, written from the models (for editors)."""
    import json

    from negotiate.cli._options import write
    from negotiate.course.exercise import schema as written

    text = json.dumps(written(), indent=2, sort_keys=True) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        write(out, text)

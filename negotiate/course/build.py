"""Building a course: a folder for each student, and one for the instructor alone.

    OUT/students/<student>/<exercise>.{ipynb, answers.toml, public.json}
    OUT/instructor/variants.csv                  whose numbers, with their stamps
    OUT/instructor/solutions/<exercise>/<student>.md

The instructor's folder is readable by its owner only. The same exercises, class and key give the
same bytes. A student's file that is there and says something else (answers, work in a notebook) is
left as it is: building again for a late student takes nobody's work away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from negotiate.course import drawing, files, package, solutions
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise
from negotiate.course.text import shown


@dataclass(frozen=True)
class Built:
    """What was built: where, and how much."""

    folder: Path
    students: int
    exercises: int
    written: int
    kept: int = 0


def build(
    exercises: Mapping[str, Exercise],
    students: Sequence[str],
    key: bytes,
    out: Path,
    *,
    hints: bool = True,
    with_solutions: bool = True,
    force: bool = False,
    progress: Callable[[str], None] = lambda text: None,
) -> Built:
    """Write the folders of a class.

    Parameters
    ----------
    exercises
        Exercises by id, in the order of the course.
    students
        The class list, in its order: see `drawing.assign`.
    key
        The course key; it is written nowhere.
    out
        Where to write.
    hints
        Whether hints stand, folded away, in the notebooks.
    with_solutions
        Whether the instructor's solution sheets are written.
    force
        Whether students' files that say something else are written over.
    progress
        Told of each exercise.
    """
    written = kept = 0
    rows = []
    private = out / "instructor"
    private.mkdir(parents=True, exist_ok=True)
    private.chmod(0o700)
    for exercise in exercises.values():
        progress(f"{exercise.id}: {len(students)} students")
        for variant in drawing.assign(exercise, students, key).values():
            folder = out / "students" / variant.student
            for name, text in student_files(variant, hints=hints).items():
                place = folder / name
                if not force and place.exists() and place.read_bytes() != text.encode():
                    kept += 1
                    continue
                files.write(place, text)
                written += 1
            if with_solutions:
                sheet = private / "solutions" / exercise.id / f"{variant.student}.md"
                files.write(sheet, solutions.sheet(variant), mode=0o600)
                written += 1
            numbers = "; ".join(f"{n} = {shown(v)}" for n, v in variant.numbers())
            rows.append((variant.student, exercise.id, variant.turn, variant.stamp, numbers))
    table = files.csv_text(("student", "exercise", "turn", "stamp", "numbers"), rows)
    files.write(private / "variants.csv", table, mode=0o600)
    return Built(out, len(students), len(exercises), written + 1, kept)


def student_files(variant: Variant, *, hints: bool = True) -> dict[str, str]:
    """The files one student gets for one exercise, by name."""
    stem = variant.exercise.id
    return {
        f"{stem}.ipynb": package.notebook(variant, hints=hints),
        f"{stem}.answers.toml": package.answers_file(variant),
        f"{stem}.public.json": package.public(variant),
    }

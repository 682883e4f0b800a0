"""Replication archive: everything a reader needs to get the same numbers again, in one zip.

The archive holds the parameter file as it was read, the settings (draws, seed, scenarios, changes),
the pinned environment, the results, a SHA-256 manifest of all of it and a script that reruns the
whole and compares. The same inputs give the same bytes: entries are sorted and stored without
times, and the report leaves its time of computation out. What goes in follows the TIER protocol
(Ball and Medeiros 2012, Journal of Economic Education 43:182-189,
doi:10.1080/00220485.2012.659647): inputs, commands and results, with a file that says how to get
from the first to the last.

::

    made = ng.archive("idlib-2020", "idlib.zip", draws=1000, seed=1)
    ng.verify_archive("idlib.zip").agrees
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from negotiate.errors import InputError, NegotiateError
from negotiate.view import Viewable

FORMAT = 1
MANIFEST, SETTINGS, ENVIRONMENT = "MANIFEST.sha256", "settings.json", "environment.txt"
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Archive(Viewable):
    """A replication archive on disk.

    Attributes
    ----------
    path
        The zip file.
    sha256
        Its digest: cite it, and a reader can tell that the file is the one you had.
    entries
        Name of each file inside to its digest and size in bytes.
    settings
        What was run.
    """

    path: Path
    sha256: str
    entries: Mapping[str, tuple[str, int]]
    settings: Mapping[str, Any]

    _view = "negotiate.report.views.archive"


def archive(
    case: str | Path,
    out: str | Path,
    *,
    draws: int = 1000,
    seed: int = 0,
    scenario: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
    sections: Sequence[str] = (),
    extra: Mapping[str, str | bytes | Path] | None = None,
) -> Archive:
    """Run a case and keep inputs, settings, results and digests in a zip.

    Parameters
    ----------
    case
        Id or file of a case.
    out
        The zip to write; an existing one is replaced whole.
    draws, seed
        Of the study over everything uncertain, and of the report's figures.
    scenario
        Scenarios of the file applied, in this order, before anything is solved.
    changes
        Values by path, set after the scenarios.
    sections
        Sections of the report to keep; all by default.
    extra
        Files that go along unverified: figures, tables, the notebook, by name. They stand in
        ``extra/`` and in the manifest, but no rerun makes them.

    Raises
    ------
    InputError
        For a name outside the archive, a game instead of a case, or an ending other than .zip.
    """
    from negotiate.case.read import resolve
    from negotiate.declare import kind_of
    from negotiate.loading import load

    out = Path(out)
    if out.suffix.lower() != ".zip":
        raise InputError(f"'{out.name}'", where="archive", allowed="a name that ends in .zip")
    path = resolve(case)
    found = load(path)
    if kind_of(found) != "negotiation":
        raise InputError(f"{case} is a game", where="archive", allowed="a case of kind negotiation")
    entry = f"case/{path.name}"
    settings = {
        "format": FORMAT,
        "case": entry,
        "draws": int(draws),
        "seed": int(seed),
        "scenario": [str(name) for name in scenario],
        "changes": {str(key): _written(value) for key, value in (changes or {}).items()},
        "sections": [str(name) for name in sections],
        "negotiate": {"version": _version(), "code": code_digest()},
    }
    files = {entry: path.read_bytes()}
    files |= results(path, settings)
    files[SETTINGS] = as_json(settings)
    files[ENVIRONMENT] = environment().encode()
    files["README.md"] = _readme(found, settings).encode()
    files["rerun.py"] = _RERUN.encode()
    for name, content in (extra or {}).items():
        files[_inside(name)] = _bytes(content)
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files.items())}
    files[MANIFEST] = "".join(f"{d}  {name}\n" for name, d in digests.items()).encode()
    data = packed(files)
    _save(out, data)
    sizes = {name: (digests[name], len(files[name])) for name in digests}
    return Archive(out, hashlib.sha256(data).hexdigest(), sizes, settings)


def results(path: Path, settings: Mapping[str, Any]) -> dict[str, bytes]:
    """Results of a case under settings, as files: what a rerun must give again."""
    from negotiate.case.read import load
    from negotiate.report import assemble as _assemble
    from negotiate.report.context import CaseContext
    from negotiate.report.writers.html import html
    from negotiate.whatif.questions import scenarios

    case = load(path)
    for name in settings["scenario"]:
        case = case.scenario(name)
    if settings["changes"]:
        case = case.with_values(settings["changes"])
    context = CaseContext(case, settings["draws"], settings["seed"])
    document = replace(_assemble.build(context, only=settings["sections"]), computed=0)
    out = {
        "results/solutions.json": as_json(_solutions(context)),
        "results/report.html": html(document).encode(),
    }
    if case.scenarios:
        out["results/scenarios.json"] = as_json(scenarios.compare(case).to_dict())
    try:
        table = context.drawn
    except NegotiateError as error:
        out["results/draws.txt"] = f"No study over draws: {error}\n".encode()
    else:
        out["results/draws.csv"] = _csv(table)
    return out


def _solutions(context: Any) -> dict[str, Any]:
    """Every solution the report shows, or the reason why there is none."""
    try:
        found = [context.threat_solution, *context.solutions]
        signed = context.signed
    except NegotiateError as error:
        return {"reason": str(error)}
    document = {"solutions": [solution.to_dict() for solution in found]}
    if signed is not None and hasattr(signed, "to_dict"):
        document["signed"] = signed.to_dict()
    return document


def _csv(columns: Mapping[str, Any]) -> bytes:
    """Rows of a study: one column a metric, numbers as they round-trip."""
    import csv

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["draw", *columns])
    for row, values in enumerate(zip(*(column.tolist() for column in columns.values()))):
        writer.writerow([row, *values])
    return stream.getvalue().encode()


def as_json(document: Any) -> bytes:
    """JSON with fractions as text, indented, NaN as null."""
    from negotiate.solution import number_to_json

    def plain(item: Any) -> Any:
        if isinstance(item, Mapping):
            return {str(key): plain(value) for key, value in item.items()}
        if isinstance(item, (list, tuple)):
            return [plain(value) for value in item]
        if isinstance(item, float) and item != item:
            return None
        return item if isinstance(item, (int, str)) else number_to_json(item)

    return (json.dumps(plain(document), indent=1, ensure_ascii=False) + "\n").encode()


def _written(value: Any) -> Any:
    """A changed value as settings keep it: exact numbers as text."""
    from negotiate.solution import number_to_json

    return value if isinstance(value, (bool, str)) else str(number_to_json(value))


def code_digest() -> str:
    """SHA-256 over the toolkit's own source, so that a rerun knows whether the code changed."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.rglob("*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _version() -> str:
    from negotiate import __version__

    return __version__


def environment() -> str:
    """Python and every package the toolkit needs, pinned: a requirements file."""
    from importlib import metadata

    pins: dict[str, str] = {}
    wanted = ["negotiate-toolkit"]
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if name in pins:
            continue
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        pins[name] = found.version
        for need in found.requires or ():
            if "extra ==" not in need:  # optional libraries change speed, not results
                wanted.append(re.split(r"[^A-Za-z0-9._-]", need, maxsplit=1)[0])
    lines = [f"# Python {'.'.join(map(str, sys.version_info[:3]))}"]
    own = pins.pop("negotiate-toolkit", _version())
    lines += [f"# negotiate-toolkit {own}, from its source: {SETTINGS} has the code's digest"]
    lines += [f"{name}=={version}" for name, version in sorted(pins.items())]
    return "\n".join(lines) + "\n"


def _inside(name: str) -> str:
    path = PurePosixPath(str(name))
    if path.is_absolute() or ".." in path.parts or "\\" in str(name) or not path.parts:
        raise InputError(f"'{name}'", where="extra", allowed="a name inside the archive")
    return f"extra/{path}"


def _bytes(content: str | bytes | Path) -> bytes:
    if isinstance(content, Path):
        return content.read_bytes()
    return content.encode() if isinstance(content, str) else content


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip whose bytes depend on names and contents only."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, whatever the machine, so that the bytes agree
            # Stored, since the bytes of a compressed entry depend on the library's version.
            target.writestr(entry, files[name], compress_type=zipfile.ZIP_STORED)
    return stream.getvalue()


def _save(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    Path(name).chmod(0o644)
    Path(name).replace(path)


_RERUN = '''"""Runs the case again and compares every result with the one kept here."""

import sys
from pathlib import Path

import negotiate as ng

found = ng.verify_archive(Path(__file__).parent)
print(found.text())
sys.exit(0 if found.agrees else 1)
'''


def _readme(case: Any, settings: Mapping[str, Any]) -> str:
    lines = [
        f"# Replication archive: {' '.join(case.title.split())}",
        "",
        f"Case `{case.id}`, {settings['draws']:,} draws, seed {settings['seed']}, "
        f"scenarios: {', '.join(settings['scenario']) or 'none'}, "
        f"changes: {', '.join(settings['changes']) or 'none'}.",
        "",
        "| file | what |",
        "|---|---|",
        f"| `{settings['case']}` | the parameter file: every number with range and source |",
        f"| `{SETTINGS}` | draws, seed, scenarios, changes, version and digest of the code |",
        f"| `{ENVIRONMENT}` | Python and packages, pinned |",
        "| `results/` | solutions, scenarios, the study over draws, the report |",
        "| `extra/` | figures and tables put along by the author, if any; no rerun makes them |",
        f"| `{MANIFEST}` | SHA-256 of every file; check with `sha256sum -c {MANIFEST}` |",
        "",
        "To run it again, without unpacking: `negotiate verify FILE.zip`. Or unpack it and run:",
        "",
        "```sh",
        f"python -m pip install -r {ENVIRONMENT}",
        "python -m pip install --no-deps PATH-TO-NEGOTIATE   # its source or wheel",
        "python rerun.py",
        "```",
        "",
        "Every result is computed again from the parameter file and compared byte by byte; where",
        "another version of a library moves the last digits, the largest difference is printed.",
    ]
    return "\n".join(lines) + "\n"

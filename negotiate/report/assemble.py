"""From a context to a report on disk: sections found, built one by one, written whole.

A section is declared where it stands (`negotiate.declare.section`)::

    @section("talks", title="Talks: who could wait", order=56, applies=applies)
    def blocks(context) -> list[Block]: ...     # what it says

A section that breaks costs the reader that section, never
the report: its place holds a callout with the reason, ``document.failures`` names it, and
``document.status`` is 1.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from negotiate import declare
from negotiate.drawing.text import clean
from negotiate.errors import InputError, NegotiateError
from negotiate.report.blocks import Block, Bullets, Callout, Document, Mono, Paragraph, Section
from negotiate.report.cited import only_cited
from negotiate.report.writers.html import html
from negotiate.report.writers.markdown import markdown
from negotiate.report.writers.numbering import number
from negotiate.report.writers.pdf import pdf


class Context(Protocol):
    """What a section may ask for; results are computed when first asked and kept.

    ``case`` is the negotiation, ``seed`` and ``draws`` the settings of its uncertainty, ``title``
    and ``subtitle`` head the report, ``facts`` are the provenance set under the title.
    """

    @property
    def case(self) -> Any:
        """The negotiation."""

    @property
    def title(self) -> str:
        """Title of the report."""

    @property
    def subtitle(self) -> str:
        """Line under the title; may be empty."""

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """Names and values of the provenance: case, file hash, version, seed, draws."""

    @property
    def seed(self) -> int:
        """Seed of the draws."""

    @property
    def draws(self) -> int:
        """Number of draws."""


def timestamp() -> int:
    """``SOURCE_DATE_EPOCH`` if it is set (reproducible builds), else the time now, in seconds."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not given:
        return int(time.time())
    if not given.isdigit() or int(given) > 253_402_300_799:
        raise InputError(
            f"SOURCE_DATE_EPOCH is '{clean(given)}'", where="environment",
            allowed="whole seconds since 1970, up to the year 9999", remedy="unset it or mend it",
        )  # fmt: skip
    return int(given)


def build(
    context: Context,
    *,
    only: Sequence[str] = (),
    length: str = "full",
    sections: Mapping[str, declare.ReportSection] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Document:
    """Build the document of ``context``.

    Parameters
    ----------
    context
        What the sections read.
    only
        Names of the sections wanted, whatever the length; all of ``length`` if empty.
    length
        ``brief`` (the first page), ``standard`` (the chapters) or ``full`` (appendices too).
    sections
        Sections by name instead of those declared.
    progress
        Called with each section's title before it is built.
    """
    if length not in declare.LENGTHS:
        raise InputError(
            f"length is '{clean(length)}'", where="report", allowed=", ".join(declare.LENGTHS)
        )
    failures: list[tuple[str, str]] = []
    found: list[tuple[float, str, Any]] = []
    names = tuple(sections) if sections is not None else _of_length(length)
    wanted = [name.replace("-", "_") for name in only] or list(names)
    broken: list[Section] = []
    for name in wanted:
        try:
            part = sections[name] if sections is not None else declare.load("section", name)
            found.append((float(part.order), name, part))
        except NegotiateError as error:
            if not isinstance(error, declare.BrokenPluginError):
                raise
            failures.append((name, _reason(error)))
            broken.append(Section(name, _words(name), (_failure(name, error),)))
        except (AttributeError, TypeError, ValueError) as error:
            failures.append((name, _reason(error)))
            broken.append(Section(name, _words(name), (_failure(name, error),)))
    made: list[Section] = []
    for _, name, part in sorted(found, key=lambda entry: entry[:2]):
        title = part.title
        try:
            if not part.applies(context):
                continue
            if progress is not None:
                progress(title)
            blocks = _checked(list(part.blocks(context)))
        except Exception as error:  # one section may not cost the reader the others
            failures.append((title, _reason(error)))
            blocks = [_failure(title, error)]
        made.append(Section(name, title, tuple(blocks), _appendix(part, only)))
    if length != "full" and not only:
        made = list(only_cited(made))
    return Document(
        title=str(context.title),
        subtitle=str(context.subtitle),
        facts=tuple((str(name), str(value)) for name, value in context.facts),
        sections=(*made, *broken),
        computed=timestamp(),
        failures=tuple(failures),
    )


def _of_length(length: str) -> tuple[str, ...]:
    """Sections that stand in a report of a length, by what they declare; none is imported."""
    most = declare.LENGTHS.index(length)
    stated = {
        entry.name: str(entry.facts.get("length", "full"))
        for entry in declare.catalogue()
        if entry.role == "section"
    }
    shorter = declare.LENGTHS[: most + 1]
    return tuple(n for n in declare.names("section") if stated.get(n, "full") in shorter)


def _appendix(part: Any, only: Sequence[str]) -> bool:
    return not only and getattr(part, "length", "full") == "full"


def _checked(blocks: list[Any]) -> list[Block]:
    """Every block set once on its own, so that what cannot be set is known by its section."""
    html(Document("", (Section("", "", tuple(blocks)),)))
    return blocks


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _reason(error: BaseException) -> str:
    return clean(f"{type(error).__name__}: {error}")[:600]


def _failure(title: str, error: BaseException) -> Callout:
    lines = [Paragraph(("This section could not be made: ", Mono(_reason(error)), "."))]
    cause = error.__cause__
    if cause is not None:
        lines.append(Paragraph(("Cause: ", Mono(_reason(cause)), ".")))
    body: list[Paragraph | Bullets] = [*lines]
    return Callout(tuple(body), kind="error", title=f"{clean(title)}: not made")


def lost(document: Document) -> tuple[str, ...]:
    """References and citations that lead nowhere, in words; the text shows them as plain words."""
    return number(document).lost


SUFFIXES = (".html", ".md", ".pdf")


def write(document: Document, path: str | Path) -> tuple[Path, ...]:
    """Write the report in the format of its suffix: ``.html``, ``.md`` or ``.pdf``.

    Each file is written under another name beside its place and renamed, so that a reader never
    meets half of one. Markdown puts its figures into ``<stem>_figures/`` beside it.

    Returns
    -------
    tuple of Path
        The files written, the report first.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        return (_save(path, html(document).encode()),)
    if suffix == ".pdf":
        return (_save(path, pdf(document)),)
    if suffix == ".md":
        folder = path.with_name(f"{path.stem}_figures")
        text, files = markdown(document, folder.name)
        saved = [_save(folder / name, body.encode()) for name, body in files.items()]
        if folder.is_dir():
            for stale in folder.glob("figure-*.svg"):
                if stale.name not in files:
                    stale.unlink()
        return (_save(path, text.encode()), *saved)
    raise InputError(
        f"the suffix of '{path.name}' names no format",
        where="report",
        allowed=", ".join(SUFFIXES),
        remedy="choose one of them",
    )


def _save(path: Path, body: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(body)
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return path

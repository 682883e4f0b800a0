r"""Tables of positions as the field keeps them: three formats in, two out.

``exchange``
    Input files of the exchange model's open program (decide-exchange-model): rows that begin with
    ``#A`` (party), ``#P`` (issue), ``#M`` (issue, level, meaning), ``#D`` (party, issue, position,
    salience, power) or ``#/`` (remark), cut by tabs, semicolons or commas, quoted or not. The ends
    of a scale are its lowest and highest ``#M`` level; without any it runs from 0 to 100.
``ktab``
    Input files of the spatial model of KTAB: a line with name, description, numbers of parties and
    of dimensions, a header, then one line a party with its power and, for each dimension, position
    and salience from 0 to 100.
``long``
    One row for each party and issue under a header. Names of columns are those of the field:
    see ``COLUMNS``. Without an ``issue`` column the table is of one issue; without ``low`` and
    ``high`` the scale runs from the lowest to the highest position, and a note says so.

Saliences above 1 are percentages; a note says that they were read so. Empty positions are none.

>>> text = "Actor,Capability,Position,Salience\nA,0.5,4,80\nB,0.25,10,40\n"
>>> found = loads(text, name="delay")
>>> found, found.notes
(SpatialModel(2 parties, 1 issue, exact), ('saliences above 1 were read as percentages',
 'the scale of delay runs from the lowest to the highest position: the table gives no ends'))
>>> print(dumps(found).splitlines()[1])
A,delay,4,0.8,0.5,4,10
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.errors import CaseError, FileFormatError, InputError, TooLargeError
from negotiate.numbers.fractions import exact as read_number
from negotiate.spatial.positions import Scale, SpatialModel
from negotiate.spatial.positions import model as build

MAX_BYTES = 20_000_000
MAX_ROWS = 200_000

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "party": ("party", "actor", "stakeholder", "player"),
    "issue": ("issue", "dimension", "question"),
    "position": ("position", "ideal", "preference"),
    "salience": ("salience", "saliency", "priority"),
    "capability": ("capability", "capabilities", "power", "resources", "influence", "clout"),
    "risk": ("risk", "risk exponent"),
    "low": ("low", "lower", "min"),
    "high": ("high", "upper", "max"),
    "status_quo": ("status quo", "status_quo", "reference point"),
    "outcome": ("outcome", "decision"),
}
"""What a column means, and the headings (in any case) by which the field knows it."""


@dataclass
class _Draft:
    """A table while it is read."""

    path: str
    parties: list[str] = field(default_factory=list)
    scales: dict[str, dict[str, Any]] = field(default_factory=dict)
    position: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    salience: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    capability: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    risk: dict[str, Fraction] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    title: str = ""

    def wrong(self, line: int, what: str) -> None:
        self.findings.append(f"{self.path or 'table'}:{line}: {what}")

    def number(self, text: str, line: int, what: str) -> Fraction | None:
        clean = text.strip()
        try:
            if not clean.isascii() or "/" in clean or "_" in clean:
                raise ValueError(clean)
            value = read_number(clean)
        except ValueError:
            comma = clean.replace(",", "", 1).lstrip("+-").isdigit() and clean.count(",") == 1
            self.wrong(
                line,
                f"{what} is '{clean[:30]}'; allowed: a decimal"
                + ("; write a point, not a comma" if comma else ""),
            )
            return None
        if abs(value) > 10**15 or (value and abs(value) < Fraction(1, 10**15)):
            self.wrong(line, f"{what} is '{clean[:30]}'; allowed: decimals of ordinary size")
            return None
        return value

    def enter(self, line: int, party: str, issue: str, texts: Sequence[str]) -> None:
        """A position with its salience and capability; an empty position is none."""
        if (party, issue) in self.position:
            self.wrong(line, f"a second position of {party} on {issue}")
            return
        if not texts[0].strip():
            return
        names = ("position", "salience", "capability")
        values = [
            self.number(text, line, f"{name} of {party} on {issue}")
            for name, text in zip(names, texts, strict=True)
        ]
        scale = self.scales.get(issue, {})
        limits = ((scale.get("low"), scale.get("high")), (0, 100), (0, None))
        tables = (self.position, self.salience, self.capability)
        for name, value, (low, high), table in zip(names, values, limits, tables, strict=True):
            if value is None:
                continue
            table[party, issue] = value
            if (low is not None and value < low) or (high is not None and value > high):
                top = "" if low is None or high is None else f"{float(low):g} to {float(high):g}"
                ends = top or "0 and above"
                ends = "0 to 1, or percentages" if name == "salience" else ends
                self.wrong(
                    line, f"{name} of {party} on {issue} is {float(value):g}; allowed: {ends}"
                )

    def model(self) -> SpatialModel:
        if not self.parties:
            self.findings.append(f"{self.path or 'table'}: no party")
        if not self.scales:
            self.findings.append(f"{self.path or 'table'}: no issue")
        if self.findings:
            raise CaseError(self.findings, where=self.path or "table")
        top = max(self.salience.values(), default=Fraction(0))
        if top > 1:
            self.notes.append("saliences above 1 were read as percentages")
        of = 100 if top > 1 else 1
        scales = []
        for name, facts in self.scales.items():
            if "low" not in facts or "high" not in facts:
                held = [x for (_, issue), x in self.position.items() if issue == name]
                if not held or min(held) == max(held):
                    facts = {**facts, "low": 0, "high": 100}
                    self.notes.append(f"the scale of {name} runs from 0 to 100: no ends are given")
                else:
                    facts = {**facts, "low": min(held), "high": max(held)}
                    self.notes.append(
                        f"the scale of {name} runs from the lowest to the highest position: the "
                        "table gives no ends"
                    )
            scales.append(Scale(name, **facts))
        rows = {p: {k: x for (i, k), x in self.position.items() if i == p} for p in self.parties}
        try:
            found = build(
                rows,
                salience={p: {k: s for (i, k), s in self.salience.items() if i == p} for p in rows},
                capability={
                    p: {k: c for (i, k), c in self.capability.items() if i == p} for p in rows
                },
                scales=scales,
                salience_of=of,
                risk={p: float(r) for p, r in self.risk.items()} if self.risk else None,
                title=self.title,
            )
        except CaseError as error:
            raise CaseError(
                [f"{self.path or 'table'}: {finding}" for finding in error.findings],
                where=self.path or "table",
            ) from error
        return replace(found, notes=tuple(self.notes))


def read(path: str | Path) -> SpatialModel:
    """A spatial model from a table in one of the three formats.

    Parameters
    ----------
    path
        A ``.csv``, ``.tsv`` or ``.txt`` file.

    Raises
    ------
    FileFormatError
        Where the file is no such table.
    CaseError
        With every finding in its rows.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
    except OSError as error:
        raise InputError("there is no such file", where=str(path)) from error
    if size > MAX_BYTES:
        raise TooLargeError(f"{size:,} bytes", where=str(path), allowed=f"{MAX_BYTES:,}")
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"not UTF-8: {error.reason}",
            path=str(path),
            line=data.count(b"\n", 0, error.start) + 1,
            column=1,
            remedy="save the table as UTF-8",
        ) from error
    return loads(text, path=str(path), name=file.stem)


def loads(text: str, *, path: str = "", name: str = "issue") -> SpatialModel:
    """A spatial model from the text of a table; `read` says more.

    Parameters
    ----------
    text
        The table.
    path
        Where it comes from, for messages.
    name
        What the issue of a table of one issue is called.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if "\x00" in text:
        raise FileFormatError("a NUL character", path=path, line=1, column=1)
    if len(lines) > MAX_ROWS:
        raise TooLargeError(f"{len(lines):,} rows", where=path or "table", allowed=f"{MAX_ROWS:,}")
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise FileFormatError("an empty table", path=path, line=1, column=1)
    delimiter = next((d for d in ("\t", ";", ",") if d in first), ",")
    bare = first.strip()
    quote = bare[0] if bare[0] in "'\"" else '"'
    try:
        rows = [
            (
                number,
                [
                    cell.strip()
                    for cell in next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
                ],
            )
            for number, line in enumerate(lines, 1)
            if line.strip()
        ]
    except csv.Error as error:
        raise FileFormatError(f"not a table: {error}", path=path, line=1, column=1) from error
    draft = _Draft(path)
    if rows[0][1][0].startswith("#"):
        _exchange(draft, rows)
    elif _is_ktab(rows):
        _ktab(draft, rows)
    else:
        _long(draft, rows, name)
    return draft.model()


def _exchange(draft: _Draft, rows: list[tuple[int, list[str]]]) -> None:
    levels: dict[str, list[tuple[Fraction, str]]] = {}
    titles: dict[str, str] = {}
    data = []
    for line, cells in rows:
        tag, rest = cells[0], cells[1:]
        needed = {"#A": 1, "#P": 1, "#M": 2, "#D": 5}.get(tag)
        if needed is None:
            if tag[:2] not in ("#/", "#0", "#O"):
                draft.wrong(line, f"row begins with '{tag[:20]}'; allowed: #A, #P, #M, #D, #/")
            continue
        if len(rest) < needed:
            draft.wrong(line, f"{tag} has {len(rest)} entries; allowed: at least {needed}")
        elif tag == "#A":
            if rest[0] in draft.parties:
                draft.wrong(line, f"a second party '{rest[0]}'")
            else:
                draft.parties.append(rest[0])
        elif tag == "#P":
            if rest[0] in titles:
                draft.wrong(line, f"a second issue '{rest[0]}'")
            titles[rest[0]] = next((t for t in rest[1:] if t and t != rest[0]), "")
        elif tag == "#M":
            level = draft.number(rest[1], line, f"level of {rest[0]}")
            if level is not None:
                levels.setdefault(rest[0], []).append((level, " ".join(rest[2:]).strip()))
        else:
            data.append((line, rest))
    for issue, found in levels.items():
        if issue not in titles:
            draft.findings.append(f"{draft.path or 'table'}: #M names no issue: '{issue}'")
        if len({level for level, _ in found}) < 2:
            draft.findings.append(
                f"{draft.path or 'table'}: issue {issue} has one level; allowed: two or more"
            )
    for issue, title in titles.items():
        found = levels.get(issue, [(Fraction(0), ""), (Fraction(100), "")])
        draft.scales[issue] = {
            "title": title,
            "low": min(level for level, _ in found),
            "high": max(level for level, _ in found),
            "levels": tuple(sorted((level, text) for level, text in found if text)),
        }
    for line, (party, issue, *texts) in data:
        if party not in draft.parties:
            draft.wrong(line, f"there is no party '{party}'; define it in a row #A")
        elif issue not in titles:
            draft.wrong(line, f"there is no issue '{issue}'; define it in a row #P")
        else:
            draft.enter(line, party, issue, texts[:3])


def _is_ktab(rows: list[tuple[int, list[str]]]) -> bool:
    if len(rows) < 3:
        return False
    head = [cell for cell in rows[0][1] if cell]
    return len(head) >= 4 and head[-1].isdigit() and head[-2].isdigit()


def _ktab(draft: _Draft, rows: list[tuple[int, list[str]]]) -> None:
    head = [cell for cell in rows[0][1] if cell]
    draft.title = head[0]
    parties, dimensions = int(head[-2]), int(head[-1])
    line, names = rows[1]
    issues = [names[3 + 2 * k] if 3 + 2 * k < len(names) else "" for k in range(dimensions)]
    if dimensions < 1 or not all(issues) or len(set(issues)) < dimensions:
        draft.wrong(line, f"the header does not name {dimensions} different dimensions")
        return
    for issue in issues:
        draft.scales[issue] = {"low": 0, "high": 100}
    if len(rows) - 2 != parties:
        draft.wrong(rows[0][0], f"{parties} parties are announced and {len(rows) - 2} follow")
    for line, cells in rows[2:]:
        if len(cells) < 3 + 2 * dimensions:
            draft.wrong(line, f"{len(cells)} entries; allowed: {3 + 2 * dimensions}")
            continue
        if cells[0] in draft.parties:
            draft.wrong(line, f"a second party '{cells[0]}'")
            continue
        draft.parties.append(cells[0])
        for k, issue in enumerate(issues):
            texts = (cells[3 + 2 * k], cells[4 + 2 * k], cells[2])
            draft.enter(line, cells[0], issue, texts)


def _long(draft: _Draft, rows: list[tuple[int, list[str]]], name: str) -> None:
    line, header = rows[0]
    known = {alias: column for column, aliases in COLUMNS.items() for alias in aliases}
    at: dict[str, int] = {}
    for place, heading in enumerate(header):
        column = known.get(heading.lower())
        if column in at:
            draft.wrong(line, f"two columns of {column}: '{heading}'")
        elif column:
            at[column] = place
    missing = [c for c in ("party", "position", "salience", "capability") if c not in at]
    if missing:
        raise FileFormatError(
            f"no column of {', '.join(missing)}",
            path=draft.path,
            line=line,
            column=1,
            allowed="; ".join(f"{c}: {', '.join(COLUMNS[c])}" for c in missing),
            remedy="name the columns in the first row, or begin rows with #A, #P, #M, #D",
        )
    for line, cells in rows[1:]:
        if len(cells) < len(header):
            cells = cells + [""] * (len(header) - len(cells))
        party = cells[at["party"]]
        issue = cells[at["issue"]] if "issue" in at else name
        if not party or not issue:
            draft.wrong(line, "a row without a party or an issue")
            continue
        if party not in draft.parties:
            draft.parties.append(party)
        facts = draft.scales.setdefault(issue, {})
        for column in ("low", "high", "status_quo", "outcome"):
            if column in at and cells[at[column]].strip():
                value = draft.number(cells[at[column]], line, f"{column} of {issue}")
                if value is not None and facts.setdefault(column, value) != value:
                    draft.wrong(line, f"{column} of {issue} was {float(facts[column]):g} before")
        if "risk" in at and cells[at["risk"]].strip():
            value = draft.number(cells[at["risk"]], line, f"risk of {party}")
            if value is not None:
                draft.risk[party] = value
        draft.enter(
            line, party, issue, [cells[at[c]] for c in ("position", "salience", "capability")]
        )


def dumps(model: SpatialModel, *, format: str = "long") -> str:
    """The table of a model without draws.

    Parameters
    ----------
    model
        The model.
    format
        ``long`` or ``exchange``; numbers are written as decimals, 15 digits where they have more.

    Examples
    --------
    >>> from negotiate.spatial.positions import model
    >>> print(dumps(model({"a": {"p": 5}, "b": {"p": 90}}), format="exchange"), end="")
    #A	a
    #A	b
    #P	p
    #M	p	0
    #M	p	100
    #D	a	p	5	1	1
    #D	b	p	90	1	1
    """
    if model.shape:
        raise InputError("a table of draws", where="dumps", remedy="write one draw at a time")
    writers = {"long": _long_rows, "exchange": _exchange_rows}
    if format not in writers:
        raise InputError(f"format '{format}'", where="dumps", allowed=", ".join(writers))
    out = io.StringIO()
    delimiter = "," if format == "long" else "\t"
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(writers[format](model))
    return out.getvalue()


def write(model: SpatialModel, path: str | Path) -> None:
    """Write the table of a model: tab-separated for ``.tsv``, else as a long table."""
    format = "exchange" if Path(path).suffix.lower() == ".tsv" else "long"
    Path(path).write_text(dumps(model, format=format), encoding="utf-8")


def _cells(model: SpatialModel) -> Any:
    for i, party in enumerate(model.parties):
        for k, issue in enumerate(model.issues):
            if model.has[i, k]:
                yield (
                    party,
                    issue,
                    [
                        _decimal(table[i, k])
                        for table in (model.position, model.salience, model.capability)
                    ],
                )


def _long_rows(model: SpatialModel) -> Any:
    extra = [
        c for c in ("status_quo", "outcome") if any(getattr(i, c) is not None for i in model.issues)
    ]
    risk = [] if model.risk is None else ["risk"]
    yield ["party", "issue", "position", "salience", "capability", "low", "high", *extra, *risk]
    for party, issue, numbers in _cells(model):
        facts = [getattr(issue, c) for c in extra]
        yield [
            party,
            issue.name,
            *numbers,
            _decimal(issue.low),
            _decimal(issue.high),
            *("" if fact is None else _decimal(fact) for fact in facts),
            *([] if model.risk is None else [_decimal(model.risk[model.party(party)])]),
        ]


def _exchange_rows(model: SpatialModel) -> Any:
    for party in model.parties:
        yield ["#A", party]
    for issue in model.issues:
        yield ["#P", issue.name, *([issue.title] if issue.title else [])]
        ends = {issue.low: "", issue.high: ""} | dict(issue.levels)
        for level in sorted(ends):
            yield ["#M", issue.name, _decimal(level), *([ends[level]] if ends[level] else [])]
    for party, issue, numbers in _cells(model):
        yield ["#D", party, issue.name, *numbers]


def _decimal(value: Any) -> str:
    if isinstance(value, Fraction) and value.denominator == 1:
        return str(value.numerator)
    text = f"{float(value):.15g}"
    return text

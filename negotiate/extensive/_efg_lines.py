r"""The nodes of an ``.efg`` file at full speed: one compiled expression matches a whole node.

`scan` reads what ordinary files contain and gives up (None) at the first thing that is out of the
ordinary; the caller then reads the file again token by token, which accepts everything the format
allows and says what is wrong, and where, with what it does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from negotiate.errors import TooLargeError
from negotiate.strategic import gambit_tokens as gambit

_LABEL = r'"((?:[^"\\]|\\.)*)"'
_NUMBER = r"[+-]?(?:\d{1,300}(?:/\d{1,300}|\.\d{0,300})?|\.\d{1,300})"
_OUTCOME = rf"\s*(-?\d{{1,9}})(?![\d./eE])(?:\s*{_LABEL}\s*\{{([^}}\"]*)\}})?"
_ACTIONS = rf"(?:\s*{_LABEL}\s*\{{((?:[^}}\"]|\"(?:[^\"\\]|\\.)*\")*)\}})?"
_NODE = re.compile(
    rf"\s*(?:t\s*{_LABEL}{_OUTCOME}"
    rf"|p\s*{_LABEL}\s*(\d{{1,9}})\s+(\d{{1,9}})(?![\d./eE]){_ACTIONS}{_OUTCOME}"
    rf"|c\s*{_LABEL}\s*(\d{{1,9}})(?![\d./eE]){_ACTIONS}{_OUTCOME})",
    re.DOTALL | re.ASCII,
)
_ACTION = re.compile(rf"\s*{_LABEL}", re.DOTALL | re.ASCII)
_BRANCH = re.compile(rf"\s*{_LABEL}\s*({_NUMBER})(?=[\s,\"]|\Z)\s*,?", re.DOTALL | re.ASCII)
_ROW = re.compile(rf"(?:\s*{_NUMBER}(?=[\s,]|\Z)\s*,?)*\s*\Z", re.ASCII)
_ITEM = re.compile(_NUMBER, re.ASCII)

_HEADER = re.compile(
    rf"\s*EFG\s+2\s+[RD]\s*{_LABEL}\s*\{{((?:\s*{_LABEL})+)\s*\}}(?:\s*{_LABEL})?",
    re.DOTALL | re.ASCII,
)

Key = tuple[int, int]


def header(source: str) -> tuple[str, tuple[str, ...], str, int] | None:
    """Title, players, comment and where the nodes begin; None if out of the ordinary."""
    found = _HEADER.match(source)
    if found is None:
        return None
    title, players, _, note = found.groups()
    names = tuple(gambit.unquote(f'"{name}"') for name in _ACTION.findall(players))
    return gambit.unquote(f'"{title}"'), names, gambit.unquote(f'"{note or ""}"'), found.end()


@dataclass
class Nodes:
    """The nodes as read: lists in preorder, and what sets and outcomes are."""

    parent: list[int] = field(default_factory=list)
    action: list[int] = field(default_factory=list)
    keys: list[Key | None] = field(default_factory=list)
    earned: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sets: dict[Key, tuple[str, tuple[str, ...], tuple[Fraction, ...]]] = field(default_factory=dict)
    outcomes: dict[int, tuple[str, tuple[Fraction, ...]]] = field(default_factory=dict)


def scan(source: str, begin: int, players: int, *, bound: int, path: str = "") -> Nodes | None:
    """Nodes from ``begin`` to the end of the text, or None if anything is out of the ordinary.

    Action labels are as written; the caller makes them distinct.
    """
    out = Nodes()
    parent, action, keys, earned = out.parent, out.action, out.keys, out.earned
    sets, outcomes, names = out.sets, out.outcomes, out.names
    known: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, Fraction] = {}
    rows: dict[str, tuple[Fraction, ...] | None] = {}
    sizes: dict[Key, range] = {}
    match, position, end = _NODE.match, begin, len(source)
    # Two stacks of whole numbers: pairs would keep the garbage collector busy.
    ups, moves = [-1], [-1]
    while ups:
        found = match(source, position)
        if found is None:
            return None
        if len(parent) >= bound:
            raise TooLargeError(
                f"the tree has over {bound:,} nodes",
                where=path or "text",
                allowed=f"at most {bound:,}",
            )
        position = found.end()
        up, move = ups.pop(), moves.pop()
        node = len(parent)
        parent.append(up)
        action.append(move)
        parts = found.groups()
        t_name, t_out, t_label, t_row = parts[:4]
        p_name, who, p_set, p_label, p_actions, p_out, p_olabel, p_row = parts[4:12]
        c_name, c_set, c_label, c_actions, c_out, c_olabel, c_row = parts[12:]
        if t_name is not None:
            names.append(t_name)
            keys.append(None)
            number, label, row = t_out, t_label, t_row
        else:
            if p_name is not None:
                names.append(p_name)
                key = (int(who), int(p_set))
                title, described = p_label, p_actions
                number, label, row = p_out, p_olabel, p_row
                if not 1 <= key[0] <= players:
                    return None
            else:
                names.append(c_name)
                key = (0, int(c_set))
                title, described = c_label, c_actions
                number, label, row = c_out, c_olabel, c_row
            if title is not None:
                if described not in known or not key[0]:
                    given = _branches(described, numbers) if not key[0] else _actions(described)
                    if given is None:
                        return None
                    known[described], odds = given
                else:
                    odds = ()
                item = (title, known[described], odds)
                if key not in sets:
                    sets[key] = item
                    sizes[key] = range(len(item[1]) - 1, -1, -1)
                elif sets[key] != item:
                    return None
            elif key not in sets:
                return None
            keys.append(key)
            ups.extend([node] * len(sizes[key]))
            moves.extend(sizes[key])
        at = int(number)
        earned.append(at)
        if label is None:
            if at and at not in outcomes:
                return None
            continue
        if row not in rows:
            rows[row] = _numbers(row, numbers)
        values = rows[row]
        if values is None or len(values) != players or not at:
            return None
        if at not in outcomes:
            outcomes[at] = (label, values)
        elif outcomes[at] != (label, values):
            return None
    if source[position:end].strip():
        return None
    if "\\" in source:
        out.names = [gambit.unquote(f'"{name}"') for name in names]
        out.sets = {k: (gambit.unquote(f'"{v[0]}"'), *v[1:]) for k, v in sets.items()}
        out.outcomes = {k: (gambit.unquote(f'"{v[0]}"'), v[1]) for k, v in outcomes.items()}
    return out


def _numbers(text: str, known: dict[str, Fraction]) -> tuple[Fraction, ...] | None:
    if _ROW.match(text) is None:
        return None
    out = []
    for item in _ITEM.findall(text):
        value = known.get(item) or _number(item, known)
        if value is None:
            return None
        out.append(value)
    return tuple(out)


def _number(item: str, known: dict[str, Fraction]) -> Fraction | None:
    if item in known:
        return known[item]
    top, slash, bottom = item.partition("/")
    if slash and not bottom.strip("0"):
        return None
    known[item] = Fraction(item.rstrip(".")) if slash or "." in item else Fraction(int(top))
    return known[item]


def _actions(text: str) -> tuple[tuple[str, ...], tuple[Fraction, ...]] | None:
    labels, position = [], 0
    while (found := _ACTION.match(text, position)) is not None:
        labels.append(gambit.unquote(f'"{found[1]}"'))
        position = found.end()
    return (tuple(labels), ()) if labels and not text[position:].strip() else None


def _branches(
    text: str, numbers: dict[str, Fraction]
) -> tuple[tuple[str, ...], tuple[Fraction, ...]] | None:
    labels, odds, position = [], [], 0
    while (found := _BRANCH.match(text, position)) is not None:
        value = _number(found[2], numbers)
        if value is None or value < 0:
            return None
        labels.append(gambit.unquote(f'"{found[1]}"'))
        odds.append(value)
        position = found.end()
    if not labels or text[position:].strip() or sum(odds) != 1:
        return None
    return tuple(labels), tuple(odds)

r"""Files of GMCR+ (``.gmcr``): reading and writing.

The format is JSON: ``options`` (name, ``permittedDirection`` "both", "fwd" or "back"),
``decisionMakers`` (name, indices of their options, ``preferences`` as conditions from most to least
important, or a ``preferenceRanking`` of state numbers, ties as inner lists; older files say
``preferenceVector``), ``infeasibles`` (conditions), ``coalitions``. A condition is a list of
``[option, "Y" or "N"]``; ``{"compound": true, "members": [...]}`` is true where one member is.
States are numbered from 1 in the order of their binary code, option 0 the lowest digit, after the
options have been put in the order of their owners. Learned from the open implementation (gmcr-py
on GitHub), whose reading of misperceptions is kept: nobody moves to or from a state that it does
not perceive.

A file that lies about its states (a ranking that misses some, or payoffs that contradict it) is an
error that names them.

>>> model = read_text('''{"options": [{"name": "Attack", "permittedDirection": "fwd"}],
... "decisionMakers": [{"name": "A", "options": [0], "preferences": [[[0, "N"]]]}],
... "infeasibles": [], "useManualPreferenceRanking": false}''')
>>> model.states, model.preferences[0].rank.tolist(), len(model.moves[0])
(('1', '2'), [2, 1], 1)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from negotiate.errors import CaseError, FileFormatError, NotApplicableError, TooLargeError
from negotiate.graphmodel.arithmetic.arcs import Arcs, from_pairs
from negotiate.graphmodel.build import option_model
from negotiate.graphmodel.model import MAX_OPTIONS, GraphModel, Option
from negotiate.graphmodel.statements import true_of

MAX_BYTES = 20_000_000
"""Size of a file."""

_DIRECTION = {"both": "both", "fwd": "forward", "back": "back"}


def read(path: str | Path) -> GraphModel:
    """Read a ``.gmcr`` file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    GraphModel
        States labelled by their numbers; the coalitions of the file in ``extra``.

    Raises
    ------
    FileFormatError
        If it is no JSON.
    CaseError
        With everything that is wrong in it.
    """
    file = Path(path)
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise TooLargeError(f"{size:,} bytes", where=str(path), allowed=f"up to {MAX_BYTES:,}")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError("not text in UTF-8", path=str(path)) from error
    return read_text(text, where=str(path), title=file.stem)


def read_text(text: str, *, where: str = "", title: str = "") -> GraphModel:
    """Read the text of a ``.gmcr`` file.

    Parameters
    ----------
    text
        JSON.
    where
        For messages.
    title
        Title of the model.

    Returns
    -------
    GraphModel
        As `read`.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"no JSON: {error.msg}", path=where, line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise FileFormatError("nested too deep", path=where) from error
    return _Reader(data, where).model(title)


def _words(condition: Sequence[Sequence[Any]], ids: Sequence[str]) -> str:
    """One conjunction as a statement."""
    return " and ".join(
        f"'{ids[k]}'" if taken == "Y" else f"not '{ids[k]}'" for k, taken in condition
    )


class _Reader:
    """Checks a file's structure, collects what is wrong, builds the model."""

    def __init__(self, data: Any, where: str) -> None:
        self.where = where
        self.faults: list[str] = []
        if not isinstance(data, dict):
            raise CaseError(["the file is no JSON object"], where=where)
        self.data: dict[str, Any] = data

    def give_up(self) -> None:
        if self.faults:
            raise CaseError(self.faults, where=self.where)

    def parts(self, key: str) -> list[Any]:
        found = self.data.get(key)
        if not isinstance(found, list):
            self.faults.append(f"'{key}' is missing or no list")
            return []
        return found

    def model(self, title: str) -> GraphModel:
        options, makers = self.parts("options"), self.parts("decisionMakers")
        infeasible = self.parts("infeasibles")
        names, owners = self.names(options, makers)
        self.give_up()
        if len(options) > MAX_OPTIONS:
            raise TooLargeError(
                f"{len(options)} options make {2 ** len(options):,} combinations",
                where=self.where,
                allowed=f"up to {MAX_OPTIONS} options",
            )
        order = sorted(range(len(options)), key=lambda k: owners[k])  # stable: by owner
        place = {old: new for new, old in enumerate(order)}
        ids = self.ids([str(options[k]["name"]) for k in order], [owners[k] for k in order], names)
        made = [
            Option(
                ids[new],
                names[owners[old]],
                str(options[old]["name"]),
                self.direction(options[old], old),
            )
            for new, old in enumerate(order)
        ]
        bad = [
            statement
            for k, item in enumerate(infeasible)
            if (statement := self.statement(item, place, ids, f"infeasible {k + 1}"))
        ]
        self.give_up()
        manual = bool(
            self.data.get(
                "useManualPreferenceRanking", self.data.get("useManualPreferenceVectors", False)
            )
        )
        given = {
            names[i]: self.preference(maker, names[i], place, ids, manual)
            for i, maker in enumerate(makers)
        }
        self.give_up()
        numbered = {name: value for name, value in given.items() if "numbers" in value}
        empty: dict[str, Any] = {name: {"statements": []} for name in numbered}
        model = option_model(
            names,
            made,
            infeasible=bad,
            preferences={**given, **empty},
            numbered=True,
            title=title,
            extra={"infeasible": tuple(bad), "coalitions": self.coalitions(names)},
        )
        model = self.ranked(model, numbered)
        self.compare_payoffs(model, makers)
        self.give_up()
        return self.perceived(model, makers, place, ids)

    def names(self, options: list[Any], makers: list[Any]) -> tuple[list[str], list[int]]:
        for k, option in enumerate(options):
            if not isinstance(option, dict) or not isinstance(option.get("name"), str):
                self.faults.append(f"option {k} has no name")
        names: list[str] = []
        owners: dict[int, int] = {}
        for i, maker in enumerate(makers):
            if not isinstance(maker, dict) or not isinstance(maker.get("name"), str):
                self.faults.append(f"decision maker {i} has no name")
                continue
            name = maker["name"]
            if name in names:
                self.faults.append(f"two decision makers are called {name}")
            names.append(name)
            own = maker.get("options", [])
            if not isinstance(own, list):
                self.faults.append(f"{name}: options are no list")
                own = []
            for k in own:
                if type(k) is not int or not 0 <= k < len(options):
                    self.faults.append(f"{name} has an option {k!r} that does not exist")
                elif k in owners:
                    self.faults.append(f"option {k} belongs to {names[owners[k]]} and to {name}")
                else:
                    owners[k] = i
        for k in range(len(options)):
            if k not in owners:
                self.faults.append(f"option {k} belongs to nobody")
        if not makers:
            self.faults.append("no decision maker")
        return names, [owners.get(k, 0) for k in range(len(options))]

    @staticmethod
    def ids(given: list[str], owners: list[int], names: list[str]) -> list[str]:
        """Names as ids: quotes that a statement could not hold go, doubles get their owner."""
        clean = [
            name.replace("'", "’").strip() or f"option {k + 1}" for k, name in enumerate(given)
        ]
        out = [
            f"{name} ({names[owners[k]].replace(chr(39), '’')})" if clean.count(name) > 1 else name
            for k, name in enumerate(clean)
        ]
        return [name if out.count(name) == 1 else f"{name} {k + 1}" for k, name in enumerate(out)]

    def direction(self, option: Mapping[str, Any], k: int) -> str:
        said = option.get("permittedDirection", "both")
        if not isinstance(said, str) or said not in _DIRECTION:
            self.faults.append(f"option {k} goes '{said}', not both, fwd or back")
        return _DIRECTION.get(str(said), "both")

    def conjunction(self, item: Any, place: Mapping[int, int], where: str) -> list[Any]:
        out = []
        for pair in item if isinstance(item, list) else [None]:
            if (
                not isinstance(pair, list)
                or len(pair) != 2
                or type(pair[0]) is not int
                or pair[0] not in place
                or not isinstance(pair[1], str)
                or pair[1] not in ("Y", "N")
            ):
                self.faults.append(f'{where}: {pair!r} is no [option, "Y" or "N"]')
                return []
            out.append([place[pair[0]], pair[1]])
        if not out:
            self.faults.append(f"{where}: an empty condition")
        return out

    def statement(self, item: Any, place: Mapping[int, int], ids: Sequence[str], where: str) -> str:
        members = item.get("members") if isinstance(item, dict) else [item]
        if not isinstance(members, list) or not members:
            self.faults.append(f"{where}: no condition")
            return ""
        parts = [_words(self.conjunction(part, place, where), ids) for part in members]
        if len(parts) == 1:
            return parts[0]
        return " or ".join(f"({part})" for part in dict.fromkeys(parts))

    def preference(
        self,
        maker: Mapping[str, Any],
        name: str,
        place: Mapping[int, int],
        ids: Sequence[str],
        manual: bool,
    ) -> dict[str, Any]:
        if manual:
            numbers = maker.get("preferenceRanking", maker.get("preferenceVector"))
            if not isinstance(numbers, list):
                self.faults.append(f"{name} has no preferenceRanking")
                return {"numbers": []}
            return {"numbers": numbers}
        found = maker.get("preferences")
        if not isinstance(found, list):
            self.faults.append(f"{name} has no preferences")
            return {"statements": []}
        statements = [
            self.statement(item, place, ids, f"{name}, preference {k + 1}")
            for k, item in enumerate(found)
        ]
        return {"statements": list(dict.fromkeys(statements))}

    def ranked(self, model: GraphModel, numbered: Mapping[str, Any]) -> GraphModel:
        """Put in the rankings by number, once it is known how many states there are."""
        from negotiate.graphmodel.preference import ranked

        preferences = list(model.preferences)
        count = len(model.states)
        for name, value in numbered.items():
            order: list[list[str]] = []
            seen: list[int] = []
            wrong: list[Any] = []
            for item in value["numbers"]:
                group = item if isinstance(item, list) else [item]
                good = [n for n in group if type(n) is int and 1 <= n <= count]
                wrong += [n for n in group if n not in good]
                seen += good
                order.append([str(n) for n in good])
            missing = sorted(set(range(1, count + 1)) - set(seen))
            twice = sorted({n for n in seen if seen.count(n) > 1})
            for what, bad in (
                (f"ranks states that do not exist (there are {count})", wrong),
                ("gives no preference for states", missing),
                ("ranks twice the states", twice),
            ):
                if bad:
                    shown = ", ".join(str(n) for n in bad[:12])
                    self.faults.append(f"{name} {what}: {shown}{' ...' if len(bad) > 12 else ''}")
            if not (wrong or missing or twice):
                preferences[model.player(name)] = ranked(
                    [group for group in order if group], model.states
                )
        return replace(model, preferences=tuple(preferences))

    def compare_payoffs(self, model: GraphModel, makers: Sequence[Mapping[str, Any]]) -> None:
        """Payoffs that the program saved beside the preferences must order states alike."""
        for maker, mine in zip(makers, model.preferences):
            payoffs = maker.get("payoffs")
            if payoffs is None or self.faults:
                continue
            name = maker["name"]
            if not isinstance(payoffs, list) or not all(
                isinstance(x, (int, float)) and not isinstance(x, bool) for x in payoffs
            ):
                self.faults.append(f"{name}: payoffs are no list of numbers")
            elif len(payoffs) != len(model.states):
                self.faults.append(
                    f"{name} has {len(payoffs)} payoffs for {len(model.states)} feasible states"
                )
            elif not np.array_equal(_dense(np.asarray(payoffs)), _dense(np.asarray(mine.rank))):
                self.faults.append(f"{name}: payoffs and preferences order the states differently")

    def perceived(
        self,
        model: GraphModel,
        makers: Sequence[Mapping[str, Any]],
        place: Mapping[int, int],
        ids: Sequence[str],
    ) -> GraphModel:
        """Take out moves to and from states that the mover does not perceive."""
        assert model.table is not None and model.member is not None
        moves: list[Arcs] = []
        blind: dict[str, list[str]] = {}
        for arcs, maker in zip(model.moves, makers):
            hidden = np.zeros(len(model.states), dtype=bool)
            seen = maker.get("misperceptions") or []
            if not isinstance(seen, list):
                self.faults.append(f"{maker['name']}: misperceptions are no list")
                self.give_up()
            for k, item in enumerate(seen):
                text = self.statement(item, place, ids, f"{maker['name']}, misperception {k + 1}")
                self.give_up()
                hidden[model.member] |= true_of(text, model.table, ids)
            if hidden.any():
                blind[maker["name"]] = [model.states[s] for s in np.flatnonzero(hidden)]
                kept = ~(hidden[arcs.start] | hidden[arcs.end])
                arcs = from_pairs(arcs.start[kept], arcs.end[kept], states=arcs.states)
            moves.append(arcs)
        if not blind:
            return model
        return replace(
            model,
            moves=tuple(moves),
            note="Nobody moves to or from a state that it does not perceive.",
            extra={**model.extra, "misperceived": blind},
        )

    def coalitions(self, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        out = []
        given = self.data.get("coalitions") or []
        if not isinstance(given, list):
            self.faults.append("coalitions are no list")
            return ()
        for item in given:
            group = item if isinstance(item, list) else [item]
            if not all(type(k) is int and 0 <= k < len(names) for k in group):
                self.faults.append(f"coalition {item!r} names decision makers that do not exist")
                continue
            out.append(tuple(names[k] for k in group))
        return tuple(out)


def write_text(model: GraphModel) -> str:
    """A model as the text of a ``.gmcr`` file.

    Parameters
    ----------
    model
        In option form, with rankings and without strength.

    Returns
    -------
    str
        JSON. It is read again before it is returned, and refused if moves or preferences differ.

    Raises
    ------
    NotApplicableError
        If the format cannot hold the model.

    Examples
    --------
    >>> from negotiate.graphmodel.model import Option
    >>> model = option_model(["A", "B"], [Option("a", "A"), Option("b", "B")],
    ...     infeasible=["a and b"], preferences={"A": {"statements": ["a"]},
    ...     "B": {"weights": {"b": 1}}})
    >>> read_text(write_text(model)).preferences[1].rank.tolist()
    [1, 1, 2]
    """
    if model.table is None or model.member is None or not model.options:
        raise NotApplicableError("a graph without options", where=".gmcr")
    if not model.is_ranked:
        raise NotApplicableError(
            "a preference that is no ranking",
            where=".gmcr",
            allowed="rankings, with ties: a .gmcr file holds nothing else",
            remedy='keep the model as a file of kind = "graph"',
        )
    if any(p.has_strength for p in model.preferences):
        raise NotApplicableError("strength of preference", where=".gmcr")
    by_owner = sorted(
        range(len(model.options)), key=lambda k: model.players.index(model.options[k].owner)
    )
    options = [model.options[k] for k in by_owner]
    table, member = model.table[:, by_owner], model.member
    codes = table.astype(np.int64) @ (1 << np.arange(table.shape[1]))
    number = np.empty(len(codes), dtype=np.int64)
    number[np.argsort(codes)] = np.arange(1, len(codes) + 1)
    makers = []
    for name, mine in zip(model.players, model.preferences):
        groups = []
        for states in mine.order():
            group = sorted(number[np.isin(member, states)].tolist())
            groups.append(group[0] if len(group) == 1 else group)
        makers.append(
            {
                "name": name,
                "options": [k for k, o in enumerate(options) if o.owner == name],
                "preferences": [],
                "preferenceRanking": groups,
            }
        )
    out = {
        "program": "negotiate",
        "options": [
            {
                "name": o.label,
                "permittedDirection": "fwd" if o.direction == "forward" else o.direction,
            }
            for o in options
        ],
        "decisionMakers": makers,
        "infeasibles": [
            [[k, "Y" if taken else "N"] for k, taken in cube]
            for cube in _cubes(set(codes.tolist()), table.shape[1])
        ],
        "useManualPreferenceRanking": True,
        "coalitions": list(range(len(makers))),
    }
    text = json.dumps(out, ensure_ascii=False, indent=1)
    _same(model, number, text)
    return text


def _same(model: GraphModel, number: np.ndarray, text: str) -> None:
    again = read_text(text)
    assert model.member is not None
    back = np.empty(len(number), dtype=np.int64)
    back[number - 1] = model.member
    for name, mine, theirs in zip(model.players, model.moves, again.moves):
        found = from_pairs(back[theirs.start], back[theirs.end], states=len(model.states))
        if not (np.array_equal(mine.start, found.start) and np.array_equal(mine.end, found.end)):
            raise NotApplicableError(
                f"moves of {name} that do not follow from options and directions", where=".gmcr"
            )


def _cubes(feasible: set[int], options: int) -> list[list[tuple[int, bool]]]:
    """Patterns that cover the infeasible combinations, by splitting on one option after another."""
    out: list[list[tuple[int, bool]]] = []

    def split(codes: set[int], k: int, fixed: list[tuple[int, bool]]) -> None:
        if not codes:
            out.append(fixed)
        elif len(codes) < 1 << (options - k):
            for taken in (False, True):
                rest = {code for code in codes if bool(code >> k & 1) == taken}
                split(rest, k + 1, [*fixed, (k, taken)])

    split(feasible, 0, [])
    return out


def _dense(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.unique(values, return_inverse=True)[1])

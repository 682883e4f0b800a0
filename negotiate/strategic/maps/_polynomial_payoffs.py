"""Payoffs of a two-player game as exact polynomials in one or two quantities.

A game comes with symbolic payoffs, or from a file of ``kind = "strategic"``, whose quantities then
become symbols. What is not a polynomial with rational coefficients is refused with the place
where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.numbers.fractions import exact

Terms = dict[tuple[int, ...], Fraction]
"""A polynomial: exponents of the quantities to coefficient; the empty dict is zero."""
MAX_POWER = 64
"""Highest power of a quantity accepted in one payoff."""


@dataclass(frozen=True)
class PolynomialGame:
    """A two-player game over quantities, its payoffs as polynomials.

    Attributes
    ----------
    players, strategies, title
        As in the strategic form.
    names
        The quantities, in the order of the exponents.
    payoffs
        Per player a table (rows: the first player's strategies) of `Terms`.
    ranges, bases, units
        What the file says of each quantity: (low, high), value, unit; None or empty if it does not.
    notes
        Sentences a reader must know.
    """

    players: tuple[str, ...]
    strategies: Mapping[str, tuple[str, ...]]
    title: str
    names: tuple[str, ...]
    payoffs: tuple[list[list[Terms]], list[list[Terms]]]
    ranges: tuple[tuple[Fraction | None, Fraction | None], ...]
    bases: tuple[Fraction | None, ...]
    units: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read(
    game: Any, quantities: Sequence[Any], values: Mapping[str, Any] | None, where: str
) -> PolynomialGame:
    """The game over ``quantities`` (symbols or names), other quantities at ``values``.

    Parameters
    ----------
    game
        A strategic game with symbolic payoffs; or a strategic file, its path or the id of a case,
        whose other quantities keep the file's values unless ``values`` gives others.
    where
        What is asked, for messages.
    """
    names = tuple(str(q) for q in quantities)
    if len(set(names)) < len(names):
        raise InputError(f"quantities {', '.join(names)}", where=where, allowed="different ones")
    both = sorted({str(k) for k in values or ()} & set(names))
    if both:
        raise InputError(
            f"{both[0]} is given a value and is to vary",
            where=f"{where}: values",
            allowed="values of the other quantities",
        )
    file = None
    if isinstance(game, (str, Path)):
        game = _opened(game, where)
    if hasattr(game, "quantity") and hasattr(game, "game"):
        file, game = game, _symbolic(game, names, values, where)
        values = None
    if not (hasattr(game, "strategies") and hasattr(game, "payoffs") and hasattr(game, "draws")):
        raise NotApplicableError(
            f"is a {type(game).__name__}",
            where=where,
            allowed="a strategic game of two players, or a file of one",
        )
    if len(game.players) != 2:
        raise NotApplicableError(
            f"the game has {len(game.players)} players",
            where=where,
            allowed="2 players",
            remedy="fix the strategies of the others, or solve it at chosen values of "
            f"{', '.join(names)} (nash_equilibrium)",
        )
    if game.draws:
        raise NotApplicableError(
            f"the game has draw axes {game.draws}",
            where=where,
            allowed="one game",
            remedy="take one with draw(index)",
        )
    given = {str(k): exact(v, where=f"{where}: values of {k}") for k, v in (values or {}).items()}
    tables, found = _tables(game, names, given, where)
    notes = [] if found else [f"No payoff depends on {' or '.join(names)}."]
    if (
        not found
        and file is None
        and all(not hasattr(v, "free_symbols") for v in game.payoffs.flat)
    ):
        notes.append("The game holds numbers only; a file of a game, or its id, keeps quantities.")
    if game.payoffs.dtype != object:
        notes.append("Payoffs given as floats were read as decimals and solved exactly.")
    quantity = file.quantity if file else {}
    ranges, bases, units = [], [], []
    for name in names:
        item = quantity.get(name)
        ranges.append((getattr(item, "low", None), getattr(item, "high", None)))
        base = getattr(item, "value", None)
        bases.append(base if isinstance(base, Fraction) else None)
        units.append(getattr(item, "unit", "") or "")
    return PolynomialGame(
        game.players,
        dict(game.strategies),
        game.title,
        names,
        (tables[0], tables[1]),
        tuple(ranges),
        tuple(bases),
        tuple(units),
        tuple(notes),
    )


def _opened(case: str | Path, where: str) -> Any:
    from negotiate.case import read as casefile
    from negotiate.strategic import nfg

    path = casefile.resolve(case)
    if path.suffix.lower() == ".nfg":
        return nfg.read(path)
    kind = casefile.kind_in(casefile.read_text(path))
    if kind != "strategic":
        raise NotApplicableError(
            f"is of kind {kind or 'unknown'}",
            where=f"{where}: {case}",
            allowed='a file of kind = "strategic"',
        )
    from negotiate.strategic import _file as _strategic_file

    return _strategic_file.open_file(path)


def _symbolic(file: Any, names: Sequence[str], values: Mapping[str, Any] | None, where: str) -> Any:
    import sympy

    for name in names:
        if name not in file.quantity:
            raise UnknownNameError("quantity", name, file.quantity, where=f"{where}: {file.id}")
    symbols = {name: sympy.Symbol(name, real=True) for name in names}
    given = {str(k): exact(v, where=f"{where}: values of {k}") for k, v in (values or {}).items()}
    return file.game({**given, **symbols})


def _tables(
    game: Any, names: Sequence[str], given: Mapping[str, Fraction], where: str
) -> tuple[list[list[list[Terms]]], bool]:
    """Payoffs as terms, and whether any depends on the quantities."""
    symbols = {
        symbol
        for entry in game.payoffs.flat
        for symbol in getattr(entry, "free_symbols", ())
        if not getattr(entry, "is_Rational", False)
    }
    others = sorted({s.name for s in symbols} - set(names) - set(given))
    if others:
        raise InputError(
            f"payoffs also contain {', '.join(others)}",
            where=where,
            allowed=f"{' and '.join(names)} only",
            remedy=f"give values, e.g. values={{'{others[0]}': 1}}",
        )
    unused = sorted(set(given) - {s.name for s in symbols})
    if unused:
        raise UnknownNameError("symbol", unused[0], sorted(s.name for s in symbols), where=where)
    out, depends = [], False
    for k, player in enumerate(game.players):
        rows = []
        for i, row in enumerate(game.payoffs[k]):
            line = []
            for j, entry in enumerate(row):
                labels = [game.strategies[p][at] for p, at in zip(game.players, (i, j))]
                cell = f"payoff of {player} at ({', '.join(labels)})"
                terms = _terms(entry, names, given, cell)
                depends = depends or any(any(powers) for powers in terms)
                line.append(terms)
            rows.append(line)
        out.append(rows)
    return out, depends


def _terms(entry: Any, names: Sequence[str], given: Mapping[str, Fraction], cell: str) -> Terms:
    zero = (0,) * len(names)
    if not hasattr(entry, "free_symbols") or entry.is_Rational or entry.is_Float:
        number = exact(entry, where=cell)
        return {zero: number} if number else {}
    quick = _expanded(entry, {n: k for k, n in enumerate(names)}, given, len(names))
    if quick is not None:
        return {powers: c for powers, c in quick.items() if c}
    import sympy

    generators = [
        next((s for s in entry.free_symbols if s.name == n), sympy.Symbol(n)) for n in names
    ]
    numbers = {s: given[s.name] for s in entry.free_symbols if s.name in given}
    replaced = (
        entry.subs({s: sympy.Rational(v.numerator, v.denominator) for s, v in numbers.items()})
        if numbers
        else entry
    )
    quantities = " and ".join(names)
    try:
        polynomial = sympy.Poly(replaced, *generators)
    except sympy.PolynomialError:
        raise InputError(
            f"is {entry}",
            where=cell,
            allowed=f"a polynomial in {quantities}",
            remedy="multiply all payoffs of this player by the common denominator where it is "
            "positive (the equilibria stay), or use a scan (threshold)",
        ) from None
    terms: Terms = {}
    for powers, coefficient in polynomial.terms():
        if max(powers) > MAX_POWER:
            raise InputError(f"has power {max(powers)}", where=cell, allowed=f"up to {MAX_POWER}")
        if not (coefficient.is_Rational or coefficient.is_Float):
            raise InputError(
                f"has coefficient {coefficient}",
                where=cell,
                allowed="rational coefficients",
                remedy="write irrational numbers as decimals",
            )
        plain = str(coefficient) if coefficient.is_Float else coefficient
        number = exact(plain, where=cell)
        if number:
            terms[tuple(int(p) for p in powers)] = number
    return terms


def _expanded(
    entry: Any, place: Mapping[str, int], given: Mapping[str, Fraction], size: int
) -> Terms | None:
    """Sums, products and small powers multiplied out; None for whatever else there is.

    A shortcut of `sympy.Poly`, which gives the same terms and words for what is refused.
    """
    zero = (0,) * size
    if entry.is_Rational:
        return {zero: Fraction(int(entry.p), int(entry.q))}
    if entry.is_Symbol:
        if entry.name in given:
            return {zero: given[entry.name]}
        k = place[entry.name]
        return {tuple(int(i == k) for i in range(size)): Fraction(1)}
    if entry.is_Pow:
        if not (entry.exp.is_Integer and 0 <= int(entry.exp) <= MAX_POWER):
            return None
        parts = [entry.base] * int(entry.exp)
    elif entry.is_Add or entry.is_Mul:
        parts = entry.args
    else:
        return None
    total: Terms = {} if entry.is_Add else {zero: Fraction(1)}
    for part in parts:
        found = _expanded(part, place, given, size)
        if found is None:
            return None
        if entry.is_Add:
            for powers, c in found.items():
                total[powers] = total.get(powers, Fraction(0)) + c
            continue
        product: Terms = {}
        for one, c in total.items():
            for two, d in found.items():
                powers = tuple(i + j for i, j in zip(one, two))
                product[powers] = product.get(powers, Fraction(0)) + c * d
        if any(max(powers) > MAX_POWER for powers in product):
            return None
        total = product
    return total


def coefficients(terms: Terms) -> list[Fraction]:
    """Coefficients of a polynomial in the first quantity alone, lowest degree first."""
    out = [Fraction(0)] * (max((p[0] for p in terms), default=-1) + 1)
    for powers, c in terms.items():
        out[powers[0]] = c
    return out

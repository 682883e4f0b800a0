"""From the labelled bargaining problem to the arrays of the kernels, and back to labelled terms.

An issue on which both values are polygonal (linear, peaked, table) becomes a path of nodes: its
options, or the two ends of its Pareto part (the levels between the two ideals). Any other issue
moves with the frontier weight lambda. Terms are read back piece by piece.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from negotiate import tolerance
from negotiate.bargaining.arithmetic import convex, frontier, frontier_exact
from negotiate.bargaining.arithmetic.exact import ExactPoint
from negotiate.bargaining.arithmetic.frontier_smooth import smooth
from negotiate.bargaining.values import POLYGONAL, Value, floats, number
from negotiate.errors import InputError, NoSolutionError, TooLargeError, UnknownNameError

if TYPE_CHECKING:
    from negotiate.bargaining.problem import BargainingProblem

MAX_PARTIES, MAX_ISSUES, MAX_OPTIONS = 32, 200, 5000
_CURVE_GRID = 257


def check(form: BargainingProblem) -> None:
    """Shapes, sizes and kinds fit together; before any work."""
    n, count = len(form.parties), len(form.issues)
    for size, most, what in ((n, MAX_PARTIES, "parties"), (count, MAX_ISSUES, "issues")):
        if size > most:
            raise TooLargeError(f"{size} {what}", where="bargaining problem", allowed=f"<= {most}")
    for labels, what in ((form.parties, "party"), (form.issues, "issue")):
        if len(set(labels)) != len(labels):
            raise InputError(f"two of one name among {what} labels {labels}", where="bargaining")
    if n < 2 or not count:
        raise InputError(
            f"{n} parties and {count} issues",
            where="bargaining problem",
            allowed="two or more parties, one or more issues",
        )
    expected = {"weights": (n, count), "disagreement": (n,), "base": (n,)}
    expected["bargaining_weights"] = (n,)
    for name, shape in expected.items():
        array = getattr(form, name)
        if array.shape[array.ndim - len(shape) :] != shape:
            raise InputError(f"{name} of shape {array.shape}", allowed=f"(..., {shape})")
        if array.dtype != object and not np.isfinite(array).all():
            raise InputError(f"{name} holds NaN or infinity", allowed="finite numbers")
    given = form.bargaining_weights
    if not any(hasattr(x, "free_symbols") for x in given.ravel()) and not (given > 0).all():
        raise InputError(
            f"weights {given.tolist()}",
            where="bargaining weights",
            allowed="numbers above 0",
            remedy="the limit of a vanishing weight gives that party its disagreement payoff",
        )
    if form.weights.dtype != object and (form.weights < 0).any():
        raise InputError("a weight is negative", allowed="0 or more", remedy="turn the ideal round")
    if len(form.values) != n or any(len(row) != count for row in form.values):
        raise InputError("values do not fit parties and issues", allowed=f"{n} x {count}")
    for k, issue in enumerate(form.issues):
        options = form.options[k]
        tables = [row[k].kind == "table" for row in form.values]
        if all(tables) != any(tables) or any(tables) != (options is not None):
            raise InputError(
                "options for some parties and levels for others",
                where=f"issue {issue}",
                allowed="a table for every party, or for none",
            )
        if options is not None:
            if len(options) > MAX_OPTIONS:
                raise TooLargeError(f"{len(options)} options", allowed=f"<= {MAX_OPTIONS}")
            if any(len(row[k].table) != len(options) for row in form.values):
                raise InputError(
                    "tables and options differ in length",
                    where=f"issue {issue}",
                    allowed=f"{len(options)} numbers for each party",
                )


def one_draw(form: BargainingProblem, index: int) -> BargainingProblem:
    """The float problem of one draw, counted over the flattened draw axes."""
    shape = form.shape

    def pick(array: Any, last: int) -> Any:
        wide = np.broadcast_to(floats(array), (*shape, *np.shape(array)[np.ndim(array) - last :]))
        return wide.reshape(-1, *wide.shape[len(shape) :])[index]

    def single(item: Any) -> Any:
        return float(pick(item, 0)) if isinstance(item, np.ndarray) else item

    def value(v: Value) -> Value:
        return replace(
            v,
            ideal=single(v.ideal),
            scale=single(v.scale),
            exponent=single(v.exponent),
            table=tuple(single(item) for item in v.table),
        )

    return replace(
        form,
        weights=pick(form.weights, 2),
        disagreement=pick(form.disagreement, 1),
        base=pick(form.base, 1),
        bargaining_weights=pick(form.bargaining_weights, 1),
        deals={},
        values=tuple(tuple(value(v) for v in row) for row in form.values),
    )


class Path(NamedTuple):
    """Where the pieces of one polygonal issue stand, and what its nodes are.

    ``order`` ``(..., m)`` lists option indices along the path; ``ends`` the two levels of an
    interval issue, else None.
    """

    issue: int
    pieces: slice
    order: Any
    ends: tuple[Any, Any] | None


class Layout(NamedTuple):
    """Polygonal issues' paths and the smooth issues' indices."""

    paths: tuple[Path, ...]
    smooth: tuple[int, ...]


def _is_polygonal(form: BargainingProblem, k: int) -> bool:
    return all(row[k].kind in POLYGONAL for row in form.values)


def _ends(form: BargainingProblem, k: int) -> tuple[Any, Any]:
    """Pareto part of an interval issue of two parties: the levels between the two ideals."""
    first, second = form.values[0][k].target, form.values[1][k].target
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return np.minimum(floats(first), floats(second)), np.maximum(floats(first), floats(second))
    return min(first, second), max(first, second)


def _nodes(form: BargainingProblem, k: int) -> tuple[list[list[Any]], tuple[Any, Any] | None]:
    """Unweighted worth of each node to both parties, and the nodes' levels."""
    if form.options[k] is not None:
        return [list(row[k].table) for row in form.values], None
    ends = _ends(form, k)
    return [[row[k].at(level) for level in ends] for row in form.values], ends


def _paths(form: BargainingProblem) -> tuple[Layout, list[Any], list[Any], Any]:
    paths, gains, losses = [], [], []
    start: Any = np.broadcast_to(floats(form.base), (*form.shape, 2))
    weights = floats(form.weights)
    place = 0
    for k in range(len(form.issues)):
        if not _is_polygonal(form, k):
            continue
        nodes, ends = _nodes(form, k)
        arrays = np.broadcast_arrays(*(floats(item) for row in nodes for item in row))
        count = len(nodes[0])
        worth = np.stack(arrays, axis=-1).reshape(*arrays[0].shape, 2, count)
        first, gain, loss, order = frontier.hull_path(worth)
        start = start + weights[..., k] * first
        gains.append(weights[..., 0, k, None] * gain)
        losses.append(weights[..., 1, k, None] * loss)
        paths.append(Path(k, slice(place, place + count - 1), order, ends))
        place += count - 1
    rest = tuple(k for k in range(len(form.issues)) if not _is_polygonal(form, k))
    return Layout(tuple(paths), rest), gains, losses, start


def float_frontier(form: BargainingProblem) -> frontier.Frontier:
    """Segments and smooth issues for the float kernels."""
    layout, gains, losses, start = _paths(form)
    moving = None
    if layout.smooth:
        total = int(np.prod(form.shape, dtype=np.int64))
        weights = np.broadcast_to(floats(form.weights), (*form.shape, 2, len(form.issues)))
        weights = weights.reshape(total, 2, len(form.issues))

        def rows(read: Callable[[Value], Any], i: int) -> Any:
            return np.stack(
                [
                    np.broadcast_to(floats(read(form.values[i][k])), form.shape).reshape(total)
                    for k in layout.smooth
                ]
            )

        # the kernel's "linear" is the peaked value; an end is a peak
        kinds = [
            tuple("linear" if row[k].kind in POLYGONAL else row[k].kind for k in layout.smooth)
            for row in form.values
        ]
        both = (0, 1)
        moving = smooth(
            kinds[0],
            kinds[1],
            tuple(np.ascontiguousarray(weights[:, i, list(layout.smooth)].T) for i in both),  # type: ignore[arg-type]
            tuple(rows(_centre, i) for i in both),
            tuple(rows(lambda v: v.reach, i) for i in both),
            tuple(rows(lambda v: v.exponent, i) for i in both),
            tuple(tuple(row[k].curve for k in layout.smooth) for row in form.values),  # type: ignore[arg-type]
        )
    return frontier.frontier(
        start,
        frontier.stack_pieces(gains, form.shape),
        frontier.stack_pieces(losses, form.shape),
        moving,
    )


def _centre(value: Value) -> Any:
    return value.target if value.kind in ("linear", "power") else value.ideal


def exact_frontier(form: BargainingProblem) -> frontier_exact.Polygon:
    """The polygon in fractions."""
    if not form.is_exact:
        raise InputError(
            "the problem holds floats, symbols or smooth values",
            where="exact frontier",
            allowed="fractions and polygonal values",
            remedy="use form.float_frontier",
        )
    issues = []
    for k in range(len(form.issues)):
        nodes, _ = _nodes(form, k)
        w1, w2 = form.weights[0, k], form.weights[1, k]
        issues.append([(w1 * number(x), w2 * number(y)) for x, y in zip(*nodes)])
    return frontier_exact.polygon(issues, tuple(form.base))


class Terms(NamedTuple):
    """Terms by issue, whether they are unique, and the issues split at the point."""

    terms: dict[str, Any]
    unique: Any
    split: tuple[str, ...]


def exact_terms(form: BargainingProblem, point: ExactPoint) -> Terms:
    """Terms of an exact frontier point."""
    polygon = form.exact_frontier
    shares, unique = frontier_exact.shares(polygon, point)
    terms: dict[str, Any] = {}
    split = []
    for k, issue in enumerate(form.issues):
        taken = [(p, s) for p, s in zip(polygon.pieces, shares) if p.issue == k and s > 0]
        start, end, part = polygon.first[k], polygon.first[k], number(0)
        if taken:
            piece, part = taken[-1]
            start, end = piece.start, piece.end
        if 0 < part < 1:
            split.append(issue)
        labels = form.options[k]
        if labels is None:
            low, high = (number(level) for level in _ends(form, k))
            here, there = ((low, high)[j] for j in (start, end))
            terms[issue] = here + part * (there - here)
        elif 0 < part < 1:
            terms[issue] = {labels[start]: 1 - part, labels[end]: part}
        else:
            terms[issue] = labels[end] if part == 1 else labels[start]
    return Terms(terms, unique, tuple(split))


def float_terms(form: BargainingProblem, point: frontier.Located) -> Terms:
    """Terms of a float frontier point: levels, option shares; arrays over draws."""
    layout = _paths(form)[0]
    taken, levels, unique = frontier.terms(form.float_frontier, point)
    shape = form.shape
    terms: dict[str, Any] = {}
    split = []
    for path in layout.paths:
        part = _in_turn(taken[path.pieces], form.float_frontier.piece_gain[path.pieces])
        if bool(((part > tolerance.UTILITY) & (part < 1 - tolerance.UTILITY)).any()):
            split.append(form.issues[path.issue])
        labels = form.options[path.issue]
        if labels is None:
            terms[form.issues[path.issue]] = _level(path, part[0], shape)
        else:
            terms[form.issues[path.issue]] = _options(path, part, labels, shape)
    for row, k in enumerate(layout.smooth):
        assert levels is not None
        terms[form.issues[k]] = _plain(levels[row], shape)
    ordered = {issue: terms[issue] for issue in form.issues}
    return Terms(ordered, _plain(unique, shape), tuple(split))


def _in_turn(part: Any, gain: Any) -> Any:
    """Pieces of one issue are passed one after the other.

    So they are where slopes differ; collinear options (whose slopes rounding may put in any order)
    would else be split alike, or mixed where none need be.
    """
    if len(part) < 2:
        return part
    left = (part * gain).sum(axis=0)
    out = part.copy()
    for j in range(len(part)):
        moves = gain[j] > 0
        share = np.clip(left / np.where(moves, gain[j], 1.0), 0.0, 1.0)
        out[j] = np.where(moves, share, part[j])
        left = left - np.where(moves, share * gain[j], 0.0)
    return out


def _plain(array: Any, shape: tuple[int, ...]) -> Any:
    return array.reshape(shape) if shape else array.reshape(-1)[0].item()


def _level(path: Path, part: Any, shape: tuple[int, ...]) -> Any:
    assert path.ends is not None
    part = part.reshape(shape)
    low, high = floats(path.ends[0]), floats(path.ends[1])
    backwards = path.order[..., 0] == 1  # party 2 likes the upper end best
    here, there = np.where(backwards, high, low), np.where(backwards, low, high)
    level = here + part * (there - here)
    return level if shape else float(level)


def _options(path: Path, part: Any, labels: tuple[str, ...], shape: tuple[int, ...]) -> Any:
    count = len(labels)
    part = part.reshape(count - 1, *shape)
    order = np.broadcast_to(path.order, (*shape, count))
    shares = np.zeros((count, *shape))
    # the path's last node repeats where it is short: its pieces have no length and are not taken
    for j in range(count):
        weight = (part[j - 1] if j else 1.0) - (part[j] if j < count - 1 else 0.0)
        for option in range(count):
            shares[option] += np.where(order[..., j] == option, weight, 0.0)
    if shape:
        return {label: shares[j] for j, label in enumerate(labels)}
    kept = {
        label: float(shares[j]) for j, label in enumerate(labels) if shares[j] > tolerance.UTILITY
    }
    return next(iter(kept)) if len(kept) == 1 else kept


# ---- any number of parties ---------------------------------------------------------------------


def convex_program(form: BargainingProblem) -> convex.Program:
    """The convex description of one problem."""
    weights = floats(form.weights)
    issues = []
    for k in range(len(form.issues)):
        values = [row[k] for row in form.values]
        if form.options[k] is not None:
            worth = floats([[float(x) for x in value.table] for value in values])
            issues.append(convex.ConvexIssue(weights[:, k, None] * worth))
            continue
        if any(value.kind == "curve" for value in values):
            raise InputError(
                "a curve among three or more parties",
                where=f"issue {form.issues[k]}",
                allowed="linear, peaked, quadratic, power, table",
            )
        issues.append(
            convex.ConvexIssue(
                None,
                tuple("linear" if v.kind in POLYGONAL else v.kind for v in values),
                weights[:, k],
                floats([float(_centre(v)) for v in values]),
                floats([float(v.reach) for v in values]),
                floats([float(v.exponent) for v in values]),
            )
        )
    return convex.program(len(form.parties), issues, floats(form.base))


def convex_terms(form: BargainingProblem, raw: list[Any]) -> dict[str, Any]:
    """Labelled terms from option shares and levels."""
    out: dict[str, Any] = {}
    for issue, labels, item in zip(form.issues, form.options, raw):
        if labels is None:
            out[issue] = float(item)
            continue
        kept = {label: float(share) for label, share in zip(labels, item) if share > tolerance.GAP}
        out[issue] = next(iter(kept)) if len(kept) == 1 else kept
    return out


def convex_zone(form: BargainingProblem) -> float:
    """Largest equal gain over d."""
    answer = convex.maximin(form.program, floats(form.disagreement), np.ones(len(form.parties)))
    return answer.value


def convex_ideal(form: BargainingProblem, *, inner: Any = None) -> list[float]:
    """Ideal point of three or more parties; needs a proper bargaining zone."""
    d = floats(form.disagreement)
    if inner is None:
        room = convex.maximin(form.program, d, np.ones(len(d)))
        if room.value <= tolerance.GAP:
            raise NoSolutionError(
                f"no terms leave every party above its disagreement payoff ({room.value:.3g})",
                where="ideal point",
            )
        inner = room.inner
    out = []
    for i in range(len(d)):
        rate = np.zeros(len(d))
        rate[i] = 1.0
        out.append(convex.maximin(form.program, d, rate, start=inner).value + float(d[i]))
    return out


# ---- reading ------------------------------------------------------------------------------------


def read_terms(form: BargainingProblem, terms: Mapping[str, Any]) -> list[Any]:
    """A level, option index or option shares for every issue, in order."""
    for issue in terms:
        if issue not in form.issues:
            raise UnknownNameError("issue", issue, form.issues, where="terms")
    missing = [issue for issue in form.issues if issue not in terms]
    if missing:
        raise InputError(f"nothing for {', '.join(missing)}", where="terms", allowed="every issue")
    out: list[Any] = []
    for k, issue in enumerate(form.issues):
        level, labels = terms[issue], form.options[k]
        if labels is None:
            out.append(number(level))
            continue
        shares = level if isinstance(level, Mapping) else {level: number(1)}
        for label in shares:
            if label not in labels:
                raise UnknownNameError("option", str(label), labels, where=f"issue {issue}")
        out.append([number(shares.get(label, 0)) for label in labels])
    return out


def read_value(negotiation: Any, party: str, issue: str) -> Value:
    """A party's value of an issue from a negotiation's paths."""
    kind = negotiation.get(f"form.{party}.{issue}", "linear")
    if kind == "table":
        options = negotiation.issues[issue].options
        head = f"table.{party}.{issue}"
        return Value("table", table=tuple(negotiation.value(f"{head}.{o}") for o in options))
    one, half = number(1), number("1/2")
    return Value(
        kind,
        negotiation.get(f"ideal.{party}.{issue}", half),
        negotiation.get(f"scale.{party}.{issue}", one),
        negotiation.get(f"exponent.{party}.{issue}", one),
    )


def bargaining_weights(negotiation: Any) -> dict[str, Any]:
    """Bargaining weights of the principals, 1 where the file has none."""
    return {
        party: negotiation.get(f"party.{party}.bargaining_weight", 1)
        for party in negotiation.principals
    }


def concave(item: Any, name: str) -> tuple[Callable[[Any], Any], float]:
    """A vectorised function on [0, 1] and the level where it is largest; concavity is checked."""
    curve = _callable(item, name)
    grid = np.linspace(0.0, 1.0, _CURVE_GRID)
    worth = floats(curve(grid))
    if worth.shape != grid.shape or not np.isfinite(worth).all():
        raise InputError(
            "is not a finite number for every level",
            where=f"{name} curve",
            allowed="a function of an array of levels in [0, 1]",
        )
    sag = worth[:-2] + worth[2:] - 2 * worth[1:-1]
    if sag.max() > tolerance.UTILITY * max(1.0, float(np.abs(worth).max())):
        at = grid[1 + int(sag.argmax())]
        raise InputError(
            f"is not concave near {at:.3g}",
            where=f"{name} curve",
            allowed="a concave function",
            remedy="give its outcomes to from_points, which takes their convex hull",
        )
    best = int(worth.argmax())
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    for _ in range(80):  # golden section would do; thirds are plainer and as exact
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if curve(np.array([left]))[0] < curve(np.array([right]))[0]:
            low = left
        else:
            high = right
    peak = 0.5 * (low + high)
    ends = min((0.0, 1.0), key=lambda end: abs(end - peak))
    return curve, float(ends if abs(ends - peak) < tolerance.UTILITY else peak)


def _bends(curve: Callable[[Any], Any]) -> Any:
    """Second differences on a grid, each over the curve's range; 0 where it is straight."""
    worth = floats(curve(np.linspace(0.0, 1.0, _CURVE_GRID)))
    size = float(worth.max() - worth.min()) or 1.0
    return np.abs(worth[:-2] + worth[2:] - 2 * worth[1:-1]) / size


def straight(curve: Callable[[Any], Any], name: str) -> str:
    """``throughout`` where a curve is a straight line, else empty."""
    return "throughout" if _bends(curve).max() <= tolerance.UTILITY else ""


def refuse_shared_stretch(made: Sequence[tuple[Callable[[Any], Any], float]]) -> None:
    """Two curves straight over the same levels make a flat piece, which curves cannot hold.

    Only levels between the two peaks count: the others are not efficient.
    """
    low, high = sorted(peak for _, peak in made)
    flat = np.ones(_CURVE_GRID - 2, dtype=bool)
    for curve, _ in made:
        flat &= _bends(curve) <= tolerance.UTILITY
    grid = np.linspace(0.0, 1.0, _CURVE_GRID)[1:-1]
    flat &= (grid > low) & (grid < high)
    if flat.any():
        raise InputError(
            f"both curves are straight near level {grid[flat][0]:.3g}: the frontier has a flat "
            "piece there",
            where="from_curve",
            allowed="curves that are not straight over the same levels, or straight lines both",
            remedy="give the corners of the frontier to from_polygon",
        )


def _callable(item: Any, name: str) -> Callable[[Any], Any]:
    if isinstance(item, str):
        from negotiate.case.expression import parse

        expression = parse(item)
        if set(expression.names) - {"x"}:
            raise UnknownNameError("name", expression.names[0], ("x",), where=f"{name} curve")

        def formula(x: Any) -> Any:
            return expression.evaluate({"x": x}) + 0.0 * np.asarray(x)

        return formula
    if hasattr(item, "free_symbols"):
        import sympy

        symbols = sorted(item.free_symbols, key=str)
        if len(symbols) > 1:
            raise InputError(f"symbols {symbols}", where=f"{name} curve", allowed="one symbol")
        inner = sympy.lambdify(symbols or [sympy.Symbol("x")], item, "numpy")
        return lambda x: inner(x) + 0.0 * np.asarray(x)
    if not callable(item):
        raise InputError(f"{item!r}", where=f"{name} curve", allowed="expression or callable")
    return item  # type: ignore[no-any-return]

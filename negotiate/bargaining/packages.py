r"""Packages: the best deals without lotteries, and under constraints between issues.

A package settles every issue by one option, or by one level of a grid, so that the attainable
utilities are finitely many points and nothing can be mixed. Utilities add up over issues, so a
package that is not dominated is made of parts that are not: merging issue by issue,

    F_k = Pareto(F_{k-1} + {w_k v_k(o) : o an option of issue k}),

keeps every undominated package without listing the rest. Issues that a forbidden combination ties
together are merged as one block, in which the combination is struck out first; a budget is one more
coordinate, which counts as the less the better. What the rules choose on the list:

nash                product of gains over d (weighted), the largest
kalai-smorodinsky   smallest gain as a share of the party's best gain, the largest
egalitarian         smallest gain over d, the largest
leximin             smallest gain, then the second smallest ... (Sen 1970)
maximin             smallest utility, the largest
welfare             sum of utilities, the largest

A rule that leaves ties takes all tied packages. Where the frontier grows past what is kept, Nash,
egalitarian, maximin and welfare are sought by branch and bound; the answer is then not complete and
says how far any package could be above it (0: proved best).

Sources: Nash (1950), Econometrica 18:155-162; Kalai and Smorodinsky (1975), Econometrica
43:513-518; Nagahisa and Tanaka (2002), Social Choice and Welfare 19:751-761 (unverified), for
finite problems; Raiffa (1982), The Art and Science of Negotiation, ch. 11, for packages of scored
options.

Two issues of two options; the best product of gains is 6 x 6 against 3 x 10 and 10 x 3:

>>> from negotiate.bargaining.problem import from_issues
>>> from negotiate.bargaining.values import table
>>> two = from_issues(
...     {"a": {"x": 1, "y": 1}, "b": {"x": 1, "y": 1}},
...     {"a": {"x": table([0, 6]), "y": table([0, 4])},
...      "b": {"x": table([4, 0]), "y": table([6, 0])}},
...     {"a": 0, "b": 0}, options={"x": ("b", "a"), "y": ("b", "a")})
>>> found = best_packages(packages(two))
>>> [(dict(p.terms), len(p.facts["rules"])) for p in found]
[({'x': 'a', 'y': 'b'}, 6)]
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining.arithmetic import merging
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.problem import problem as compile_bargaining
from negotiate.bargaining.values import floats, number
from negotiate.declare import Metric, Playable, compiles, concept, game
from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.solution import Evidence, Point, Solution

MAX_BLOCK = 1_000_000
"""Most combinations of issues that constraints tie together."""
MAX_LISTED = 200_000
"""Most packages that the check goes through one by one."""
MAX_TIED = 4
"""Most tied packages of a rule that are given as points."""
RULES = ("nash", "kalai-smorodinsky", "egalitarian", "leximin", "maximin", "welfare")


def _chosen(rule: str, read: str) -> Any:
    def value(game: Packages, names: Mapping[str, str]) -> Any:
        def one(here: Packages) -> float:
            picked = here.pick(rule)
            if not picked:
                return float("nan") if read == "term" else float(here.d[names_of(here, names)])
            if read == "utility":
                return float(here.front.worth[picked[0], names_of(here, names)])
            terms = here.terms(picked[0])
            if "option" in names:
                return float(terms[names["issue"]] == names["option"])
            return float(terms[names["issue"]])

        return game.over_draws(one)

    return value


def names_of(game: Packages, names: Mapping[str, str]) -> int:
    """Index of the party that a metric is about."""
    return game.players.index(names["party"])


METRICS = (
    Metric(
        "frontier",
        "number",
        "packages that no other package dominates",
        words="undominated packages",
        read=lambda game, names: game.over_draws(lambda here: float(len(here.front.worth))),
    ),
    Metric(
        "nash.utility.<party>",
        "stake",
        "utility at the package with the largest product of gains; d where none leaves all better "
        "off",
        words="utility of {party} at the best package",
        read=_chosen("nash", "utility"),
    ),
    Metric(
        "nash.term.<issue>",
        "level",
        "level of the issue in that package",
        words="level of {issue} in the best package",
        read=_chosen("nash", "term"),
    ),
    Metric(
        "nash.term.<issue>.<option>",
        "share",
        "1 where that package has the option, else 0",
        words="{option} in {issue} in the best package",
        read=_chosen("nash", "term"),
    ),
    Metric(
        "leximin.utility.<party>",
        "stake",
        "utility at the leximin package",
        words="utility of {party} at the leximin package",
        read=_chosen("leximin", "utility"),
    ),
)


@game(
    "packages",
    title="Packages without lotteries",
    short="packages",
    default=("best_packages",),
    metrics=METRICS,
)
@dataclass(frozen=True, eq=False)
class Packages(Playable):
    """The deals of a bargaining problem that mix nothing.

    Attributes
    ----------
    problem
        The bargaining problem: utilities, disagreement point, bargaining weights.
    choices
        For each issue its options, or the levels of the grid.
    constraints
        Forbidden combinations and budgets (`negotiate.case.constraint.Constraint`).
    """

    problem: BargainingProblem
    choices: tuple[tuple[Any, ...], ...]
    constraints: tuple[Any, ...] = ()

    _view = "negotiate.bargaining.views.packages"

    @property
    def players(self) -> tuple[str, ...]:
        """The parties."""
        return self.problem.parties

    @property
    def issues(self) -> tuple[str, ...]:
        """The issues."""
        return self.problem.issues

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the draws; () for one problem."""
        return self.problem.shape

    @property
    def count(self) -> int:
        """Number of packages, forbidden ones included."""
        return math.prod(len(row) for row in self.choices)

    @cached_property
    def d(self) -> np.ndarray[Any, Any]:
        """``(n,)`` the disagreement point, as exact as the problem."""
        return np.asarray(self.problem.disagreement)

    @property
    def is_exact(self) -> bool:
        """Whether every utility is a fraction."""
        return self.problem.is_exact

    def worths(self, k: int) -> np.ndarray[Any, Any]:
        """``(options, n)`` what each choice of issue k is worth to each party."""
        problem, labels = self.problem, self.problem.options[k]
        rows = []
        for j, choice in enumerate(self.choices[k]):
            level = j if labels is not None else choice
            rows.append([
                problem.weights[i, k] * problem.values[i][k].at(level)
                for i in range(len(problem.parties))
            ])  # fmt: skip
        return np.array(rows, dtype=object if self.is_exact else float)

    def over_draws(self, read: Any) -> Any:
        """A number of each draw's own packages, one after the other."""
        if not self.shape:
            return np.asarray(read(self))
        total = int(np.prod(self.shape, dtype=np.int64))
        if total * min(self.count, 20_000) > 200_000_000:
            raise TooLargeError(
                f"{total:,} draws of {self.count:,} packages", where="packages",
                allowed="200,000,000 in all", remedy="take fewer draws",
            )  # fmt: skip
        return np.array(
            [read(replace(self, problem=self.problem.draw(i))) for i in range(total)]
        ).reshape(self.shape)

    @cached_property
    def blocks(self) -> tuple[merging.Block, ...]:
        """Issues, or issues tied by constraints, with what each choice is worth and costs."""
        return tuple(self._block(group) for group in self._groups())

    @cached_property
    def front(self) -> merging.Front:
        """The undominated packages."""
        return merging.front(
            self.blocks,
            np.asarray(self.problem.base),
            [rule.limit for rule in self.constraints if rule.budget],
        )

    def terms(self, index: int) -> dict[str, Any]:
        """Terms of an undominated package."""
        return self.terms_of(self.front.choice[index])

    def terms_of(self, choice: Sequence[int]) -> dict[str, Any]:
        """Terms of one choice of every block."""
        out: dict[str, Any] = {}
        for group, block, combination in zip(self._groups(), self.blocks, choice):
            row = block.labels[combination]
            out |= {self.issues[k]: self.choices[k][j] for k, j in zip(group, row)}
        return {issue: out[issue] for issue in self.issues}

    def _groups(self) -> list[tuple[int, ...]]:
        """Issues in blocks: those that a forbidden combination ties together stand in one."""
        sets = [{k} for k in range(len(self.issues))]
        for rule in self.constraints:
            if rule.forbid:
                tied = {self.issues.index(issue) for issue in rule.forbid}
                joined = set().union(*(s for s in sets if s & tied))
                sets = [s for s in sets if not s & tied] + [joined]
        return [tuple(sorted(s)) for s in sorted(sets, key=min)]

    def _block(self, group: tuple[int, ...]) -> merging.Block:
        size = math.prod(len(self.choices[k]) for k in group)
        if size > MAX_BLOCK:
            raise TooLargeError(
                f"{size:,} combinations of {', '.join(self.issues[k] for k in group)}",
                where="packages", allowed=f"{MAX_BLOCK:,} of issues tied by constraints",
                remedy="a coarser grid, or fewer forbidden combinations",
            )  # fmt: skip
        worth = {k: self.worths(k) for k in group}
        budgets = [rule for rule in self.constraints if rule.budget]
        rules = [r for r in self.constraints if r.forbid and set(r.forbid) <=
                 {self.issues[k] for k in group}]  # fmt: skip
        labels, rows, spent = [], [], []
        for combination in itertools.product(*(range(len(self.choices[k])) for k in group)):
            levels = {self.issues[k]: self.choices[k][j] for k, j in zip(group, combination)}
            if any(rule.broken(levels) for rule in rules):
                continue
            labels.append(combination)
            rows.append(sum(worth[k][j] for k, j in zip(group, combination)))
            spent.append([
                sum((rule.cost(i, x) for i, x in levels.items() if i in rule.budget), Fraction(0))
                for rule in budgets
            ])  # fmt: skip
        return merging.Block(tuple(labels), np.array(rows), _table(spent, len(budgets)))

    def worth_of(self, cells: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """``(m, n)`` worth in floats of packages by choices ``(m, K)``, forbidden ones out."""
        keep = np.ones(len(cells), dtype=bool)
        for rule in self.constraints:
            if rule.forbid:
                inside = np.ones(len(cells), dtype=bool)
                for issue in rule.forbid:
                    k = self.issues.index(issue)
                    mask = np.array([rule.inside(issue, x) for x in self.choices[k]])
                    inside &= mask[cells[:, k]]
                keep &= ~inside
                continue
            spent = np.zeros(len(cells))
            for issue in rule.budget:
                k = self.issues.index(issue)
                spent += np.array([float(rule.cost(issue, x)) for x in self.choices[k]])[
                    cells[:, k]
                ]
            keep &= spent <= float(rule.limit) + tolerance.UTILITY
        cells = cells[keep]
        total = np.broadcast_to(floats(self.problem.base), (len(cells), len(self.players)))
        for k in range(len(self.issues)):
            total = total + floats(self.worths(k))[cells[:, k]]
        return np.asarray(total)

    @cached_property
    def every_worth(self) -> np.ndarray[Any, Any]:
        """``(m, n)`` worth in floats of every package that the constraints allow."""
        if self.count > MAX_LISTED:
            raise TooLargeError(
                f"{self.count:,} packages", where="listing", allowed=f"{MAX_LISTED:,}"
            )
        grids = np.meshgrid(*(np.arange(len(row)) for row in self.choices), indexing="ij")
        return self.worth_of(np.stack([grid.ravel() for grid in grids], axis=1))

    # ---- choice ----------------------------------------------------------------------------

    def gains(self) -> np.ndarray[Any, Any]:
        """``(F, n)`` gains of the undominated packages over d."""
        return np.asarray(self.front.worth - self.d)

    def pick(self, rule: str) -> list[int]:
        """Undominated packages that a rule takes; none where a rule of gains finds no gain."""
        if not self.front.complete:
            raise TooLargeError(
                f"{self.count:,} packages, too many undominated ones to list", where="packages",
                remedy="solve by best_packages, which then searches; or take a coarser grid",
            )  # fmt: skip
        gains = self.gains()
        weights = [Fraction(w) for w in self.problem.bargaining_weights]
        return merging.choose(rule, gains, np.asarray(self.front.worth), weights)


def _table(rows: list[list[Fraction]], columns: int) -> np.ndarray[Any, Any]:
    out = np.empty((len(rows), columns), dtype=object)
    for i, row in enumerate(rows):
        out[i] = row
    return out


def packages(
    problem: BargainingProblem, *, grid: int = 11, constraints: Sequence[Any] = ()
) -> Packages:
    """The packages of a bargaining problem.

    Parameters
    ----------
    problem
        The problem; its options stay, its interval issues are cut into levels.
    grid
        Levels of an interval issue, both ends among them.
    constraints
        Forbidden combinations and budgets.

    Returns
    -------
    Packages

    Raises
    ------
    InputError
        Fewer than two levels.
    """
    if grid < 2:
        raise InputError(f"a grid of {grid}", where="packages", allowed="2 levels or more")
    levels: tuple[Any, ...] = tuple(Fraction(j, grid - 1) for j in range(grid))
    if not problem.is_exact:
        levels = tuple(float(x) for x in levels)
    return Packages(problem, tuple(o or levels for o in problem.options), tuple(constraints))


@compiles("packages")
def from_case(
    negotiation: Any, *, grid: int | None = None, levers_used: Sequence[str] | None = None,
    commitment: str = "stated",
) -> Packages:  # fmt: skip
    """The packages of a case's principals.

    Parameters
    ----------
    grid
        Levels of an interval issue; ``[model.packages] grid`` of the file, else 11.
    levers_used, commitment
        As of the bargaining problem.
    """
    problem = compile_bargaining(negotiation, levers_used=levers_used, commitment=commitment)
    chosen = int(negotiation.setting("packages", "grid", 11)) if grid is None else grid
    return packages(
        replace(problem, constrained=()), grid=chosen, constraints=negotiation.case.constraint
    )


@concept(
    "best_packages",
    title="Best packages without lotteries",
    short="best packages",
    games=("packages",),
    field="rational",
    axioms=("pareto",),
)
def best_packages(form: Packages) -> Solution:
    """What each rule chooses among the packages; one point a package, labelled by its rules."""
    if form.shape:
        raise NotApplicableError(
            f"draws {form.shape}", where="best_packages", allowed="one problem",
            remedy="metrics of 'packages' run over draws",
        )  # fmt: skip
    if not form.front.complete:
        return _searched(form)
    by_package: dict[int, list[str]] = {}
    notes = [
        f"{len(form.front.worth):,} of {form.count:,} packages are not dominated; nothing is mixed."
    ]
    cut = [form.issues[k] for k, labels in enumerate(form.problem.options) if labels is None]
    if cut:
        size = max(len(form.choices[form.issues.index(name)]) for name in cut)
        notes.append(f"Interval issues are cut into {size} levels: {', '.join(cut)}.")
    silent, tied = [], False
    for rule in RULES:
        picked = form.pick(rule)
        if not picked:
            silent.append(rule)
        if len(picked) > MAX_TIED:
            notes.append(f"{rule}: {len(picked):,} packages tie; {MAX_TIED} of them are shown.")
            tied = True
        for index in picked[:MAX_TIED]:
            by_package.setdefault(index, []).append(rule)
    if silent:
        notes.append(f"No package leaves every party above d: nothing by {', '.join(silent)}.")
    points = tuple(
        Point(
            payoffs=dict(zip(form.players, form.front.worth[index])),
            terms=form.terms(index),
            label=", ".join(sorted(rules)),
            facts={"gains": dict(zip(form.players, form.gains()[index])), "rules": tuple(rules)},
        )
        for index, rules in sorted(by_package.items(), key=lambda item: RULES.index(item[1][0]))
    )
    return Solution(
        "best_packages", form.players, points, complete=not tied,
        exact=form.is_exact, evidence=tuple(holds(form, p) for p in points), notes=tuple(notes),
        form=form,
    )  # fmt: skip


def _searched(form: Packages) -> Solution:
    """By branch and bound, rule by rule, where the frontier is too long to list."""
    blocks, budgets = form.blocks, [rule.limit for rule in form.constraints if rule.budget]
    weights = [Fraction(w) for w in form.problem.bargaining_weights]
    found: dict[tuple[int, ...], list[str]] = {}
    notes = [f"{form.count:,} packages, too many undominated ones to list; nothing is mixed."]
    for rule in RULES:
        score = merging.score_of(rule, form.d, weights)
        if score is None:
            notes.append(f"{rule} is not computed: it needs the whole frontier.")
            continue
        best = merging.bounded(blocks, np.asarray(form.problem.base), budgets, score)
        if best is None:
            notes.append(f"No package found leaves every party above d: nothing by {rule}.")
            continue
        found.setdefault(best.choice, []).append(rule)
        unit = "in the logarithm of the product" if rule == "nash" else "stakes"
        notes.append(f"{rule}: no package is better by more than {best.bound - best.score:.3g} "
                     f"{unit}.")  # fmt: skip
    points = []
    for choice, rules in found.items():
        terms = form.terms_of(choice)
        worth = form.problem.floats().utilities(terms)
        gains = {p: float(worth[p]) - float(x) for p, x in zip(form.players, form.d)}
        points.append(Point(
            payoffs={p: float(worth[p]) for p in form.players}, terms=terms,
            label=", ".join(sorted(rules)), facts={"gains": gains, "rules": tuple(rules)},
        ))  # fmt: skip
    return Solution(
        "best_packages", form.players, tuple(points), complete=False, exact=False,
        evidence=tuple(holds(form, p) for p in points), notes=tuple(notes), form=form,
    )  # fmt: skip


@best_packages.checked_by
def holds(form: Packages, point: Point) -> Evidence:
    """The definitions on every package (small games), or on all changes of two issues.

    The package obeys the constraints, its terms are worth its payoffs, no package tried dominates
    it, and none is better by a rule that the point is labelled with.
    """
    for rule in form.constraints:
        if rule.broken(point.terms):
            return Evidence(False, 1, f"constraint {rule.id} broken", rule.id)
    u = [point.payoffs[p] for p in form.players]
    here = form.problem.utilities(_indexed(form, point.terms))
    worth = np.array([float(x) for x in u])
    sure = form.is_exact and all(isinstance(x, (int, Fraction)) for x in u)
    wrong = max(abs(here[p] - x) for p, x in zip(form.players, u))
    if wrong > (0 if sure else tolerance.UTILITY):
        return Evidence(False, wrong, "payoffs differ from the worth of the terms, stakes")
    tried = form.every_worth if form.count <= MAX_LISTED else _near(form, point)
    slack = tolerance.UTILITY * max(1.0, float(np.abs(worth).max()))
    better = (tried >= worth - slack).all(axis=1) & (tried > worth + slack).any(axis=1)
    if better.any():
        gap = float((tried[better] - worth).max())
        return Evidence(False, gap, "gain in a package that dominates, stakes", "a package")
    weights = [Fraction(w) for w in form.problem.bargaining_weights]
    every = np.vstack([worth[None, :], tried])
    ideal = None  # that of the packages tried, if these are all
    if form.count > MAX_LISTED and form.front.complete:
        gains = floats(form.gains())
        able = gains[(gains >= 0).all(axis=1)]
        ideal = able.max(axis=0) if len(able) else None
    for rule in point.facts.get("rules", ()):
        best = merging.choose(
            rule, every - floats(form.d), every, weights, slack=slack, ideal=ideal
        )
        if 0 not in best:
            return Evidence(False, 1, f"another package is better by {rule}", rule)
    return Evidence(True, 0, f"packages better among {len(tried):,} tried")


def _indexed(form: Packages, terms: Mapping[str, Any]) -> dict[str, Any]:
    return {k: x if isinstance(x, str) else number(x) for k, x in terms.items()}


def _near(form: Packages, point: Point) -> np.ndarray[Any, Any]:
    """``(m, n)`` worth of the packages that differ in at most two issues."""
    at = [form.choices[k].index(point.terms[issue]) for k, issue in enumerate(form.issues)]
    rows = []
    for pair in itertools.combinations(range(len(at)), min(2, len(at))):
        grids = np.meshgrid(*(np.arange(len(form.choices[k])) for k in pair), indexing="ij")
        cells = np.tile(np.array(at), (grids[0].size, 1))
        for k, grid in zip(pair, grids):
            cells[:, k] = grid.ravel()
        rows.append(cells)
    return form.worth_of(np.vstack(rows))


@best_packages.explained_by
def explain(form: Packages) -> str:
    """Worked steps in Markdown."""
    answer = best_packages(form)
    d = ", ".join(f"{p}: {float(floats(x)):.4g}" for p, x in zip(form.players, form.d))
    lines = [
        f"1. {form.count:,} packages, one option or level for every issue.",
        f"2. Merged issue by issue, {len(form.front.worth):,} are left that none dominates.",
        f"3. Gains are counted from $d$ = ({d}).",
    ]
    lines += [
        f"{4 + j}. {p.label}: " + ", ".join(f"{k} = {x}" for k, x in p.terms.items()) + "."
        for j, p in enumerate(answer)
    ]
    return "\n".join(lines)

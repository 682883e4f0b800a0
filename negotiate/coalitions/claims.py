r"""Claims problems: an estate that is too small for what is claimed, and the rules that share it.

Claims c_i >= 0 on an estate 0 <= E <= sum c. A rule gives awards 0 <= x_i <= c_i that use it up
(O'Neill 1982, Mathematical Social Sciences 2:345-371; survey: Thomson 2003, Mathematical Social
Sciences 45:249-297):

==========================  ==================================================================
proportional                x_i = E c_i / C
constrained equal awards    x_i = min(c_i, L)
constrained equal losses    x_i = max(0, c_i - L)
Talmud                      equal awards of half-claims while E <= C/2, equal losses of
                            half-claims above (Aumann and Maschler 1985, JET 36:195-213)
adjusted proportional       minimal rights, then proportional to what is left of claims cut to
                            the rest (Curiel, Maschler and Tijs 1987, Zeitschrift fuer
                            Operations Research 31:A143-A159)
random arrival              first come, first served, averaged over orders (O'Neill)
Piniles                     equal awards of half-claims, twice
==========================  ==================================================================

The coalitional game of a problem gives a coalition what is left when the others are paid in full,
v(S) = max(0, E - c(N - S)); its nucleolus is the Talmud's rule, its Shapley value random arrival,
its tau value adjusted proportional, and every rule's awards lie in its core. Each rule is judged by
its own definition, not by its formula. Rational; over draws in arrays.

The contested garment (Mishna, Baba Metzia 2a): one claims half, the other all; 1/4 and 3/4.

>>> problem = ClaimsProblem({"half": "1/2", "all": 1}, 1)
>>> [str(x) for x in talmud(problem)[0].payoffs.values()]
['1/4', '3/4']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import claims as arithmetic
from negotiate.coalitions.arithmetic.exact_table import integers
from negotiate.coalitions.game import CoalitionalGame, check_size, players_of
from negotiate.declare import Concept, Metric, Playable, compiles, concept, game
from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.numbers.fractions import exact
from negotiate.numbers.reading import check_labels
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import AGREEMENT, TINY

Array = np.ndarray[Any, np.dtype[Any]]

KIND = "claims"
ARRIVAL_PLAYERS = 16
"""Most claimants over whose orders of arrival an exact mean is taken."""


def _award_of(solution: Solution, names: Mapping[str, str]) -> Any:
    found = solution.points[0].payoffs[names["name"]]
    return found if isinstance(found, np.ndarray) else float(found)


AWARDS = (
    Metric(
        "award.<name>",
        "payoff",
        "what a claimant gets",
        words="award of {name}",
        read=_award_of,
        choices=players_of,
    ),
)


def _has_claims(case: Any) -> bool:
    return KIND in case.case.model


@game(
    "claims",
    title="Claims problem",
    short="claims",
    default=(
        "talmud",
        "proportional",
        "constrained_equal_awards",
        "constrained_equal_losses",
        "adjusted_proportional",
        "random_arrival",
        "piniles",
    ),
    cites=("oneill1982", "thomson2003"),
    applies=_has_claims,
)
@dataclass(frozen=True, eq=False, repr=False)
class ClaimsProblem(Playable):
    """An estate and the claims on it.

    Attributes
    ----------
    claims
        Claimant to claim: numbers (exact where they are) or arrays over draws.
    estate
        What there is to share, in the same unit.
    unit
        Unit of both, for people.
    title, note
        What the problem is, for people.
    origin
        The file it was read from, for `as_case`.
    """

    claims: Mapping[str, Any]
    estate: Any
    unit: str = ""
    title: str = ""
    note: str = ""
    origin: Any = None

    _view = "negotiate.coalitions.view"

    def __post_init__(self) -> None:
        check_labels(tuple(self.claims), "claimants", "claims problem")
        entries = [*self.claims.values(), self.estate]
        over_draws = any(isinstance(e, np.ndarray) and e.ndim for e in entries)
        floats = over_draws or any(isinstance(e, (float, np.floating)) for e in entries)
        if floats:
            shape = np.broadcast_shapes(*(np.shape(e) for e in entries))
            arrays = [np.broadcast_to(_float(e), shape) for e in entries]
            claims, estate = np.stack(arrays[:-1], axis=-1), np.array(arrays[-1])
            if not (np.isfinite(claims).all() and np.isfinite(estate).all()):
                raise InputError("a number is not finite", where="claims problem")
        else:
            claims = np.empty(len(self.claims), dtype=object)
            claims[:] = [exact(e) for e in self.claims.values()]
            estate = np.empty((), dtype=object)
            estate[()] = exact(self.estate)
        for name, column in zip(self.claims, np.moveaxis(claims, -1, 0)):
            if np.any(column < 0):
                raise InputError(
                    f"the claim is {np.min(column)}", where=f"claim of {name}", allowed="0 or more"
                )
        if np.any(estate < 0):
            raise InputError(f"the estate is {np.min(estate)}", where="estate", allowed="0 or more")
        total = claims.sum(axis=-1)
        if np.any(estate > total * (1 if not floats else 1 + AGREEMENT)):
            raise InputError(
                f"the estate {np.max(estate)} is more than the claims {np.min(total)}",
                where="claims problem",
                allowed="an estate that the claims exceed or use up",
                remedy="there is nothing to ration: pay the claims and share what is left by a "
                "rule of its own",
            )
        claims.setflags(write=False)
        object.__setattr__(self, "_claims", claims)
        object.__setattr__(self, "_estate", estate)

    def __repr__(self) -> str:
        what = f"{self.draws} draws" if self.draws else f"estate {self.estate}"
        return (
            f"ClaimsProblem({len(self.players)} claimants: {', '.join(self.players[:6])}; {what})"
        )

    @property
    def players(self) -> tuple[str, ...]:
        """The claimants."""
        return tuple(self.claims)

    @property
    def exact(self) -> bool:
        """Whether all numbers are fractions."""
        return bool(self.arrays[0].dtype == object)

    @property
    def draws(self) -> tuple[int, ...]:
        """Shape of the draw axes."""
        return tuple(self.arrays[0].shape[:-1])

    @property
    def arrays(self) -> tuple[Array, Array]:
        """Claims ``(..., n)`` and estate ``(...)``."""
        return self._claims, self._estate  # type: ignore[attr-defined]

    def coalitional(self) -> CoalitionalGame:
        """v(S): what the others leave when they are paid in full."""
        check_size(len(self.players), where="game of a claims problem")
        table = arithmetic.game(*self.arrays)
        if self.exact:
            whole, denominator = integers(table)
            return CoalitionalGame(self.players, whole, denominator, title=self.title)
        return CoalitionalGame(self.players, table, title=self.title)

    def as_case(self) -> Any:
        """The quantities of the file it was read from as a case, to draw, set and ask what if."""
        if self.origin is None:
            raise InputError(
                "the problem was not read from a parameter file",
                where=self.title or KIND,
                allowed='a file of kind = "claims" with its quantities',
            )
        return self.origin.as_case()

    def listing(self) -> dict[str, Any]:
        """JSON-ready form."""
        claims, estate = self.arrays
        show: Callable[[Any], Any] = str if self.exact else float
        if self.draws:
            return {"players": list(self.players), "draws": list(self.draws)}
        return {
            "players": list(self.players),
            "claims": {p: show(c) for p, c in zip(self.players, claims)},
            "estate": show(estate[()]),
            "unit": self.unit,
        }


def _float(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.astype(float)
    return float(value) if isinstance(value, (float, np.floating)) else float(exact(value))


@compiles("claims")
def from_case(negotiation: Any) -> ClaimsProblem:
    """The problem of a file of ``kind = "claims"`` at other values or over draws."""
    if not _has_claims(negotiation):
        raise NotApplicableError(
            "there is no claims problem",
            where=f"case {negotiation.id}",
            allowed='a file of kind = "claims"',
        )
    found = negotiation.case.model[KIND]["file"].at(negotiation)
    assert isinstance(found, ClaimsProblem)
    return found


# ---- rules ------------------------------------------------------------------------------------


def _answer(problem: ClaimsProblem, name: str) -> Solution:
    formula = getattr(arithmetic, name)
    claims, estate = problem.arrays
    awards = formula(claims, estate)
    columns = np.moveaxis(awards, -1, 0)
    pay = {
        p: (Fraction(c) if problem.exact else float(c)) if not problem.draws else c
        for p, c in zip(problem.players, columns)
    }
    losses = {
        p: a - b for p, a, b in zip(problem.players, np.moveaxis(claims, -1, 0), pay.values())
    }
    point = Point(payoffs=pay, label=SHORT[name], facts={"losses": losses})
    point_evidence = () if problem.draws else (holds(problem, point, rule=name),)
    return shared.single(problem, name, point, exact=problem.exact, evidence=point_evidence)


@concept(
    "talmud",
    title="Talmud rule",
    short="Talmud",
    games=("claims",),
    field="rational",
    axioms=("efficiency", "claims boundedness", "equal treatment"),
    cites=("aumann1985",),
    metrics=AWARDS,
)
def talmud(problem: ClaimsProblem) -> Solution:
    """The Talmud's rule: consistent with the contested garment.

    Parameters
    ----------
    problem
        The claims and the estate, one problem or many draws.

    Returns
    -------
    Solution
        One point, the awards; ``facts["losses"]`` what each does not get.

    Examples
    --------
    >>> problem = ClaimsProblem({"a": 100, "b": 200, "c": 300}, 300)
    >>> [str(x) for x in talmud(problem)[0].payoffs.values()]
    ['50', '100', '150']
    """
    return _answer(problem, "talmud")


@talmud.checked_by
def _holds_talmud(problem: ClaimsProblem, point: Point) -> Evidence:
    return holds(problem, point, rule="talmud")


@concept(
    "proportional",
    title="Proportional rule",
    short="proportional",
    games=("claims",),
    field="rational",
    axioms=("efficiency", "claims boundedness", "equal treatment"),
    cites=(),
    metrics=AWARDS,
)
def proportional(problem: ClaimsProblem) -> Solution:
    """Shares in proportion to claims.

    Parameters
    ----------
    problem
        The claims and the estate, one problem or many draws.

    Returns
    -------
    Solution
        One point, the awards; ``facts["losses"]`` what each does not get.

    Examples
    --------
    >>> proportional(ClaimsProblem({"a": 1, "b": 3}, 2))[0].payoffs["a"]
    Fraction(1, 2)
    """
    return _answer(problem, "proportional")


@proportional.checked_by
def _holds_proportional(problem: ClaimsProblem, point: Point) -> Evidence:
    return holds(problem, point, rule="proportional")


@concept(
    "constrained_equal_awards",
    title="Constrained equal awards",
    short="equal awards",
    games=("claims",),
    field="rational",
    axioms=("efficiency", "claims boundedness", "equal treatment"),
    cites=(),
    metrics=AWARDS,
)
def constrained_equal_awards(problem: ClaimsProblem) -> Solution:
    """The same for everybody, but nobody more than its claim.

    Parameters
    ----------
    problem
        The claims and the estate, one problem or many draws.

    Returns
    -------
    Solution
        One point, the awards; ``facts["losses"]`` what each does not get.

    Examples
    --------
    >>> constrained_equal_awards(ClaimsProblem({"a": 1, "b": 5}, 4))[0].payoffs["b"]
    Fraction(3, 1)
    """
    return _answer(problem, "constrained_equal_awards")


@constrained_equal_awards.checked_by
def _holds_constrained_equal_awards(problem: ClaimsProblem, point: Point) -> Evidence:
    return holds(problem, point, rule="constrained_equal_awards")


@concept(
    "constrained_equal_losses",
    title="Constrained equal losses",
    short="equal losses",
    games=("claims",),
    field="rational",
    axioms=("efficiency", "claims boundedness", "equal treatment"),
    cites=(),
    metrics=AWARDS,
)
def constrained_equal_losses(problem: ClaimsProblem) -> Solution:
    """The same loss for everybody, but nobody less than nothing.

    Parameters
    ----------
    problem
        The claims and the estate, one problem or many draws.

    Returns
    -------
    Solution
        One point, the awards; ``facts["losses"]`` what each does not get.

    Examples
    --------
    >>> constrained_equal_losses(ClaimsProblem({"a": 1, "b": 5}, 4))[0].payoffs["a"]
    Fraction(0, 1)
    """
    return _answer(problem, "constrained_equal_losses")


@constrained_equal_losses.checked_by
def _holds_constrained_equal_losses(problem: ClaimsProblem, point: Point) -> Evidence:
    return holds(problem, point, rule="constrained_equal_losses")


@concept(
    "adjusted_proportional",
    title="Adjusted proportional rule",
    short="adjusted proportional",
    games=("claims",),
    field="rational",
    axioms=("efficiency", "claims boundedness", "equal treatment"),
    cites=("curiel1987",),
    metrics=AWARDS,
)
def adjusted_proportional(problem: ClaimsProblem) -> Solution:
    """Minimal rights, then proportional to what is left of the claims.

    Parameters
    ----------
    problem
        The claims and the estate, one problem or many draws.

    Returns
    -------
    Solution
        One point, the awards; ``facts["losses"]`` what each does not get.

    Examples
    --------
    >>> problem = ClaimsProblem({"a": "1/2", "b": 1}, 1)
    >>> [str(x) for x in adjusted_proportional(problem)[0].payoffs.values()]
    ['1/4', '3/4']
    """
    return _answer(problem, "adjusted_proportional")


@adjusted_proportional.checked_by
def _holds_adjusted_proportional(problem: ClaimsProblem, point: Point) -> Evidence:
    return holds(problem, point, rule="adjusted_proportional")


@concept(
    "random_arrival",
    title="Random arrival",
    short="random arrival",
    games=("claims",),
    field="rational",
    axioms=("efficiency", "claims boundedness", "equal treatment"),
    cites=("oneill1982",),
    metrics=AWARDS,
)
def random_arrival(problem: ClaimsProblem) -> Solution:
    """First come, first served, averaged over all orders.

    Parameters
    ----------
    problem
        The claims and the estate, one problem or many draws.

    Returns
    -------
    Solution
        One point, the awards; ``facts["losses"]`` what each does not get.

    Examples
    --------
    >>> problem = ClaimsProblem({"a": 100, "b": 200, "c": 300}, 200)
    >>> [str(x) for x in random_arrival(problem)[0].payoffs.values()]
    ['100/3', '250/3', '250/3']
    """
    if len(problem.players) > ARRIVAL_PLAYERS:
        raise TooLargeError(
            f"{len(problem.players)} claimants",
            where="random arrival",
            allowed=f"{ARRIVAL_PLAYERS}",
            remedy="use a rule that needs no orders",
        )
    return _answer(problem, "random_arrival")


@random_arrival.checked_by
def _holds_random_arrival(problem: ClaimsProblem, point: Point) -> Evidence:
    return holds(problem, point, rule="random_arrival")


@concept(
    "piniles",
    title="Piniles rule",
    short="Piniles",
    games=("claims",),
    field="rational",
    axioms=("efficiency", "claims boundedness", "equal treatment"),
    cites=(),
    metrics=AWARDS,
)
def piniles(problem: ClaimsProblem) -> Solution:
    """Equal awards of half-claims, up to half of all claims and once more above.

    Parameters
    ----------
    problem
        The claims and the estate, one problem or many draws.

    Returns
    -------
    Solution
        One point, the awards; ``facts["losses"]`` what each does not get.

    Examples
    --------
    >>> [str(x) for x in piniles(ClaimsProblem({"a": 2, "b": 4}, 4))[0].payoffs.values()]
    ['3/2', '5/2']
    """
    return _answer(problem, "piniles")


@piniles.checked_by
def _holds_piniles(problem: ClaimsProblem, point: Point) -> Evidence:
    return holds(problem, point, rule="piniles")


RULES: dict[str, Concept[Any]] = {
    rule.name: rule
    for rule in (
        talmud,
        proportional,
        constrained_equal_awards,
        constrained_equal_losses,
        adjusted_proportional,
        random_arrival,
        piniles,
    )
}
SHORT = {name: rule.short for name, rule in RULES.items()}


# ---- judged by their definitions -----------------------------------------------------------------


def holds(problem: ClaimsProblem, point: Point, *, rule: str) -> Evidence:
    """Whether awards are those of a rule, from what defines it.

    Awards use up the estate and lie between nothing and the claim; then, by rule: equal ratios;
    nobody below its claim gets less than another (awards) or loses less than another (losses);
    every pair shares what it has as the contested garment does (Talmud); the mean over arrivals;
    minimal rights and equal ratios of what is left; and for Piniles the sum of its two steps.
    """
    claims_array, estate_array = problem.arrays
    c, estate = claims_array.tolist(), estate_array[()]
    x = [point.payoffs[p] for p in problem.players]
    slack = 0 if problem.exact else AGREEMENT * max(TINY, float(max(c)))
    worst = abs(sum(x) - estate)
    if worst > slack:
        return Evidence(False, sum(x) - estate, "awards less the estate", "all claimants")
    for p, a, top in zip(problem.players, x, c):
        if a < -slack or a > top + slack:
            return Evidence(False, a, "award outside 0 and the claim", p)
    return _TESTS[rule](problem.players, c, estate, x, slack)


def _equal_ratios(players: Any, c: Any, estate: Any, x: Any, slack: Any) -> Evidence:
    for i in range(len(c)):
        for j in range(i):
            gap = x[i] * c[j] - x[j] * c[i]
            if abs(gap) > slack * max(1, float(max(c))):
                return _refuted(gap, "difference of ratios", players, i, j)
    return Evidence(True, 0, "difference of ratios")


def _equal_unless_full(
    players: Any, c: Any, estate: Any, x: Any, slack: Any, *, losses: bool
) -> Evidence:
    got = [a - b for a, b in zip(c, x)] if losses else x
    what = "loss less another's" if losses else "award less another's"
    for i in range(len(c)):
        for j in range(len(c)):
            if got[i] < c[i] - slack and got[i] < got[j] - slack:
                return _refuted(got[i] - got[j], what, players, i, j)
    return Evidence(True, 0, what)


def _garment(players: Any, c: Any, estate: Any, x: Any, slack: Any) -> Evidence:
    for i in range(len(c)):
        for j in range(i):
            both = x[i] + x[j]
            conceded_i, conceded_j = max(both - c[j], 0), max(both - c[i], 0)
            right = conceded_i + (both - conceded_i - conceded_j) / 2
            if abs(x[i] - right) > slack:
                return _refuted(x[i] - right, "distance from the contested garment", players, i, j)
    return Evidence(True, 0, "distance from the contested garment")


def _arrivals(players: Any, c: Any, estate: Any, x: Any, slack: Any) -> Evidence:
    """By recursion on who comes first: he takes min(c, E), the rest divide what is left."""
    from functools import cache

    n = len(c)

    @cache
    def mean(waiting: int, left: Any) -> tuple[Any, ...]:
        names = [k for k in range(n) if waiting >> k & 1]
        out = [0 * estate] * n
        for k in names:
            takes = min(c[k], left)
            rest = mean(waiting ^ (1 << k), left - takes) if len(names) > 1 else None
            out[k] += takes
            if rest is not None:
                out = [a + b for a, b in zip(out, rest)]
        return tuple(a / len(names) for a in out)

    if n > 9:
        return Evidence(True, 0, "distance from the mean over arrivals (n > 9: bounds only)")
    right = mean(2**n - 1, estate)
    for k in range(n):
        if abs(x[k] - right[k]) > slack:
            return _refuted(x[k] - right[k], "distance from the mean over arrivals", players, k, k)
    return Evidence(True, 0, "distance from the mean over arrivals")


def _rights_first(players: Any, c: Any, estate: Any, x: Any, slack: Any) -> Evidence:
    rights = [max(estate - (sum(c) - own), 0) for own in c]
    rest = estate - sum(rights)
    left = [min(own - right, rest) for own, right in zip(c, rights)]
    gained = [a - right for a, right in zip(x, rights)]
    for k, gain in enumerate(gained):
        if gain < -slack:
            return _refuted(gain, "award less the minimal right", players, k, k)
    return _equal_ratios(players, left, rest, gained, slack)


def _two_steps(players: Any, c: Any, estate: Any, x: Any, slack: Any) -> Evidence:
    half = [own / 2 for own in c]
    middle = sum(half)
    if estate <= middle:
        for k, (award, most) in enumerate(zip(x, half)):
            if award > most + slack:
                return _refuted(award - most, "award above half the claim", players, k, k)
        return _equal_unless_full(players, half, estate, x, slack, losses=False)
    second = [a - own for a, own in zip(x, half)]
    for k, more in enumerate(second):
        if more < -slack:
            return _refuted(more, "award less half the claim", players, k, k)
    return _equal_unless_full(players, half, estate - middle, second, slack, losses=False)


def _refuted(gap: Any, what: str, players: Any, i: int, j: int) -> Evidence:
    return Evidence(False, gap, what, players[i] if i == j else f"{players[i]}, {players[j]}")


_TESTS: dict[str, Callable[[Any, Any, Any, Any, Any], Evidence]] = {
    "proportional": _equal_ratios,
    "constrained_equal_awards": partial(_equal_unless_full, losses=False),
    "constrained_equal_losses": partial(_equal_unless_full, losses=True),
    "talmud": _garment,
    "random_arrival": _arrivals,
    "adjusted_proportional": _rights_first,
    "piniles": _two_steps,
}


@talmud.explained_by
def explain(problem: ClaimsProblem) -> str:
    """Worked steps of the Talmud's rule in Markdown."""
    claims_array, estate_array = problem.arrays
    c, estate = claims_array.tolist(), estate_array[()]
    answer = talmud(problem)
    half = sum(c) / 2
    rule = (
        "equal awards of half-claims"
        if estate <= half
        else "equal losses of half-claims, from C/2 up"
    )
    listed = ", ".join(f"{p} {x}" for p, x in answer[0].payoffs.items())
    return (
        f"1. Claims sum to {sum(c)}, half of which is {half}; the estate is {estate}.\n"
        f"2. So the rule is {rule}.\n"
        f"3. Awards: {listed}.\n"
        "4. Check: every two of them share what they have as the contested garment: each is first "
        "conceded what the other does not claim, the rest is halved."
    )

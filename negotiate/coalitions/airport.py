r"""Airport games in closed form: any number of users, grouped by what they need.

The cost of a facility is that of its largest user, c(S) = max of c_i over S. With users sorted by
cost, c_1 <= ... <= c_n:

* **Shapley value** (Littlechild and Owen 1973, Management Science 20:370-372): each step of the
  cost is shared equally by those who need it,

  .. math:: \varphi_i = \sum_{k \le i} \frac{c_k - c_{k-1}}{n - k + 1}.

* **Nucleolus** (Littlechild 1974, International Journal of Game Theory 3:21-29, unverified): with
  r_1 the least of :math:`c_k/(k+1)` for k < n and :math:`c_n/n`, all users up to the last k that
  attains it pay r_1; then the same for the rest, with what has been paid taken off their costs.

Exact, and for thousands of users at once, where `coalitions.airport` lists all 2^n coalitions.

>>> needs = {"a": 8, "b": 11, "c": 13, "d": 18}
>>> [str(x) for x in shapley_fees(needs).values()], [str(x) for x in nucleolus_fees(needs).values()]
(['2', '3', '4', '9'], ['13/4', '13/4', '13/4', '33/4'])
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from negotiate.errors import InputError
from negotiate.numbers.fractions import exact
from negotiate.numbers.reading import check_labels


def _ordered(costs: Mapping[str, Any]) -> list[tuple[Fraction, str]]:
    check_labels(tuple(costs), "users", "airport game")
    given = {p: exact(c) for p, c in costs.items()}
    if any(c < 0 for c in given.values()):
        raise InputError("a cost is negative", where="airport game", allowed="0 or more")
    return sorted(((c, p) for p, c in given.items()), key=lambda pair: pair[0])


def shapley_fees(costs: Mapping[str, Any]) -> dict[str, Fraction]:
    """Fees by the Shapley value.

    Parameters
    ----------
    costs
        User to the cost of a facility for it alone.

    Returns
    -------
    dict
        User to its fee, in the order given; fees sum to the largest cost.

    Examples
    --------
    >>> shapley_fees({"small": 2, "large": 6})
    {'small': Fraction(1, 1), 'large': Fraction(5, 1)}
    """
    ordered = _ordered(costs)
    fee, before, found = Fraction(0), Fraction(0), {}
    for place, (cost, user) in enumerate(ordered):
        fee += (cost - before) / (len(ordered) - place)
        before = cost
        found[user] = fee
    return {user: found[user] for user in costs}


def nucleolus_fees(costs: Mapping[str, Any]) -> dict[str, Fraction]:
    """Fees by the nucleolus.

    Parameters
    ----------
    costs
        User to the cost of a facility for it alone.

    Returns
    -------
    dict
        User to its fee, in the order given; fees sum to the largest cost.

    Examples
    --------
    >>> nucleolus_fees({"small": 2, "large": 6})
    {'small': Fraction(1, 1), 'large': Fraction(5, 1)}
    """
    ordered = _ordered(costs)
    found: dict[str, Fraction] = {}
    paid, start, size = Fraction(0), 0, len(ordered)
    while start < size:
        last, rate = size - 1, (ordered[-1][0] - paid) / (size - start)
        for k in range(start, size - 1):
            candidate = (ordered[k][0] - paid) / (k - start + 2)
            if candidate <= rate:
                last, rate = k, candidate
        if last == size - 2 and rate == ordered[-1][0] - paid - rate * (size - 1 - start):
            last = size - 1
        for k in range(start, last + 1):
            found[ordered[k][1]] = rate
        paid += rate * (last + 1 - start)
        start = last + 1
    return {user: found[user] for user in costs}

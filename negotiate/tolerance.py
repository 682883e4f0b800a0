"""Every numerical tolerance of the toolkit, with its reason. Nothing else defines one.

Exact paths use none: there a regret is zero or it is not.
"""

PROBABILITY = 1e-9
"""Slack on a probability or a best-reply inequality in float64: a k x k solve with k <= 16 and
payoffs scaled to [0, 1] loses at most some six digits of the sixteen."""

REGRET = 1e-7
"""A float profile is accepted as an equilibrium when its regret, payoffs scaled to [0, 1], is
below this: wide enough for products of float probabilities, far below any payoff that matters."""

UTILITY = 1e-9
"""Two utilities on the scale of one stake are the same below this."""

ROOT = 1e-12
"""Relative width at which a bracketed root is called found."""

GAP = 1e-7
"""Duality gap, relative to one stake, at which a convex solution counts as optimal."""

WEIGHT_SUM = 1e-9
"""Slack for weights given as floats that should sum to one; decimals from files are exact."""

TIE = 1e-12
"""In a batch of games, payoffs scaled to a range of one: two values closer than this are a tie.
A k x k solve with pivots above ``PIVOT`` and k <= 16 errs by less."""

DOUBT = 1e-8
"""In a batch of games: a difference between ``TIE`` and this might be a tie spoilt by rounding,
so the game is solved again exactly rather than judged in floats."""

PIVOT = 1e-6
"""A pivot below this may have cost more digits than ``TIE`` and ``DOUBT`` allow for."""

SHAKE = 1e-7
"""Size of the perturbation of right-hand sides that breaks ties in a float pivoting walk: far
above rounding (1e-14), and so small that it seldom moves the walk past a true vertex, which is
detected."""

FIXED_POINT = 1e-7
"""A profile is accepted as a logit equilibrium when no probability is further than this from the
logit reply to it: payoffs scaled to [0, 1] lose some four digits to lambda, then some to exp."""

BRANCH = 1e-11
"""Residual, in log-probability, at which Newton's method is back on a branch: a few digits above
rounding at the sizes that log-probabilities reach."""

AGREEMENT = 1e-8
"""Two float computations of one number agree below this, relative to one stake: the square root of
the precision of float64, which is what a root found by bisection of a flat function keeps."""

DRAWN_SUM = 1e-6
"""Slack on the sum of weights drawn for a group: quantile functions of the gamma family carry some
nine digits each."""

SPACING = 1e-15
"""Changes below some four units in the last place of a number near one are rounding."""

NEAR_VERTEX = 1e-6
"""A point this near a vertex of a float payoff set is that vertex: an outer approximation that has
converged loses at most this much on payoffs scaled to one."""

TINY = 1e-300
"""Below this a product of floats has underflowed in effect: it is treated as zero."""

NEWTON = 1e-9
"""Newton's method has arrived when the gain that its quadratic model still promises, in units of
log-likelihood, is half of this: a likelihood ratio that no test could see."""

FLAT = 1e-10
"""Curvatures below this share of the largest are lost to rounding in a sum over many rows."""

SAME_MAXIMUM = 1e-8
"""Two ends of Newton's method with objectives closer than this, relative to the objective, are
the same maximum."""

RANK = 1e-9
"""A singular value of standardised columns below this share of the largest is a dependence."""

GRAM = 1e-14
"""The same for an eigenvalue of a Gram matrix of standardised columns: a square, with rounding."""

STATIONARY = 1e-5
"""A slope, in units of log-likelihood per standard deviation, that counts as none in an inner
maximisation whose result enters only to second order."""

PIVOTED = 1e-11
"""An entry of a pivoted table of payoffs between one and two that is below this is a zero spoilt by
rounding: a pivot on it would make noise of the rest. Ends of paths are judged by their regret."""

ROUNDING = 1e-13
"""Two payoffs given as floats that are nearer to each other than this, in parts of the largest
payoff, differ by rounding: some hundreds of times the distance of neighbouring floats."""

"""Public names of the room; read by type checkers, editors and `negotiate._lazy.attach`."""

from negotiate.estimation.comparison import Comparison as Comparison
from negotiate.estimation.crisis_signalling import CrisisSignalling as CrisisSignalling
from negotiate.estimation.crisis_signalling import all_equilibria as all_equilibria
from negotiate.estimation.crisis_signalling import nested as nested
from negotiate.estimation.crisis_signalling import pseudo as pseudo
from negotiate.estimation.draws import Draws as Draws
from negotiate.estimation.durations import Cox as Cox
from negotiate.estimation.durations import SurvivalCurve as SurvivalCurve
from negotiate.estimation.durations import Weibull as Weibull
from negotiate.estimation.durations import kaplan_meier as kaplan_meier
from negotiate.estimation.fit import Fit as Fit
from negotiate.estimation.fit import fit as fit
from negotiate.estimation.fit import simulate as simulate
from negotiate.estimation.multinomial import MultinomialLogit as MultinomialLogit
from negotiate.estimation.problem import Model as Model
from negotiate.estimation.problem import Prior as Prior
from negotiate.estimation.problem import Problem as Problem
from negotiate.estimation.quantal_counts import QuantalCounts as QuantalCounts
from negotiate.estimation.quantal_counts import fit_counts as fit_counts
from negotiate.estimation.quantity import Estimate as Estimate
from negotiate.estimation.strategic_tree import Chance as Chance
from negotiate.estimation.strategic_tree import Move as Move
from negotiate.estimation.strategic_tree import Outcome as Outcome
from negotiate.estimation.strategic_tree import StrategicTree as StrategicTree
from negotiate.estimation.strategic_tree import tree as tree
from negotiate.estimation.ultimatum import Ultimatum as Ultimatum

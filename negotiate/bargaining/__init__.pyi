"""Public names of the room; read by type checkers, editors and `negotiate._lazy.attach`."""

from negotiate.bargaining.adjusted_winner import adjusted_winner as adjusted_winner
from negotiate.bargaining.deal import JudgedDeal as JudgedDeal
from negotiate.bargaining.deal import judged as judged
from negotiate.bargaining.egalitarian import egalitarian as egalitarian
from negotiate.bargaining.equal_area import equal_area as equal_area
from negotiate.bargaining.kalai_smorodinsky import kalai_smorodinsky as kalai_smorodinsky
from negotiate.bargaining.leximin import leximin as leximin
from negotiate.bargaining.nash import nash as nash
from negotiate.bargaining.perles_maschler import perles_maschler as perles_maschler
from negotiate.bargaining.problem import BargainingProblem as BargainingProblem
from negotiate.bargaining.problem import divide as divide
from negotiate.bargaining.problem import from_curve as from_curve
from negotiate.bargaining.problem import from_issues as from_issues
from negotiate.bargaining.problem import from_points as from_points
from negotiate.bargaining.problem import from_polygon as from_polygon
from negotiate.bargaining.problem import problem as problem
from negotiate.bargaining.raiffa_continuous import raiffa_continuous as raiffa_continuous
from negotiate.bargaining.raiffa_discrete import raiffa_discrete as raiffa_discrete
from negotiate.bargaining.utilitarian import utilitarian as utilitarian
from negotiate.bargaining.values import Value as Value
from negotiate.bargaining.values import linear as linear
from negotiate.bargaining.values import peaked as peaked
from negotiate.bargaining.values import power as power
from negotiate.bargaining.values import quadratic as quadratic
from negotiate.bargaining.values import table as table

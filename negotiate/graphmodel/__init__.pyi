"""Public names of the room; read by type checkers, editors and `negotiate._lazy.attach`."""

from negotiate.graphmodel.build import graph_model as graph_model
from negotiate.graphmodel.build import option_model as option_model
from negotiate.graphmodel.build import payoff_model as payoff_model
from negotiate.graphmodel.case import graph as graph
from negotiate.graphmodel.coalition_general_metarational import (
    coalition_general_metarational as coalition_general_metarational,
)
from negotiate.graphmodel.coalition_limited_move import (
    coalition_limited_move as coalition_limited_move,
)
from negotiate.graphmodel.coalition_nash import coalition_nash as coalition_nash
from negotiate.graphmodel.coalition_non_myopic import coalition_non_myopic as coalition_non_myopic
from negotiate.graphmodel.coalition_sequential import coalition_sequential as coalition_sequential
from negotiate.graphmodel.coalition_simultaneous import (
    coalition_simultaneous as coalition_simultaneous,
)
from negotiate.graphmodel.coalition_symmetric_metarational import (
    coalition_symmetric_metarational as coalition_symmetric_metarational,
)
from negotiate.graphmodel.coalition_symmetric_sequential import (
    coalition_symmetric_sequential as coalition_symmetric_sequential,
)
from negotiate.graphmodel.general_metarational import general_metarational as general_metarational
from negotiate.graphmodel.inverse import inverse as inverse
from negotiate.graphmodel.limited_move import limited_move as limited_move
from negotiate.graphmodel.model import GraphModel as GraphModel
from negotiate.graphmodel.model import Option as Option
from negotiate.graphmodel.nash_stability import nash_stability as nash_stability
from negotiate.graphmodel.non_myopic import non_myopic as non_myopic
from negotiate.graphmodel.robustness import robustness as robustness
from negotiate.graphmodel.sequential_stability import sequential_stability as sequential_stability
from negotiate.graphmodel.simultaneous import simultaneous as simultaneous
from negotiate.graphmodel.status_quo import history as history
from negotiate.graphmodel.status_quo import paths as paths
from negotiate.graphmodel.status_quo import status_quo as status_quo
from negotiate.graphmodel.symmetric_metarational import (
    symmetric_metarational as symmetric_metarational,
)
from negotiate.graphmodel.symmetric_sequential import symmetric_sequential as symmetric_sequential
from negotiate.graphmodel.table import compare as compare

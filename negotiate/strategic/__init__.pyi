"""Public names of the room; read by type checkers, editors and `negotiate._lazy.attach`."""

from negotiate.strategic.coarse_correlated import coarse_correlated as coarse_correlated
from negotiate.strategic.correlated import correlated as correlated
from negotiate.strategic.dominance import dominance as dominance
from negotiate.strategic.evolutionarily_stable import evolutionarily_stable as evolutionarily_stable
from negotiate.strategic.game import StrategicGame as StrategicGame
from negotiate.strategic.learning import learning as learning
from negotiate.strategic.maps.equilibrium_map import EquilibriumMap as EquilibriumMap
from negotiate.strategic.maps.equilibrium_map import equilibrium_map as equilibrium_map
from negotiate.strategic.maps.phase_diagram import PhaseDiagram as PhaseDiagram
from negotiate.strategic.maps.phase_diagram import phase_diagram as phase_diagram
from negotiate.strategic.maximin import maximin as maximin
from negotiate.strategic.nash import nash as nash
from negotiate.strategic.proper import proper as proper
from negotiate.strategic.quantal_response import quantal_response as quantal_response
from negotiate.strategic.rationalizability import rationalizability as rationalizability
from negotiate.strategic.selection import selection as selection
from negotiate.strategic.theory_of_moves import theory_of_moves as theory_of_moves
from negotiate.strategic.trembling_hand import trembling_hand as trembling_hand

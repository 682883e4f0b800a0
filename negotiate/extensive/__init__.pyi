"""Public names of the room; read by type checkers, editors and `negotiate._lazy.attach`."""

from negotiate.extensive.agent_quantal_response import (
    agent_quantal_response as agent_quantal_response,
)
from negotiate.extensive.backward_induction import backward_induction as backward_induction
from negotiate.extensive.build import GameTree as GameTree
from negotiate.extensive.divinity_d1 import divinity_d1 as divinity_d1
from negotiate.extensive.game import ExtensiveGame as ExtensiveGame
from negotiate.extensive.intuitive_criterion import intuitive_criterion as intuitive_criterion
from negotiate.extensive.perfect_bayesian import perfect_bayesian as perfect_bayesian
from negotiate.extensive.sequential import sequential_equilibrium as sequential_equilibrium
from negotiate.extensive.signalling import Signalling as Signalling
from negotiate.extensive.subgame_perfect import subgame_perfect as subgame_perfect

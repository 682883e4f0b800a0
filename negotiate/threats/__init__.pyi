"""Public names of the room; read by type checkers, editors and `negotiate._lazy.attach`."""

from negotiate.threats.equilibrium import equilibrium as equilibrium
from negotiate.threats.game import ThreatGame as ThreatGame
from negotiate.threats.game import game as game
from negotiate.threats.rational import rational as rational

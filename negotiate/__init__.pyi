"""The front door: every public name, typed; see `negotiate._lazy`."""

from negotiate import bargaining as bargaining
from negotiate import case as case
from negotiate import crisis as crisis
from negotiate import dynamic as dynamic
from negotiate import extensive as extensive
from negotiate import strategic as strategic
from negotiate import threats as threats
from negotiate import whatif as whatif
from negotiate.case.negotiation import Negotiation as Negotiation
from negotiate.case.quantity import Quantity as Quantity
from negotiate.case.read import cases as cases
from negotiate.case.read import check as check
from negotiate.errors import NegotiateError as NegotiateError
from negotiate.extensive.game import ExtensiveGame as ExtensiveGame
from negotiate.front import concepts as concepts
from negotiate.front import games as games
from negotiate.front import load as load
from negotiate.front import metrics as metrics
from negotiate.front import open as open
from negotiate.front import report as report
from negotiate.front import solve as solve
from negotiate.report.archive import archive as archive
from negotiate.report.verify import verify_archive as verify_archive
from negotiate.solution import Solution as Solution
from negotiate.strategic.game import StrategicGame as StrategicGame
from negotiate.strategic.maps.equilibrium_map import equilibrium_map as equilibrium_map
from negotiate.whatif.questions.ask import attribute as attribute
from negotiate.whatif.questions.ask import counterfactual as counterfactual
from negotiate.whatif.questions.ask import discover as discover
from negotiate.whatif.questions.ask import infer as infer
from negotiate.whatif.questions.ask import information as information
from negotiate.whatif.questions.ask import match as match
from negotiate.whatif.questions.ask import robustness as robustness
from negotiate.whatif.questions.ask import sensitivity as sensitivity
from negotiate.whatif.questions.ask import threshold as threshold
from negotiate.whatif.questions.ask import tree as tree
from negotiate.whatif.questions.cells import cells as cells
from negotiate.whatif.questions.oneway import curve as curve
from negotiate.whatif.questions.oneway import spider as spider
from negotiate.whatif.questions.oneway import tornado as tornado
from negotiate.whatif.questions.phase import phase as phase
from negotiate.whatif.questions.robustness import claim as claim
from negotiate.whatif.study.case import study as study
from negotiate.whatif.views.explore import explore as explore

__version__: str

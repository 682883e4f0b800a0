"""Public names of the room; read by type checkers, editors and `negotiate._lazy.attach`."""

from negotiate.dynamic.alternating_offers import AlternatingOffers as AlternatingOffers
from negotiate.dynamic.alternating_offers import from_case as alternating_offers
from negotiate.dynamic.alternating_offers_equilibrium import (
    alternating_offers_equilibrium as alternating_offers_equilibrium,
)
from negotiate.dynamic.baron_ferejohn import BaronFerejohn as BaronFerejohn
from negotiate.dynamic.baron_ferejohn import baron_ferejohn as baron_ferejohn
from negotiate.dynamic.critical_discount import critical_discount as critical_discount
from negotiate.dynamic.durability import Durability as Durability
from negotiate.dynamic.durability import from_case as durability
from negotiate.dynamic.durability import stochastic as stochastic
from negotiate.dynamic.enforcement import Enforcement as Enforcement
from negotiate.dynamic.enforcement import from_case as enforcement
from negotiate.dynamic.markov_perfect import markov_perfect as markov_perfect
from negotiate.dynamic.nash_reversion import nash_reversion as nash_reversion
from negotiate.dynamic.repeated import Repeated as Repeated
from negotiate.dynamic.repeated import from_case as repeated
from negotiate.dynamic.stochastic import StochasticGame as StochasticGame
from negotiate.dynamic.sustainable_payoffs import sustainable_payoffs as sustainable_payoffs

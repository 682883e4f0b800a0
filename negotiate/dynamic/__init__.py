"""Games over time: offers, repeated and stochastic games, enforcement, durability."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)

"""Graph models of conflict: options, states, moves, preferences, stability."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)

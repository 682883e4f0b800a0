"""Strategic games: players who choose at once, and what they might then choose."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)

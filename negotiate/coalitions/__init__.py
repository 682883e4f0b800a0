"""Coalitional games and third parties: what groups are worth, who gets what, who spoils."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)

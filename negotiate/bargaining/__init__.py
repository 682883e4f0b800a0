"""Bargaining: the problem (S, d), its solutions, and deals judged against it."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)

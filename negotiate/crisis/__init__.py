"""Crises: costly lotteries, audience costs, deterrence, commitment, sanctions, mediation."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)

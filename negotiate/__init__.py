"""Model international negotiations: one sourced parameter file, bargaining games, what-if.

>>> import negotiate as ng
>>> idlib = ng.load("idlib-2020")
>>> idlib.principals
('russia', 'turkey')

Names are loaded when first used, so that ``import negotiate`` stays fast.
"""

from negotiate._lazy import attach

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = attach(__name__, __file__)

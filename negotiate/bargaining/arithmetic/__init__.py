"""Bargaining on arrays: leading axes are draws, the last axes are the problem."""

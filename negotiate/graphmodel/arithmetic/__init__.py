"""Arithmetic of graph models on arrays: arcs, legal sequences, stability.

Leading axes are draws, the last axis is the state. Nothing here knows labels or files.
"""

"""Coalitional games and third parties."""

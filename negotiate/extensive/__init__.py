"""Extensive games: who moves when, knowing what."""

"""Bargaining: the problem (S, d), its solutions, and deals judged against it."""

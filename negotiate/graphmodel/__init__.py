"""Graph models of conflict: options, states, moves, preferences, stability."""

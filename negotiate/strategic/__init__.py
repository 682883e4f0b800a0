"""Strategic games: players who choose at once, and what they might then choose."""

"""How game trees look."""

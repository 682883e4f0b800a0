"""How games over time look."""

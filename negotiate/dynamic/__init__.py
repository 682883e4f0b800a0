"""Games over time: offers, repeated and stochastic games, enforcement, durability."""

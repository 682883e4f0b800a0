"""How strategic games look."""

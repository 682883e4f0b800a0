"""How crisis games look."""

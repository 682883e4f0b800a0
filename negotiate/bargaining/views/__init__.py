"""How bargaining problems and judged deals look."""

"""What the world says: parties, issues, levers, the deal, and the file they are written in."""

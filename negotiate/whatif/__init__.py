"""What-if questions: they see a negotiation and metrics of its solutions, no particular form."""

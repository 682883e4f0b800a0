"""What-if questions: they see a negotiation and the metrics of its solutions, no particular form."""

"""Crises: costly lotteries, audience costs, deterrence, commitment, sanctions, mediation."""

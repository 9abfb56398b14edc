"""Proofs that a rule book keeps its promises for every inspection there can be, and what breaks them."""

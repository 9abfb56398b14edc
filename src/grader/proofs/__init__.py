"""Proofs of a rule book's promises for every inspection."""

# Imported first: where the solver is missing, this says which extra brings it.
from grader.engines import symbolic as symbolic

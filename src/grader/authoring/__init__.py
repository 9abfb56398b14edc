"""For people who write rules: checks, proofs and tests of a rule book."""

"""Proofs about frameworks whose components are scored once: one whole number a characteristic."""

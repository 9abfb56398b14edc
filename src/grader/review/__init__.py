"""Decisions: beside proposals, recorded, verified."""

"""Proposed beside final grades: where they differ, how far they agree, and what a decision was made on."""

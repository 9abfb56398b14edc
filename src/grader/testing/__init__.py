"""Random frameworks, rule books and inspections, and single changes, for tests."""

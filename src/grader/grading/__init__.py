"""The grading pass: from evidence to the proposal."""

"""The grading pass: evidence to statuses, findings, outcomes and grades, and the proposal that says why."""

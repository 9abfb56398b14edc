"""What people write and what grader answers, as data."""

"""What people write and what grader answers: data only, no behaviour beyond looking things up."""

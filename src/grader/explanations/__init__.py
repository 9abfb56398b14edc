"""Why an area is graded as it is, in words an inspector would use."""

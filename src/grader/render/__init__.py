"""Reports for those who read and decide."""

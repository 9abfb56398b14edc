"""What a report says, as data: every writer reads it."""

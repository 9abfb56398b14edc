"""Wide tables: one row a body, one column a component."""

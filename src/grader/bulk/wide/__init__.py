"""Wide tables: one row a body, one column a component, for frameworks that judge by what was assessed."""

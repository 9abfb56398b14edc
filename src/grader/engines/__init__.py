"""Ways to read one rule book. Each engine reads the tree of `grader.language`; none knows another."""

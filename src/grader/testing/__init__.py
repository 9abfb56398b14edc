"""For tests of rules and of engines: frameworks, rule books and inspections drawn at random, and changes."""

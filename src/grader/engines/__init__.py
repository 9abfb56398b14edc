"""Ways to read one rule book; no engine knows another."""

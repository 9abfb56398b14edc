"""Files in and out: YAML with the place of everything in it, and what is built on it."""

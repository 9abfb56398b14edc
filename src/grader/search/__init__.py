"""Which characteristic a finding may be about: a ranked list to choose from. Nothing here tags."""

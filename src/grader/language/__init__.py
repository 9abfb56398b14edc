"""The rule language: its tree, its facts, its vocabulary, its checks and its English."""

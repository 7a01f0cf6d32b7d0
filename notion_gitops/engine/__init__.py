"""The verbs: pure functions from nouns to nouns. No files, clock, network or environment."""

"""Strict YAML, JSON and CSV with the place of every value; checks against schemas; atomic files."""

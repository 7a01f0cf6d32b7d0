"""Filling the sandbox from a YAML file."""

"""Databases, their data sources and their rows."""

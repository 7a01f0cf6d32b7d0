"""Keep records in git and Notion databases in step, both ways."""

__version__ = "0.1.0"

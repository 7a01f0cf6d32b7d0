"""The blocks of pages."""

"""Asking for rows: filters, sorts, and lists of property items."""

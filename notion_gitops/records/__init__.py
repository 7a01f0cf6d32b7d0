"""The git side: record files read to canonical records, and edited line by line."""

"""The values of properties: how they are kept, computed, shown and read."""

"""Text for people and machines: one escaping function per sink, and the small forms of words."""

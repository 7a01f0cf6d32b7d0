"""What goes wrong on purpose: rules, rate limits, latency, and indexes that lag behind."""

"""Reading both sides and the base, and joining them."""

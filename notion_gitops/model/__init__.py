"""The nouns: frozen types that every other package speaks in, with no behaviour of their own."""

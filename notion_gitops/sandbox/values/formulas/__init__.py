"""The formula language: `syntax` reads an expression, `evaluating` computes it for a page."""

"""Writing what a plan says: pages, files, commits; and what makes a killed run harmless."""

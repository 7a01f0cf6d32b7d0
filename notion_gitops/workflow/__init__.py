"""Use cases: each reads as the numbered list that it is. Read, decide, write are three places."""

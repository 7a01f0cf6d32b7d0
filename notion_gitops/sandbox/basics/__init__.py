"""What all of the sandbox speaks of: objects, errors, identities, the store and its clock."""

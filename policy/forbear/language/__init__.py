"""Text → a checked policy: reading, the grammar, types, the checker and the intermediate representation."""

"""What a program wants of the JSON that a command prints: some fields, a filter, a line."""

"""The line on which a conversation is typed, and the terminal that is quiet around it."""

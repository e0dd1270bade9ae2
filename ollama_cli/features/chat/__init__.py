"""A prompt answered, or a conversation held."""

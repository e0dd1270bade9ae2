"""Ways to show an answer."""

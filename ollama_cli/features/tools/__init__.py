"""Tools that a model may call: where they come from, who allows it, and the loop."""

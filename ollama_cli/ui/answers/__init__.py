"""Writers that show the answer of a model."""

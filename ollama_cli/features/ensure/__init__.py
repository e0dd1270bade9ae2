"""Make a server have the models that a file requires."""

"""The features behind the commands: chat, models, pulls, required models, servers, checks."""

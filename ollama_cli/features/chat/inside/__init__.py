"""What the commands inside a conversation do; the table of them is `commands`."""

"""Settings: declared, parsed, resolved, read and written; hosts, keys and policy."""

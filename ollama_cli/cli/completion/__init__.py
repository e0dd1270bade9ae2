"""What could stand at the cursor of a command line."""

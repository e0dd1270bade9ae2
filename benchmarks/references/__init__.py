"""What we are measured against: scripts as people write them, and the least that can be done."""

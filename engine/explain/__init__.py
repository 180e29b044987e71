"""What a number follows from, and what a number needs."""

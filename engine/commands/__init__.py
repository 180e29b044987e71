"""What each command does, from its options to text; the command line writes what comes back."""

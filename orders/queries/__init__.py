"""Reading orders."""

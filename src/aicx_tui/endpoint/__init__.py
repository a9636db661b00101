"""What is served to others: the Authentication URL that CX Genie calls."""

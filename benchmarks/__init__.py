"""What the console costs, against the least that a Textual program can cost."""

"""The search language: the same in the console and on the command line."""

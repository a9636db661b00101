"""The mirror: the local, encrypted copy of the humans of one context, and how it is searched."""

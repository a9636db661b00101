"""The use cases, without any user interface."""

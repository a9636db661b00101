"""The embedded platform: a real AICX server with a real database, run as its own process."""

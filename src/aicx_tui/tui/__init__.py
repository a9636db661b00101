"""The console: gives actions their keys."""

"""Headless commands: gives actions their verbs."""

"""The mirror, on real encrypted files."""

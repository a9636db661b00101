"""What travels between a platform and this program."""

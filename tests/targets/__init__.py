"""Where else the token is used, with real parts."""

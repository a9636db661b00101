"""The API client layer: one HTTP core, one module per platform."""

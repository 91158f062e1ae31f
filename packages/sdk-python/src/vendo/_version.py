VERSION = "0.1.0"
"""Of this release. `pyproject.toml` reads it from here."""

"""Settings of frameworks that are the same everywhere. `screener/settings.py` imports them."""

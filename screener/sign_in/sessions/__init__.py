"""Sessions of staff: how they end, and what users see of their own."""

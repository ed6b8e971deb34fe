"""The measurement of campaigns."""

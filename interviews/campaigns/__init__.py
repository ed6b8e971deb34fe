"""Campaigns: adding candidates, and what follows from their state."""

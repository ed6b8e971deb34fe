"""Conditions of queries that more than one model needs, and the indexes for them."""

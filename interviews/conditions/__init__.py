"""Conditions of queries that more than one model needs."""

"""Campaigns: adding candidates, estimates, and the effects of a status on the interviews."""

"""Events for other systems: a feed, and signed deliveries to their webhooks."""

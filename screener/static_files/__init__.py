"""How static files of a deployment are stored."""

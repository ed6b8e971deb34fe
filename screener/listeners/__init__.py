"""How the server receives requests: the gunicorn worker, and what each listener serves."""

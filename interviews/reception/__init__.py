"""How the employer presents itself on the phone: its name, and what becomes of calls to its number."""

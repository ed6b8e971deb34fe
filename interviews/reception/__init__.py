"""How the employer presents itself on the phone: its name, and the calls to its number."""

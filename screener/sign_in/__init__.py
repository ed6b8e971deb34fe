"""How staff sign in: sessions, second factors, single sign-on, tokens."""

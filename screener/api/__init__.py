"""Conventions that all API views share.

`rest_framework.views` loads `authentication`, `negotiation` and `parsers` by their names in the settings while it is
itself being imported, so these modules must not import it.
"""

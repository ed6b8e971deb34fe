"""How web applications of other origins use the API from a browser (CORS). CORS_ALLOWED_ORIGINS names them.

They send a key in a header. Cookies are not accepted, so that no page can use the session of a user.
"""

CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ("GET", "HEAD", "POST", "PATCH")
CORS_ALLOW_HEADERS = ("accept", "content-type", "idempotency-key", "x-api-key")
CORS_EXPOSE_HEADERS = ("content-disposition", "idempotency-replayed", "retry-after")

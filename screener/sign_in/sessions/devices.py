"""The name of a device, from the header with which its browser introduces itself."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""Signs in the header, in the order in which they decide: many browsers also name those that they resemble."""
MAX_LENGTH = 100


def device_name(user_agent: str) -> str:
    """Return the names of browser and system; for others, the start of what the program calls itself."""
    names = [next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, names)) or "".join(filter(str.isprintable, user_agent))[:MAX_LENGTH]

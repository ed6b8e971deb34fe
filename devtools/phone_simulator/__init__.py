"""A phone network in a box: stands in for Twilio, speaks its protocol over HTTP, knows nothing of the app.

    python -m devtools.phone_simulator --speed 20

Calls go to personas, chosen by the last two digits of the number called (personas.py), or to a person at the phone
page, which is served at the same address (phone_page.py). What may go wrong can be made to (faults.py). Tests use
`running_simulator()`.
"""

from .server import RunningSimulator, running_simulator

__all__ = ["RunningSimulator", "running_simulator"]

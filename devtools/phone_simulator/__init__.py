"""A simulated phone network. It speaks Twilio's protocol over HTTP and imports no code of the application.

    python -m devtools.phone_simulator --speed 20

A call is answered by a persona, chosen by the last two digits of the number (callees/personas.toml), or by a human at
the phone page, which is served at the same address (phone_page/). Faults can be injected (faults.py). Tests use
`running_simulator()`.
"""

from .server import RunningSimulator, running_simulator

__all__ = ["RunningSimulator", "running_simulator"]

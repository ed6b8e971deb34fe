"""Runs a command for as long as somebody holds the other end of our standard input, however that one goes away.

    python -m devtools.process_guard COMMAND ...

The leash and all that the command starts are one process group, so that nothing of it can be left behind.
"""

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_SECONDS = 25
"""How long the command may take to finish what it is doing, once it is told to stop."""


def main(command: list[str]) -> int:
    """The command's exit code."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: child.terminate())
    threading.Thread(target=_end_with_owner, args=(child,), daemon=True).start()
    return child.wait()


def _end_with_owner(child: "subprocess.Popen[bytes]") -> None:
    while os.read(0, 1024):
        pass
    child.terminate()
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

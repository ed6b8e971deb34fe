"""Runs a command until its owner ends: the process that holds the other end of this process's standard input.

    python -m devtools.process_guard COMMAND ...

The guard and all that the command starts share a process group, so that none of it can outlive the owner.
"""

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_SECONDS = 25
"""How long the command may take to finish its work after SIGTERM."""


def main(command: list[str]) -> int:
    """Run the command and return its exit code. SIGTERM and SIGINT are passed on to it."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: child.terminate())
    threading.Thread(target=_end_with_owner, args=(child,), daemon=True).start()
    return child.wait()


def _end_with_owner(child: "subprocess.Popen[bytes]") -> None:
    """Wait for the end of standard input, then stop the command; kill the whole group after the grace period."""
    while os.read(0, 1024):
        pass
    child.terminate()
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

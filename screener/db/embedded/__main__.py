import subprocess
import sys
from pathlib import Path

from screener.db.embedded.data_dir import EmbeddedError
from screener.db.embedded.supervisor import supervise


def main(arguments: list[str]) -> int:
    """Usage: python -m screener.db.embedded supervise FOLDER"""
    if len(arguments) != 2 or arguments[0] != "supervise":
        sys.stderr.write(f"{main.__doc__}\n")
        return 2
    try:
        supervise(Path(arguments[1]))
    except (EmbeddedError, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

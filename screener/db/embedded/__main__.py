import subprocess
import sys
from pathlib import Path

from screener.db.embedded.data_dir import EmbeddedError
from screener.db.embedded.supervisor import keep


def main(arguments: list[str]) -> int:
    """`python -m screener.db.embedded keep FOLDER`: how `start` starts a keeper."""
    if len(arguments) != 2 or arguments[0] != "keep":
        sys.stderr.write(f"{main.__doc__}\n")
        return 2
    try:
        keep(Path(arguments[1]))
    except (EmbeddedError, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Make the fixtures and goldens anew: what `make goldens` runs.

The weights are random from fixed seeds; with the pinned versions the files come
out the same, up to the last bits of floating-point numbers on other processors.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    for script in ("export.py", "goldens.py", "golden_sampling.py", "golden_chat.py"):
        done = subprocess.run([sys.executable, str(HERE / script)])
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()

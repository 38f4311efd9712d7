"""Make toy checkpoints, side by side: one folder a model, as `--weights DIR` reads them.

python -m scripts.toy_weights OUT [--family ID ...]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.toy_weights import families, write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("out", type=Path)
    parser.add_argument("--family", action="append", choices=sorted(families()), help="which models; default: all")
    given = parser.parse_args()
    for model in given.family or sorted(families()):
        print(write(model, given.out / model))


if __name__ == "__main__":
    main()

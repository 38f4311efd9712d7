"""Accept the examples' present plans and prompts: python scripts/update_expected.py [EXAMPLE ...].

Read the diff before you commit it. Nothing else ever writes these files.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.expected import folders, produced


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("example", nargs="*", help="names of folders in examples/ (default: all)")
    wanted = set(parser.parse_args().example)
    for folder in folders():
        if wanted and folder.name not in wanted:
            continue
        (folder / "expected").mkdir(exist_ok=True)
        for name, text in produced(folder).items():
            path = folder / "expected" / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                print(f"written: {folder.name}/expected/{name}")


if __name__ == "__main__":
    main()

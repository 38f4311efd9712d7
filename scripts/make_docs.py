"""Write the generated pages: python scripts/make_docs.py [--check]."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qwen_pipeline import spec  # noqa: E402
from qwen_pipeline.cli.schema import all_kinds  # noqa: E402
from scripts.docgen import cli_page, library_page, performance_page, spec_page  # noqa: E402


def generated() -> dict[Path, str]:
    """Path -> text of every generated page."""
    docs = ROOT / "docs"
    pages = {
        docs / "spec-reference.md": spec_page.page(ROOT),
        docs / "library.md": library_page.page(),
        docs / "cli.md": cli_page.page(),
        docs / "performance.md": performance_page.page(docs / "performance.md"),
    }
    for kind in all_kinds(None):
        pages[docs / "schema" / f"{kind.lower()}.json"] = json.dumps(spec.schema(kind), ensure_ascii=False, indent=2)
    return {path: text.rstrip("\n") + "\n" for path, text in pages.items()}


def stale() -> list[Path]:
    """Generated pages that are not as they would be made now."""
    return [path for path, text in generated().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is stale")
    if parser.parse_args().check:
        for path in stale():
            print(f"stale: {path.relative_to(ROOT)} (make docs)")
        return 1 if stale() else 0
    for path in stale():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated()[path], encoding="utf-8")
        print(f"written: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

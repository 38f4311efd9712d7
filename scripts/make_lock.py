"""Write requirements.lock: every package of the core and the extras at one version, resolved from nothing.

    python scripts/make_lock.py [--extras flows,dev,bench]

pip resolves in a fresh environment and reports what it would install; nothing is installed. The lock is a constraints
file (`pip install -c requirements.lock`): a line for a package that is not asked for does no harm.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN_EXTRAS = re.compile(r"qwen-pipeline\[(.+)\]")
HEADER = """\
# One version of everything, for `pip install -c requirements.lock -e ".[flows,dev]"`. Made by `make lock`.
"""


def resolve(requirements: list[str]) -> dict[str, str]:
    """Name -> version of all that pip would install for `requirements` into an empty environment."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(Path(folder) / "venv", with_pip=True)
        python = Path(folder) / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        report = Path(folder) / "report.json"
        command = [str(python), "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", str(report)]
        subprocess.run([*command, *requirements], check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {item["metadata"]["name"]: item["metadata"]["version"].partition("+")[0] for item in found}


def requirements(extras: list[str]) -> list[str]:
    """The project's direct requirements with the named extras, and what builds its wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    offered = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    waiting, seen = list(extras), set(extras)
    while waiting:
        for requirement in offered[waiting.pop()]:
            own = OWN_EXTRAS.fullmatch(requirement)
            if own is None:
                wanted.append(requirement)
                continue
            new = [name.strip() for name in own[1].split(",") if name.strip() not in seen]
            waiting += new
            seen.update(new)
    return wanted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extras", default="flows,dev,bench")
    pins = resolve(requirements(parser.parse_args().extras.split(",")))
    lines = [f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}" for name, version in pins.items()]
    (ROOT / "requirements.lock").write_text(HEADER + "\n".join(sorted(lines)) + "\n", encoding="utf-8")
    print(f"requirements.lock: {len(lines)} packages")


if __name__ == "__main__":
    main()

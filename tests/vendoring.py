"""Fetches the scripts that pages and browser tests hold, by npm, and checks them.

Called as ``python -m tests.vendoring`` (``make vendor``).

``vendored.json`` beside each folder says for every file its package, version, place in the package, licence
and integrity (SHA-384). A file whose digest is another is not written. Installing needs no npm, since the
files are committed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LISTS = (ROOT / "queries/console/vendored.json", ROOT / "tests/browser/vendored.json")
FETCHED_WITHIN_S = 120


def integrity_of(content: bytes) -> str:
    """The integrity of a file as browsers check it (W3C Subresource Integrity)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def faults(folder: Path, listed: dict[str, dict[str, str]]) -> list[str]:
    """What is wrong with the files of a folder: missing, changed, or not listed."""
    found = {path.name: integrity_of(path.read_bytes()) for path in folder.iterdir()}
    wrong = [f"{name} is missing" for name in listed if name not in found]
    wrong += [f"{name} is not listed" for name in found if name not in listed]
    wrong += [
        f"{name} has another digest"
        for name in listed
        if name in found and found[name] != listed[name]["integrity"]
    ]
    return sorted(wrong)


def fetch(names: Path) -> None:
    """Write the files of one list anew. Exits with a line when a package cannot be had or is another."""
    listed: dict[str, dict[str, str]] = json.loads(names.read_text(encoding="utf-8"))
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("expected npm to fetch packages with, found none; install Node, or keep the committed files")
    for package in sorted({f"{each['package']}@{each['version']}" for each in listed.values()}):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [npm, "pack", "--silent", "--pack-destination", folder, package],
                capture_output=True,
                text=True,
                timeout=FETCHED_WITHIN_S,
                check=False,
            )
            if done.returncode:
                sys.exit(f"expected {package} from npm, found: {done.stderr.strip()[:300]}; try again")
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
                for name, each in listed.items():
                    if f"{each['package']}@{each['version']}" == package:
                        _take(archive, each, names.with_suffix("") / name)


def _take(archive: tarfile.TarFile, each: dict[str, str], place: Path) -> None:
    member = archive.extractfile(f"package/{each['path']}")
    content = b"" if member is None else member.read()
    if integrity_of(content) != each["integrity"]:
        sys.exit(
            f"expected {each['integrity']} of {each['path']}, found {integrity_of(content)}; nothing written"
        )
    place.write_bytes(content)


if __name__ == "__main__":
    for path in LISTS:
        fetch(path)
        print(f"{path.relative_to(ROOT)}: every file is as listed")

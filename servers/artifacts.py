"""The jars of a server, fetched by Maven once and kept."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from servers.process import ServerUnavailable

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "servers"
TIMEOUT_S = 900


def jars(name: str) -> Path:
    """The folder with every jar that `servers/poms/<name>.xml` names; fetched when it is not complete.

    Several processes may ask at once: one fetches, the others wait. Raises `ServerUnavailable` when Java or
    Maven is missing or an artifact cannot be had.
    """
    pom = HERE / "poms" / f"{name}.xml"
    digest = hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    folder = CACHE / f"{name}-{digest}"
    if folder.is_dir():
        return folder
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise ServerUnavailable(f"expected {program} on the path, found none; install a JDK 17 and Maven")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _fetch(pom, folder)
    return folder


def _fetch(pom: Path, folder: Path) -> None:
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
    try:
        done = subprocess.run(
            [*command, f"-DoutputDirectory={partial}"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ServerUnavailable(f"expected Maven to finish in {TIMEOUT_S} s, found it still busy") from error
    if done.returncode != 0:
        said = next((line for line in done.stdout.splitlines() if "ERROR" in line), "no reason")
        raise ServerUnavailable(f"expected Maven to fetch {pom.stem}, found: {said[:300]}")
    partial.rename(folder)


def main() -> int:
    """Fetches those that the call names; says in one line what is missing."""
    try:
        for name in sys.argv[1:]:
            jars(name)
    except ServerUnavailable as error:
        print(f"servers: {error}", file=sys.stderr)
        return 4
    return 0

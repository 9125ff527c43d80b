"""
`make audit`: whether a hole is known in what `requirements.txt` pins.

pip-audit asks PyPI. Where that cannot be reached it says so and nothing fails, so that `make check` works on a train;
the weekly run of CI reaches it.
"""

from __future__ import annotations

import json
import subprocess
import sys

from tests import rig

ASK = (
    "--requirement requirements.txt --no-deps --disable-pip --format json --progress-spinner off --timeout 5".split()
)


def main() -> int:
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", *ASK], cwd=rig.ROOT, capture_output=True, text=True, check=False
    )
    sentences, is_fine = verdict(asked.stdout)
    print("\n".join(sentences))
    return 0 if is_fine else 1


def verdict(answer: str) -> tuple[list[str], bool]:
    """What pip-audit's JSON comes to, in sentences, and whether no hole is known."""
    try:
        packages = json.loads(answer)["dependencies"]
    except ValueError:
        return ["audit: the list of known holes cannot be reached from here, so nothing is known."], True
    holes = [(package, hole) for package in packages for hole in package.get("vulns", [])]
    unknown = sum("skip_reason" in package for package in packages)
    said = [
        f"audit: {package['name']} {package['version']} has {hole['id']}, "
        f"mended in {' or '.join(hole['fix_versions']) or 'no version yet'}."
        for package, hole in holes
    ]
    if unknown:
        said.append(f"audit: nothing is known of {unknown} of {len(packages)} packages.")
    return said or [f"audit: no hole is known in {len(packages)} packages."], not holes


if __name__ == "__main__":
    sys.exit(main())

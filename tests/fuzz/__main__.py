"""`python -m tests.fuzz [TARGET …] [--seconds 600]`: fuzz the parsers one after the other; the exit code says if all held."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("bounce", "webhook", "zetkin_json")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("targets", nargs="*", choices=[*NAMES, []])
    asked.add_argument("--seconds", type=int, default=600)
    asked.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.inner:
        return _fuzz(chosen.targets[0], chosen.seconds)
    worst = 0
    for name in chosen.targets or NAMES:
        command = [sys.executable, "-m", "tests.fuzz", name, "--seconds", str(chosen.seconds), "--inner"]
        code = subprocess.run(command, check=False).returncode
        sys.stdout.write(f"{name}: {'clean' if code == 0 else f'exit code {code}'}\n")
        sys.stdout.flush()
        worst = max(worst, abs(code))
    return worst


def _fuzz(name: str, seconds: int) -> int:
    import atheris  # type: ignore[import-not-found, unused-ignore]

    with atheris.instrument_imports(include=["zetkin_sync", "connectors"]):
        from tests.fuzz.targets import TARGETS, seeds

    with tempfile.TemporaryDirectory(prefix="zs-fuzz-") as made:
        corpus = Path(made) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(seeds(name)):
            (corpus / str(number)).write_bytes(seed)
        options = [
            f"-max_total_time={seconds}",
            "-max_len=4096",
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], str(corpus), *options, f"-artifact_prefix={made}/"], TARGETS[name])
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.fuzz [TARGET …] [--seconds 600]`: fuzz the parsers one after the other; the exit code says if all held."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

SEEDS: dict[str, tuple[bytes, ...]] = {
    "bounce": (
        b"From: MAILER-DAEMON\nContent-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n"
        b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n--B--\n",
    ),
    "webhook": (
        b'p{"RecordType":"Bounce"}',
        b'b{"event":"hard_bounce"}',
        b'n{"event":"failed"}',
        b's[{"event":"bounce"}]',
    ),
    "zetkin_json": (
        b'\0{"data":[{"id":1,"email":"a@b.example"}]}',
        b'\x08{"data":[{"id":1,"start_time":"2026-01-01T10:00:00+00:00"}]}',
    ),
}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("targets", nargs="*", choices=[*SEEDS, []])
    asked.add_argument("--seconds", type=int, default=600)
    asked.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.inner:
        return _fuzz(chosen.targets[0], chosen.seconds)
    worst = 0
    for name in chosen.targets or SEEDS:
        command = [sys.executable, "-m", "tests.fuzz", name, "--seconds", str(chosen.seconds), "--inner"]
        code = subprocess.run(command, check=False).returncode
        sys.stdout.write(f"{name}: {'clean' if code == 0 else f'exit code {code}'}\n")
        sys.stdout.flush()
        worst = max(worst, abs(code))
    return worst


def _fuzz(name: str, seconds: int) -> int:
    import atheris  # type: ignore[import-not-found, unused-ignore]

    with atheris.instrument_imports(include=["zetkin_sync", "connectors"]):
        from tests.fuzz.targets import TARGETS

    with tempfile.TemporaryDirectory(prefix="zs-fuzz-") as made:
        corpus = Path(made) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(SEEDS[name]):
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

"""Every file that is taken from elsewhere is exactly what its list says: name, version, licence, SHA-384."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANIFEST = "vendored.toml"
FIELDS = {"path", "name", "version", "licence", "source", "sha384"}


def manifests() -> list[Path]:
    """Every list of vendored files in the repository."""
    return sorted(p for top in ("zetkin_sync", "tests") for p in (ROOT / top).rglob(MANIFEST))


def faults(manifest: Path) -> list[str]:
    """What is wrong with a list and the files beside it."""
    listed = tomllib.loads(manifest.read_text(encoding="utf-8"))["file"]
    found = [f"{entry.get('path')}: fields" for entry in listed if set(entry) != FIELDS]
    for entry in listed:
        path = manifest.parent / entry["path"]
        digest = base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
        if digest != entry["sha384"]:
            found.append(f"{entry['path']}: sha384 is {digest}")
    minified = {str(p.relative_to(manifest.parent)) for p in manifest.parent.rglob("*.min.*")}
    return found + [f"{path}: not listed" for path in sorted(minified - {e["path"] for e in listed})]


@pytest.mark.parametrize("manifest", manifests(), ids=lambda p: str(p.parent.relative_to(ROOT)))
def test_vendored_files_are_what_their_list_says(manifest: Path) -> None:
    assert faults(manifest) == []


def test_a_changed_file_and_an_unlisted_one_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.min.js").write_text("changed")
    (tmp_path / "b.min.css").write_text("new")
    (tmp_path / MANIFEST).write_text(
        '[[file]]\npath="a.min.js"\nname="a"\nversion="1"\nlicence="MIT"\nsource="npm"\nsha384="x"\n'
    )
    assert [f.split(":")[0] for f in faults(tmp_path / MANIFEST)] == ["a.min.js", "b.min.css"]


def test_the_browser_tests_use_a_recent_axe() -> None:
    """4.12 passed a page that 4.14 fails."""
    listed = tomllib.loads((ROOT / "tests/browser/axe" / MANIFEST).read_text())["file"]
    assert [tuple(map(int, e["version"].split("."))) >= (4, 14) for e in listed] == [True]

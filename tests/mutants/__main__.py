"""``make mutants``: makes small mistakes, one at a time, and tells which no test notices.

The working tree stays as it is: all happens in a copy. A mistake counts as noticed where its tests
fail, or do not come to an end. More than one in twenty unnoticed is exit status 1.
"""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tests.mutants.change_list import LIST, REPO, Mutant, mutants, stale

MOST_SURVIVING: Final = 0.05
PATIENCE_S: Final = 300
COPIED: Final = ("kickcue", "tests", "firmware_profiles", "docs", "pyproject.toml", "README.md")
FAILED, INTERRUPTED = 1, 2
"""Of pytest: a test failed, or could not even be imported."""


def main(words: Sequence[str]) -> int:
    """Try all mistakes, or with ``words`` those that name one of them; return the exit status."""
    chosen = [
        each
        for each in mutants(LIST.read_text(encoding="utf-8"))
        if not words or any(word in str(each) for word in words)
    ]
    wrong = [reason for each in chosen if (reason := stale(each, REPO))]
    if wrong or not chosen:
        print("\n".join(wrong) or "no entry of the list names that")
        return 2
    with tempfile.TemporaryDirectory(prefix="kickcue-mutants-") as folder:
        tree = _copy(Path(folder))
        status = _run(tree, sorted({test for each in chosen for test in each.tests}))
        if status:
            print(f"without any mistake the tests leave with {status}: nothing can be told")
            return 2
        survivors = [each for number, each in enumerate(chosen, 1) if _survives(tree, each, number)]
    share = len(survivors) / len(chosen)
    print(f"{len(survivors)} of {len(chosen)} mistakes unnoticed ({share:.1%})")
    return 0 if share <= MOST_SURVIVING else 1


def _copy(folder: Path) -> Path:
    tree = folder / "tree"
    tree.mkdir()
    for name in COPIED:
        source = REPO / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            shutil.copy2(source, tree / name)
    # Two changes within a second may leave the same time and size: only the content is certain.
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(tree, quiet=2, invalidation_mode=mode)
    return tree


def _survives(tree: Path, mutant: Mutant, number: int) -> bool:
    source = tree / mutant.path
    whole = source.read_text(encoding="utf-8")
    source.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        compile(source.read_text(encoding="utf-8"), mutant.path, "exec")
        status = _run(tree, mutant.tests)
    finally:
        source.write_text(whole, encoding="utf-8")
    if status not in (0, FAILED, INTERRUPTED):
        raise SystemExit(f"{mutant}: pytest left with {status}")
    if status == 0:
        print(f"unnoticed: {number} {mutant}", flush=True)
    return status == 0


def _run(tree: Path, tests: Iterable[str]) -> int:
    """Return the exit status of pytest in the copy; tests that never end have failed."""
    surroundings = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    quiet = ("-q", "-x", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist")
    command = [sys.executable, "-m", "pytest", *quiet, *tests]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=surroundings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return FAILED
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

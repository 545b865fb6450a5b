"""The laws a reader may rely on, read off the source: imports point downward, nothing goes in
circles, the core is pure.

Every check is a function of ``{module name: source}``, so that the second half of this file can
show that each of them bites.
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).resolve().parent.parent / "kickcue"

FLOORS: Final[Mapping[str, int]] = {
    # the tens are the floor, the ones a step on it, where one part of a floor stands on another
    "kickcue.ending": 0,
    "kickcue.machine_time": 0,
    "kickcue.core.units": 0,
    "kickcue.core.clock_format": 0,
    "kickcue.core.length_format": 0,
    "kickcue.core.errors": 0,
    "kickcue.core.throttle": 0,
    "kickcue.core.nearest": 0,
    "kickcue.core.printable": 0,
    "kickcue.core.timer_clock": 0,
    "kickcue.core.zero_crossing": 0,
    "kickcue.core.events": 1,
    "kickcue.core.gatt": 10,
    "kickcue.core.course": 10,
    "kickcue.core.restart": 10,
    "kickcue.core.profiles": 11,
    "kickcue.core.generic_profiles": 11,
    "kickcue.core.plan": 11,
    "kickcue.core.records": 11,
    "kickcue.core.readings": 12,
    "kickcue.core.sensors": 20,
    "kickcue.core.crossing": 20,
    "kickcue.core.position": 21,
    "kickcue.core.repetitions": 22,
    "kickcue.core.race_state": 23,
    "kickcue.core.cueing": 20,
    "kickcue.core.watch": 25,
    "kickcue.core.engine_config": 30,
    "kickcue.core.race_control": 31,
    "kickcue.core.line_times": 23,
    "kickcue.core.line_cues": 32,
    "kickcue.core.race_progress": 33,
    "kickcue.core.engine": 34,
    "kickcue.core.session": 34,
    "kickcue.core.engine_choice": 35,
    "kickcue.config": 40,
    "kickcue.recording": 41,
    "kickcue.workouts": 42,
    "kickcue.analysis": 45,
    "kickcue.coaching": 46,
    "kickcue.replay": 46,
    "kickcue.page": 40,
    "kickcue.report": 47,
    "kickcue.export": 47,
    "kickcue.supervision": 49,
    "kickcue.lab": 50,
    "kickcue.edges.audio": 50,
    "kickcue.edges.sleep_inhibitor": 50,
    "kickcue.edges.gnss": 50,
    "kickcue.edges.mqtt": 50,
    "kickcue.edges.virtual_sensor": 50,
    "kickcue.edges.web": 51,
    "kickcue.edges.radio": 50,
    "kickcue.daemon": 60,
    "kickcue.standalone": 65,
    "kickcue.cli": 70,
    "kickcue.__main__": 80,
}
# A docstring and a version: they import nothing of ours.
BARE_PACKAGES: Final = frozenset({"kickcue", "kickcue.core", "kickcue.edges"})

IMPURE_MODULES: Final[Mapping[str, frozenset[str]]] = {
    "clocks": frozenset({"datetime", "sched", "time", "zoneinfo"}),
    "chance": frozenset({"random", "secrets", "uuid"}),
    "files": frozenset(
        {
            "fileinput",
            "glob",
            "io",
            "mmap",
            "os",
            "pathlib",
            "pickle",
            "shelve",
            "shutil",
            "sqlite3",
            "tempfile",
        }
    ),
    "network": frozenset(
        {
            "ftplib",
            "http",
            "select",
            "selectors",
            "smtplib",
            "socket",
            "socketserver",
            "ssl",
            "urllib",
            "webbrowser",
        }
    ),
    "concurrency": frozenset(
        {"asyncio", "concurrent", "multiprocessing", "queue", "signal", "subprocess", "threading"}
    ),
    "surroundings": frozenset(
        {"ctypes", "getpass", "importlib", "logging", "platform", "sys", "sysconfig", "warnings"}
    ),
}
PURE_RECORDING: Final = frozenset(
    {
        "kickcue.recording.interpolation",
        "kickcue.recording.json_text",
        "kickcue.recording.model",
        "kickcue.recording.plausible",
        "kickcue.recording.utc",
        "kickcue.recording.watch_records",
    }
)
"""What the analysis may know of recordings: what they are, and nothing that opens one."""
FOREIGN: Final = ("bleak", "fitdecode", "mcap", "numpy", "pydantic")
IMPURE_CALLS: Final = frozenset(
    {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
)

REPRODUCIBLE: Final = ("kickcue.core.", "kickcue.analysis.", "kickcue.replay.")
WHOLE_SUMS: Final[Mapping[str, int]] = {
    "kickcue.core.crossing.gate": 1,
    "kickcue.core.cueing.cue_issuer": 1,
    "kickcue.core.gatt.fields": 1,
    "kickcue.core.gatt.rsc": 1,
    "kickcue.core.plan": 2,
    "kickcue.core.position.speed_leaps": 1,
    "kickcue.core.repetitions.repetition": 3,
    "kickcue.core.watch.encoders.infinitime": 1,
    "kickcue.core.watch.shaping": 7,
}
"""How often a module sums whole numbers with ``sum``."""

Sources = Mapping[str, str]


def sources() -> dict[str, str]:
    """Return the source of every module of the package by its dotted name; a package goes by its
    own name.
    """
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(
            encoding="utf-8"
        )
    return found


@cache
def said(source: str) -> tuple[tuple[ast.Import | ast.ImportFrom, ...], tuple[str, ...]]:
    """Return the imports of ``source``, anywhere in it, and the names that it calls: read once for
    all laws.
    """
    imports: list[ast.Import | ast.ImportFrom] = []
    calls: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            calls.append(node.func.id)
    return tuple(imports), tuple(calls)


def imported(source: str, known: Sources) -> Iterator[str]:
    """Yield what ``source`` imports, anywhere in it; ``from package import module`` counts as the
    module.
    """
    for node in said(source)[0]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                yield f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base


def unit(module: str) -> str | None:
    """Return the part of the floor table that ``module`` belongs to."""
    return next((name for name in FLOORS if module == name or module.startswith(f"{name}.")), None)


def floor_violations(modules: Sources) -> list[str]:
    """Return one sentence for each import that does not point downward, and for each module without
    a floor.
    """
    wrong = []
    for module, source in modules.items():
        here = unit(module)
        if here is None and module not in BARE_PACKAGES:
            wrong.append(f"{module} has no floor: give it one in FLOORS")
        for target in imported(source, modules):
            there = unit(target)
            if target.startswith("."):
                wrong.append(f"{module} imports {target}: write the whole name")
            elif (
                target.partition(".")[0] != "kickcue"
                or target in BARE_PACKAGES
                or here == there is not None
            ):
                continue
            elif here is None or there is None or FLOORS[there] >= FLOORS[here]:
                wrong.append(f"{module} imports {target}, which does not lie below it")
    return wrong


def cycles(modules: Sources) -> list[str]:
    """Return the first circle of imports, if there is one."""
    graph = {
        module: {target for target in imported(source, modules) if target in modules}
        for module, source in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" -> ".join(error.args[1])]
    return []


def core_violations(modules: Sources) -> list[str]:
    """Return one sentence for each thing in the core that reads a clock, does I/O, or comes from
    outside the standard library.
    """
    return [
        wrong
        for module, source in modules.items()
        if f"{module}.".startswith("kickcue.core.")
        for wrong in impurities(module, source, modules)
    ]


def analysis_violations(modules: Sources) -> list[str]:
    """Return one sentence for each thing in the analysis that does I/O, or that is neither of the
    standard library, nor the core's, nor one of the pure parts of a recording.

    It may reckon with dates.
    """
    wrong: list[str] = []
    for module, source in modules.items():
        if not f"{module}.".startswith("kickcue.analysis."):
            continue
        wrong += [
            each
            for each in impurities(module, source, modules)
            if not each.endswith(" imports datetime (clocks)")
        ]
        wrong += [
            f"{module} imports {target} (not pure)"
            for target in imported(source, modules)
            if target.startswith("kickcue")
            and not target.startswith(("kickcue.core.", "kickcue.analysis."))
            and target not in PURE_RECORDING
        ]
    return wrong


def impurities(module: str, source: str, modules: Sources) -> list[str]:
    """Return one sentence for each import and call of a module that is not pure."""
    wrong = []
    for target in imported(source, modules):
        top = target.partition(".")[0]
        kinds = [kind for kind, names in IMPURE_MODULES.items() if top in names]
        if top != "kickcue" and top not in sys.stdlib_module_names:
            kinds.append("outside the standard library")
        wrong += [f"{module} imports {target} ({kind})" for kind in kinds]
    calls = said(source)[1]
    return [*wrong, *(f"{module} calls {name}()" for name in calls if name in IMPURE_CALLS)]


def sum_violations(modules: Sources) -> list[str]:
    """Return one sentence for each module of what must replay alike that has another number of
    ``sum`` than is known: of floats it has other last digits from Python 3.12 on.
    """
    wrong = []
    for module, source in modules.items():
        count = said(source)[1].count("sum")
        if module.startswith(REPRODUCIBLE) and count != WHOLE_SUMS.get(module, 0):
            wrong.append(
                f"{module} calls sum() {count} times: of floats take math.fsum, of whole numbers "
                "count it in WHOLE_SUMS"
            )
    return wrong


@pytest.mark.parametrize(
    "check", [floor_violations, cycles, core_violations, analysis_violations, sum_violations]
)
def test_laws_hold(check: Callable[[Sources], list[str]]) -> None:
    """Imports point strictly downward, run in no circle, the core has no clock, no I/O and nothing
    but the standard library, the analysis adds the pure parts of a recording, and what must replay
    alike sums floats by ``math.fsum``.
    """
    assert [] == check(sources())


def test_the_walk_sees_the_package() -> None:
    """The laws are checked on the real source, not on an empty folder."""
    assert {
        "kickcue",
        "kickcue.__main__",
        "kickcue.cli",
        "kickcue.core",
        "kickcue.core.course",
        "kickcue.core.gatt",
    } <= sources().keys()


@pytest.mark.parametrize(
    "source",
    [
        "import kickcue.core.engine",
        "from kickcue.core import engine",
        "from kickcue.core.engine import Engine",
        "from kickcue.core.plan import Plan",
        "def later():\n    from kickcue.cli import main",
        "if TYPE_CHECKING:\n    from kickcue.lab.replay import Replay",
        "from .errors import KickcueError",
        "from kickcue.nowhere import anything",
    ],
)
def test_an_import_that_points_up_is_found(source: str) -> None:
    """GIVEN a module low down WHEN it imports its own floor or a higher one, in whatever form THEN
    the law says so.
    """
    assert len(floor_violations({"kickcue.core.course": source, "kickcue.core.engine": ""})) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import math",
        "from kickcue.core.units import MILE_M",
        "from kickcue.core import units",
        "from kickcue import __version__",
    ],
)
def test_an_import_that_points_down_is_allowed(source: str) -> None:
    """The law does not cry wolf."""
    assert [] == floor_violations({"kickcue.core.course": source, "kickcue.core.units": ""})


def test_one_edge_may_not_know_another() -> None:
    """Two parts on one floor are strangers, and a package's own modules are not."""
    assert len(floor_violations({"kickcue.edges.mqtt.session": "import kickcue.lab.replay"})) == 1
    assert [] == floor_violations(
        {"kickcue.edges.mqtt.session": "from kickcue.edges.mqtt.topics import Topics"}
    )


def test_a_module_without_a_floor_is_found() -> None:
    """A new part of the package has to say where it stands."""
    assert floor_violations({"kickcue.core.magic": ""}) == [
        "kickcue.core.magic has no floor: give it one in FLOORS"
    ]


def test_a_circle_is_found() -> None:
    """GIVEN two modules of one package that import each other WHEN checked THEN the circle is
    named.
    """
    (circle,) = cycles(
        {
            "kickcue.lab.a": "import kickcue.lab.b",
            "kickcue.lab.b": "def f():\n    from kickcue.lab import a",
        }
    )
    assert {"kickcue.lab.a", "kickcue.lab.b"} == set(circle.split(" -> "))


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import os.path",
        "from datetime import datetime",
        "from random import gauss",
        "import numpy",
        "from pydantic import BaseModel",
        "def f():\n    import asyncio",
        "open('x')",
        "class A:\n    def f(self):\n        print(1)",
        "__import__('time')",
    ],
)
@pytest.mark.parametrize("module", ["kickcue.core", "kickcue.core.cueing.policy"])
def test_a_core_that_reads_a_clock_or_a_file_is_found(module: str, source: str) -> None:
    """GIVEN a core module WHEN it imports or calls what is not pure, at the top or deep inside THEN
    the law says so.
    """
    assert len(core_violations({module: source})) == 1


def test_purity_is_asked_of_the_core_alone() -> None:
    """The edges may do what the core may not, and the core may use the pure part of the standard
    library.
    """
    assert [] == core_violations(
        {"kickcue.edges.mqtt.session": "import asyncio\nimport aiomqtt\nprint(1)"}
    )
    assert [] == core_violations(
        {"kickcue.core.course": "import math\nfrom collections.abc import Mapping\nlen('print')"}
    )


@pytest.mark.parametrize(
    "source",
    [
        "import numpy",
        "from pydantic import BaseModel",
        "from kickcue.config.plan_document import PlanDocument",
        "from kickcue.recording import read",
        "def later():\n    from kickcue.recording.fit import read",
        "from pathlib import Path",
        "open('x')",
    ],
)
def test_an_analysis_that_is_not_pure_is_found(source: str) -> None:
    """GIVEN a module of the analysis WHEN it opens a file, or imports what does, or a foreign
    library THEN the law says so.
    """
    modules = {
        "kickcue.analysis.summary": source,
        "kickcue.config.plan_document": "",
        "kickcue.recording": "",
        "kickcue.recording.fit": "",
    }
    assert len(analysis_violations(modules)) == 1


def test_an_analysis_may_know_the_core_and_what_a_recording_is() -> None:
    """The law does not cry wolf."""
    source = (
        "from math import fsum\nfrom kickcue.core import units\n"
        "from kickcue.analysis.spans import GAP_S\nfrom kickcue.recording.model import Recording"
    )
    modules = {"kickcue.analysis.summary": source, "kickcue.core.units": ""}
    assert [] == analysis_violations(modules)


def test_the_analysis_can_be_had_without_any_library() -> None:
    """GIVEN an interpreter that has none of the libraries, as in a browser THEN every module of the
    analysis can be imported in it.
    """
    program = (
        "import sys\n"
        f"for name in {FOREIGN!r}:\n"
        "    sys.modules[name] = None\n"
        "from importlib import import_module\n"
        f"for name in {sorted(m for m in sources() if m.startswith('kickcue.analysis'))!r}:\n"
        "    import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "" == done.stderr


def test_a_sum_of_floats_is_found() -> None:
    """GIVEN a ``sum`` that nobody counted, in what must replay alike THEN the law says so; but
    elsewhere it may be, and ``math.fsum`` anywhere.
    """
    source = "import math\ndef f(x):\n    return sum(x)"

    for module in ("kickcue.core.course", "kickcue.analysis.summary", "kickcue.replay.source"):
        assert len(sum_violations({module: source})) == 1
        assert [] == sum_violations({module: source.replace("sum", "math.fsum")})
    assert [] == sum_violations({"kickcue.lab.athlete": source})

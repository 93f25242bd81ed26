"""What import-linter cannot say: which module may know which package, and which may not know the time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "pixhaul"
MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))
PURE = """
    again scheduler hosts judge pace curl_errors retry_after decoding template names links authority addresses digests
    escape
"""


def imported(module: str) -> set[str]:
    """The full names of all modules that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((SOURCE / module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module or "")
    return names


def tops(module: str) -> set[str]:
    return {name.partition(".")[0] for name in imported(module)}


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        (
            "pycurl",
            {
                *("client.py", "dialling.py", "connections.py", "http_versions.py", "moments.py", "wire.py", "api.py"),
                "doctor.py",
            },
        ),
        ("sqlite3", {"database.py"}),
        ("rich", {"progress.py"}),
        ("pickle", set()),
        ("marshal", set()),
        ("subprocess", {"executors/remote.py", "race/heat.py", "standin/process.py"}),
    ],
)
def test_a_package_is_known_only_where_it_belongs(package: str, allowed: set[str]) -> None:
    assert {module for module in MODULES if package in tops(module)} <= allowed


@pytest.mark.parametrize("module", [f"{name}.py" for name in PURE.split()])
def test_what_decides_knows_no_clock_and_no_io(module: str) -> None:
    assert tops(module) & {"time", "socket", "os", "sqlite3", "pycurl", "threading", "asyncio", "pathlib"} == set()


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("standin/")])
def test_the_stand_in_imports_nothing_else_of_ours(module: str) -> None:
    ours = {name for name in imported(module) if name.split(".")[0] == "pixhaul"}
    assert {name for name in ours if not name.startswith("pixhaul.standin")} == set()


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_evaluated_or_given_to_a_shell(module: str) -> None:
    tree = ast.parse((SOURCE / module).read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("eval", "exec")]
    assert not [word for call in calls for word in call.keywords if word.arg == "shell"]


@pytest.mark.parametrize("module", MODULES)
def test_files_and_functions_keep_their_size(module: str) -> None:
    text = (SOURCE / module).read_text("utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            assert not body or (body[-1].end_lineno or 0) - body[0].lineno < 40, node.name

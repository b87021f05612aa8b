import subprocess
import sys
import tomllib
from pathlib import Path

from harbour_clock import __version__

HOME = Path(__file__).parents[1]


def modules_after(statement: str) -> set[str]:
    """Return what a fresh interpreter has loaded from outside the service after a statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    output = subprocess.check_output([sys.executable, "-c", code], cwd=HOME, text=True)
    return {name for name in output.split() if name.partition(".")[0] not in ("harbour_clock", "bytecode")}


def test_version_is_the_one_of_the_project() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__


def test_everything_the_service_loads_gets_bytecode() -> None:
    service = modules_after(
        "import harbour_clock.__main__, harbour_clock.probe, harbour_clock.server as s;"
        "s.uvicorn.Config(lambda: 0, loop='uvloop', http='httptools', ws='none', lifespan='off').load()"
    )
    assert service <= modules_after("import bytecode; bytecode.load()")

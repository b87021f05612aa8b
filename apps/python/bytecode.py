"""Compile what the service loads at start, so that no container has to do it again.

Run by the image's build. Python keeps compiled modules on disk, but in a read-only container it cannot:
every start would compile hundreds of files first and take over twice as long. Compiling all of the standard
library would be simpler and several megabytes bigger. Modules missing from the list still work, they only
load more slowly; a test compares it with what the service really loads.
"""

import importlib
import py_compile
import sys
from pathlib import Path

# What harbour_clock and uvicorn's choice of loop and protocol import; what those import follows from it.
# Only modules from outside the package, so that an edit of the service leaves this layer as it was.
MODULES = (
    "anyio._backends._asyncio",
    "encodings.idna",
    "fastapi.responses",
    "http.client",
    "pydantic",
    "runpy",
    "uvicorn.lifespan.off",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "zoneinfo",
)


def load() -> set[Path]:
    """Import the modules; return the source files of everything that is loaded then."""
    for name in MODULES:
        importlib.import_module(name)
    # A frozen module is part of the interpreter and needs no file; this script is not part of the service.
    specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
    return {
        Path(spec.origin)
        for spec in specs
        if spec and spec.origin and spec.origin.endswith(".py") and spec.name != "bytecode"
    }


def main() -> None:
    """Compile into the folder that PYTHONPYCACHEPREFIX names, or beside the sources."""
    for source in sorted(load()):
        # Unchecked: an image's files do not change, so Python need not look at each source to be sure.
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), doraise=True, invalidation_mode=mode)


if __name__ == "__main__":
    main()

"""Compilation of kernel functions, and the cache of the compiled code. No other module of `ccenv` imports numba.

- `helper`: LLVM inlines it into its callers (numba's own `inline="always"` does not scale).
- `block`: compiled once per entry and called; for the few big functions.
- `bounded`: a helper without bounds checks.
- `entry`: called from Python; the unit that is optimised, compiled and cached.

Numba alone would optimise every function together with everything it calls, so the leaves of a deep call tree would be
optimised a hundred times. Here helpers and blocks stay intermediate code until an entry links each of them once. A
helper or block that is called from Python is interpreted, with the same result.

The cache folder is named by a digest of all kernel source files. Numba's own stamp covers only the file of the caller,
so it would miss an edit of a callee.
"""

from __future__ import annotations

import hashlib
import os
import platform
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numba.core.config
import numpy as np
from numba.core import ir, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import NopythonRewrites

config: Any = numba.core.config  # numba fills it from environment variables, so its attributes are not declared
PACKAGE = Path(__file__).resolve().parents[2]
# Sources of the entries. A rule is compiled alone (`pointers.py`), so only the dispatch belongs to them.
KERNEL = ("sim", "loops", "rules/dispatch.py")
# `_nrt` False: no reference counting, because the kernel allocates nothing; saves a fifth of the run time.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "boundscheck": True, "_nrt": False}


def kernel_digest() -> str:
    """Return a digest (16 hexadecimal digits) of all kernel sources, the options, numba's and Python's version."""
    digest = hashlib.sha256(f"{sorted(OPTIONS.items())} {numba.__version__} {platform.python_version()}".encode())
    for part in KERNEL:
        root = PACKAGE / part
        for path in [root] if root.is_file() else sorted(root.rglob("*.py")):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the cache folder: in `$CCENV_CACHE_DIR` or the user's cache, one folder per digest of the kernel."""
    home = os.environ.get("CCENV_CACHE_DIR")
    if not home:
        home = str(Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "ccenv")
    return Path(home) / kernel_digest()


CACHE_FOLDER = cache_folder()


class _NoMachineCode:
    """Stub of the code generator: numba passes it a function's environment, which only object mode needs."""

    @staticmethod
    def set_env(env_name: str, env: Any) -> None:
        """Do nothing: there is no machine code yet."""


class Part(JITCodeLibrary):
    """Code library of one helper or block; it is neither optimised nor compiled to machine code by itself."""

    codegen = _NoMachineCode()

    def finalize(self) -> None:
        """Mark the library as final; an entry links it later."""
        self._finalized = True


class Whole(JITCodeLibrary):
    """Code library of an entry and of everything that it calls, directly or indirectly."""

    def finalize(self) -> None:
        """Link every part once, then optimise and compile the result."""
        reached = list(dict.fromkeys(self._linking_libraries))
        for library in reached:  # the list grows during the loop
            reached += [part for part in dict.fromkeys(library._linking_libraries) if part not in reached]
        self._linking_libraries = reached
        self._called_from_python = {function.name for function in self._final_module.functions}
        super().finalize()

    def _optimize_final_module(self) -> None:
        """Make the parts internal, then optimise: LLVM may inline a part into its only caller or change its signature.

        Each part gets a unique name, because all loaded code (entries, size classes) shares one name space.
        """
        own = uuid.uuid4().hex
        for function in list(self._final_module.functions):
            if not function.is_declaration and function.name not in self._called_from_python:
                function.linkage = "internal"
                function.name = f"{function.name}.{own}"
        passes, builder = self._codegen._module_pass_manager()
        passes.run(self._final_module, builder)


@register_pass(mutates_CFG=False, analysis_only=False)
class UnsignedIndices(FunctionPass):
    """Compiler pass that makes indices unsigned: a negative index, such as NIL, is out of bounds.

    It also removes the arithmetic of indices that count from the end, a tenth of the run time.
    """

    _name = "unsigned_indices"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Change the index types in the signatures of a typed function's index operations."""
        changed = {}
        for call, signature in state.calltypes.items():
            if (isinstance(call, ir.Expr) and call.op == "getitem") or isinstance(call, ir.SetItem):
                array, index, *value = signature.args
                changed[call] = signature.replace(args=(array, _unsigned(index), *value))
        state.calltypes.update(changed)
        return True


def _unsigned(index: Any) -> Any:
    """Return the unsigned type of an index, or of each index of a tuple."""
    if isinstance(index, types.BaseTuple):
        parts: Any = index
        return types.Tuple([_unsigned(part) for part in parts])
    return types.uint64 if index in types.signed_domain else index


def _compiler(library: type[JITCodeLibrary]) -> type[Compiler]:
    class InLibrary(Compiler):
        """Numba's compiler, with another class of code library and the pass `UnsignedIndices`."""

        def define_pipelines(self) -> Any:
            """Return the usual pipelines; the library is set here, and the last pass puts the code into it."""
            self.state.library = library(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
            self.state.library.enable_object_caching()
            pipelines = super().define_pipelines()
            for pipeline in pipelines:
                pipeline.add_pass_after(UnsignedIndices, NopythonRewrites)
                pipeline.finalize()
            return pipelines

    return InLibrary


def _plain(kind: types.Type) -> types.Type:
    """Return the type as which an argument is passed: int64 for signed integers, no literal types."""
    bare = types.unliteral(kind)
    return types.int64 if bare in types.signed_domain else bare


class _PartDispatcher(CPUDispatcher):
    """Dispatcher of helpers and blocks: calls from compiled code are compiled, calls from Python are interpreted."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Resolve a call with plain types; numba would compile the function again for every literal and integer."""
        return super().get_call_template(tuple(map(_plain, args)), kws)

    def __call__(self, *args: Any) -> Any:
        return self.py_func(*args)


def _part(**options: Any) -> Callable[[Any], Any]:
    targetoptions = {**OPTIONS, **options, "nopython": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

    def decorate(function: Any) -> Any:
        if config.DISABLE_JIT:
            return function
        made = _PartDispatcher(py_func=function, targetoptions=targetoptions, pipeline_class=PART_COMPILER)
        made.__doc__ = function.__doc__
        return made

    return decorate


def entry(function: Any) -> Any:
    """Compile a function that is called from Python, with a cache in `CACHE_FOLDER`."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE_FOLDER)  # numba reads it during decoration; other functions keep their folder
    try:
        return numba.njit(cache=True, nogil=True, pipeline_class=ENTRY_COMPILER, **OPTIONS)(function)
    finally:
        config.CACHE_DIR = before


def compiled(function: Any, arguments: tuple[Any, ...]) -> Callable[..., Any]:
    """Return an entry compiled for exactly these argument types; its calls skip numba's type dispatch.

    Finding the types of records takes some milliseconds, so callers keep the result.
    """
    entry_point: Callable[..., Any] = function
    if not config.DISABLE_JIT:
        entry_point = function.compile(tuple(map(numba.typeof, arguments)))
    return entry_point


def records(array: np.ndarray) -> Any:
    """Return a view of the same memory with fields as attributes if JIT is disabled, else the array itself."""
    return array.view(np.recarray) if config.DISABLE_JIT else array


if config.DISABLE_JIT:
    np.seterr(over="ignore")  # key arithmetic is modulo 2^64

PART_COMPILER = _compiler(Part)
ENTRY_COMPILER = _compiler(Whole)
helper = _part(forceinline=True)
# a helper that limits its loop by the array lengths itself, so each access goes unchecked
bounded = _part(forceinline=True, boundscheck=False)
block = _part(forceinline=False)  # explicit, because numba passes the flag on from a calling helper

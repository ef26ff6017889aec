"""How kernel functions are compiled, and where the result is kept.

`helper`: inlined by LLVM into its callers (numba's own `inline="always"` does not scale). `block`: compiled once and
called; for the few big functions. `entry`: called from Python; it is the unit that is compiled and cached. Numba would
optimise every function together with all that it calls, and so the leaves of a deep tree a hundred times over. Here
helpers and blocks stay intermediate code until an entry links each of them once. Called from Python they are
interpreted, with the same result.

The cache folder is named by a digest of every kernel source file, because numba's own stamp looks only at the file of
the caller: an edit of a callee would go unnoticed.
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

config: Any = numba.core.config  # made of the environment, so its names are not declared
PACKAGE = Path(__file__).resolve().parents[2]
KERNEL_FOLDERS = ("sim", "rules", "loops")
# without numba's reference counts, which nothing here needs, since nothing is allocated: a fifth of the time of a run
OPTIONS: dict[str, Any] = {"error_model": "numpy", "boundscheck": True, "_nrt": False}


def kernel_digest() -> str:
    """Hexadecimal digest of all kernel sources, the options and numba's version."""
    digest = hashlib.sha256(f"{sorted(OPTIONS.items())} {numba.__version__} {platform.python_version()}".encode())
    for folder in KERNEL_FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """`$CCENV_CACHE_DIR`, else the user's cache folder; with one folder for each state of the kernel sources."""
    home = os.environ.get("CCENV_CACHE_DIR")
    if not home:
        home = str(Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "ccenv")
    return Path(home) / kernel_digest()


CACHE_FOLDER = cache_folder()


class _NoMachineCode:
    """Stands where numba wants to tell machine code the place of its environment, which only object mode needs."""

    @staticmethod
    def set_env(env_name: str, env: Any) -> None:
        """There is no machine code."""


class Part(JITCodeLibrary):
    """Code of one helper or block, neither optimised nor turned into machine code by itself."""

    codegen = _NoMachineCode()

    def finalize(self) -> None:
        """Nothing more is done to it before an entry links it."""
        self._finalized = True


class Whole(JITCodeLibrary):
    """Code of an entry, and of all that it calls directly or not."""

    def finalize(self) -> None:
        """Link every part once, then optimise and compile the whole."""
        reached = list(dict.fromkeys(self._linking_libraries))
        for library in reached:  # it grows while it is read
            reached += [part for part in dict.fromkeys(library._linking_libraries) if part not in reached]
        self._linking_libraries = reached
        self._called_from_python = {function.name for function in self._final_module.functions}
        super().finalize()

    def _optimize_final_module(self) -> None:
        """Nobody else calls the parts: LLVM may then merge a part with its only caller, and change how it is called.

        They get names of their own: where code is loaded, a name means the same in all entries and size classes.
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
    """Index with unsigned integers: a negative index, such as NIL, is out of bounds, and never counts from the end.

    It also spares the arithmetic of counting from the end, a tenth of a run's time.
    """

    _name = "unsigned_indices"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Change what the index operations of a typed function take."""
        changed = {}
        for call, signature in state.calltypes.items():
            if (isinstance(call, ir.Expr) and call.op == "getitem") or isinstance(call, ir.SetItem):
                array, index, *value = signature.args
                changed[call] = signature.replace(args=(array, _unsigned(index), *value))
        state.calltypes.update(changed)
        return True


def _unsigned(index: Any) -> Any:
    """The type of an index, or of a tuple of them."""
    if isinstance(index, types.BaseTuple):
        parts: Any = index
        return types.Tuple([_unsigned(part) for part in parts])
    return types.uint64 if index in types.signed_domain else index


def _compiler(library: type[JITCodeLibrary]) -> type[Compiler]:
    class InLibrary(Compiler):
        """Numba's own compiler, with another kind of library to put the code into."""

        def define_pipelines(self) -> Any:
            """The usual passes; the last of them finds the library made."""
            self.state.library = library(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
            self.state.library.enable_object_caching()
            pipelines = super().define_pipelines()
            for pipeline in pipelines:
                pipeline.add_pass_after(UnsignedIndices, NopythonRewrites)
                pipeline.finalize()
            return pipelines

    return InLibrary


def _plain(kind: types.Type) -> types.Type:
    """The type that an argument is passed as: one kind of integer, and no literals."""
    bare = types.unliteral(kind)
    return types.int64 if bare in types.signed_domain else bare


class _PartDispatcher(CPUDispatcher):
    """Calls from compiled code are compiled, once for all kinds of integers; calls from Python are interpreted."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """What a call resolves to; numba would compile a function again for every literal."""
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
    """A function called from Python."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE_FOLDER)  # numba reads it while it decorates; others keep theirs
    try:
        return numba.njit(cache=True, nogil=True, pipeline_class=ENTRY_COMPILER, **OPTIONS)(function)
    finally:
        config.CACHE_DIR = before


def compiled(function: Any, arguments: tuple[Any, ...]) -> Callable[..., Any]:
    """An entry for arguments of exactly these types: unlike the entry itself, it does not look at them again.

    To find out the types of records takes some milliseconds, so keep the result.
    """
    entry_point: Callable[..., Any] = function
    if not config.DISABLE_JIT:
        entry_point = function.compile(tuple(map(numba.typeof, arguments)))
    return entry_point


def records(array: np.ndarray) -> Any:
    """The same memory, in which uncompiled code reads fields as compiled code does, as attributes."""
    return array.view(np.recarray) if config.DISABLE_JIT else array


if config.DISABLE_JIT:
    np.seterr(over="ignore")  # keys are made by arithmetic modulo 2^64

PART_COMPILER = _compiler(Part)
ENTRY_COMPILER = _compiler(Whole)
helper = _part(forceinline=True)
# a helper that looks at the bounds of its arrays before its loop, and not again at each number
bounded = _part(forceinline=True, boundscheck=False)
block = _part(forceinline=False)  # said, because numba hands it on from a caller that is a helper

"""Compilation of kernel functions, and the cache of the compiled code.

Only this module, `compiler.py` and `pointers.py` import numba.

- `helper`: LLVM inlines it into its callers (numba's own `inline="always"` does not scale).
- `block`: compiled once per entry and called; for the few big functions.
- `bounded`: a helper without bounds checks.
- `entry`: called from Python; the unit that is optimised, compiled and cached.

Numba alone would optimise every function together with everything it calls, so the leaves of a deep call tree would be
optimised a hundred times. Here helpers and blocks stay intermediate code until an entry links each of them once. A
helper or block that is called from Python is interpreted, with the same result.

Compiled entries are kept by `ccenv.files.cache`, in a folder named by a digest of all kernel source files. Numba's own
stamp covers only the file of the caller, so it would miss an edit of a callee, and its cache fails if a file is damaged
or a folder cannot be written.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import platform
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numba.core.config
import numpy as np
from numba.core import types
from numba.core.caching import NullCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature

from ccenv.files.cache import Cache, say
from ccenv.sim.kernel.compiler import compiler

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


CACHE = Cache(kernel_digest())


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


def _plain(kind: types.Type) -> types.Type:
    """Return the type as which an argument is passed: int64 for signed integers, no literal types."""
    bare = types.unliteral(kind)
    return types.int64 if bare in types.signed_domain else bare


class _PartDispatcher(CPUDispatcher):
    """Dispatcher of helpers and blocks: calls from compiled code are compiled, calls from Python are interpreted."""

    _compiler: Any

    def compile(self, sig: Any) -> Any:
        """Return the entry point for a signature, compiled once; without numba's timers, which notify each other."""
        args, return_type = normalize_signature(sig)
        if tuple(args) not in self.overloads:
            with global_compiler_lock, self._compiling_counter:
                self.add_overload(self._compiler.compile(args, return_type))
        made: Any = self.overloads[tuple(args)]
        return made.entry_point

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Resolve a call with plain types; numba would compile the function again for every literal and integer."""
        return super().get_call_template(tuple(map(_plain, args)), kws)

    def __call__(self, *args: Any) -> Any:
        return self.py_func(*args)


def _part(compiler_class: type[Compiler], **options: Any) -> Callable[[Any], Any]:
    targetoptions = {**OPTIONS, **options, "nopython": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

    def decorate(function: Any) -> Any:
        if config.DISABLE_JIT:
            return function
        made = _PartDispatcher(py_func=function, targetoptions=targetoptions, pipeline_class=compiler_class)
        made.__doc__ = function.__doc__
        return made

    return decorate


class _EntryCache(NullCache):
    """Compiled code of one entry, by the types of its arguments and the processor."""

    def __init__(self, function: Any) -> None:
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.label = function.__name__

    def key(self, sig: Any, target: Any) -> str:
        """Return the name of the file for a signature."""
        content = repr((self.name, sig, target.codegen().magic_tuple()))
        return f"{self.label}-{hashlib.sha256(content.encode()).hexdigest()[:24]}"

    def load_overload(self, sig: Any, target: Any) -> Any:
        """Return a compile result from the cache, or None, after a line on stderr: numba compiles then."""
        target.refresh()
        found = self._load(sig, target)
        if found is None:
            say(f"compiling {self.label} of the simulator for this size class, once (up to a minute)", always=True)
        return found

    def _load(self, sig: Any, target: Any) -> Any:
        key = self.key(sig, target)
        body = CACHE.load(key)
        if body is None:
            return None
        try:
            return CompileResult._rebuild(target, *pickle.loads(body))
        except Exception:  # written by another build of a package
            CACHE.damaged(key)
            return None

    def save_overload(self, sig: Any, result: Any) -> None:
        """Store a compile result."""
        CACHE.save(self.key(sig, result.target_context), dumps(result._reduce()))


class _EntryDispatcher(CPUDispatcher):
    """Dispatcher of entries: one process compiles, others wait for it and load what it stored."""

    _cache: _EntryCache

    def compile(self, sig: Any) -> Any:
        """Return the entry point for a signature, from memory, from the cache, or compiled."""
        if tuple(normalize_signature(sig)[0]) in self.overloads:
            return super().compile(sig)
        key = self._cache.key(sig, self.targetctx)
        with contextlib.nullcontext() if CACHE.has(key) else CACHE.lock(key):
            return super().compile(sig)


def entry(function: Any) -> Any:
    """Compile a function that is called from Python; the compiled code is kept in `CACHE`."""
    if config.DISABLE_JIT:
        return function
    options = {**OPTIONS, "nopython": True, "nogil": True}
    made = _EntryDispatcher(py_func=function, targetoptions=options, pipeline_class=ENTRY_COMPILER)
    made._cache = _EntryCache(function)
    return made


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

PART_COMPILER = compiler(Part, lean=True)
ENTRY_COMPILER = compiler(Whole, lean=True)
RULE_COMPILER = compiler(Whole, lean=False)
helper = _part(PART_COMPILER, forceinline=True)
# a helper of users' rules: it may use everything that numba compiles
free_helper = _part(compiler(Part, lean=False), forceinline=True)
# a helper that limits its loop by the array lengths itself, so each access goes unchecked
bounded = _part(PART_COMPILER, forceinline=True, boundscheck=False)
# `forceinline` is explicit, because numba passes the flag on from a calling helper
block = _part(PART_COMPILER, forceinline=False)

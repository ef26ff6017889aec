"""Numba's compiler for functions of the kernel: fewer passes, and shorter code for tables of records.

The kernel has several hundred functions that index tables of records, and nothing else of NumPy. Numba spends three
quarters of a cold compile in Python, so this module leaves out what such functions do not need.

- `compiler(library, lean=True)`: no passes for closures, `with`, `literal_unroll`, dead branches on literals, inlined
  overloads, array expressions and reference counts.
- `RecordLower`: `e.contact[s]` becomes the comparison with a constant and one address.
- Texts of record types, and types of arithmetic on numbers, are found once and kept.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from llvmlite import ir as llvm
from numba.core import cgutils, ir, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import FunctionPass, PassManager, register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import (
    BaseNativeLowering,
    NativeLowering,
    NoPythonBackend,
    NopythonRewrites,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import FixupArgs, GenericRewrites, IRProcessing, ReconstructSSA, TranslateByteCode


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


class RecordLower(Lower):
    """Numba's lowering, with short code for a table in a record (`e.contact`) and for one of its elements.

    Numba would store the address, shape and strides of the whole table in memory and load them again. LLVM removes all
    of that, but writing, reading and removing it took a fifth of a compile.
    """

    def lower_expr(self, resty: Any, expr: Any) -> Any:
        """Return the value of an expression; a table in a record is an address and constants."""
        if expr.op == "getattr" and isinstance(resty, types.NestedArray):
            record: Any = self.typeof(expr.value.name)
            if isinstance(record, types.Record) and record.typeof(expr.attr) == resty:
                return self._table(self.loadvar(expr.value.name), record.offset(expr.attr), resty)
        return super().lower_expr(resty, expr)

    def _table(self, record: Any, offset: int, table: Any) -> Any:
        kind = self.context.get_value_type(table)
        fields = self.context.data_model_manager[table]._fields
        element = self.context.get_data_type(table.dtype)
        constants = {
            "nitems": table.nitems, "itemsize": table.size, "shape": list(table.shape), "strides": list(table.strides),
        }  # fmt: skip
        parts = [
            llvm.Constant(part, constants.get(name, llvm.Undefined if name == "data" else None))
            for name, part in zip(fields, kind.elements, strict=True)
        ]
        address = cgutils.get_record_member(self.builder, record, offset, element)
        return self.builder.insert_value(llvm.Constant(kind, parts), address, fields.index("data"))

    def lower_getitem(self, resty: Any, expr: Any, value: Any, index: Any, signature: Any) -> Any:
        """Return an element of an array; of a table in a record from its address and constants."""
        table: Any = self.typeof(value.name)
        if not (isinstance(table, types.NestedArray) and table.ndim == 1 and signature.args[1] == types.uint64):
            return super().lower_getitem(resty, expr, value, index, signature)
        place = self.context.cast(self.builder, self.loadvar(index.name), self.typeof(index.name), types.uint64)
        if self.context.enable_boundscheck:
            # Two signed comparisons: LLVM learns more of later sums from them than from an unsigned one, with which
            # the event heap takes a third longer.
            cgutils.do_boundscheck(self.context, self.builder, place, place.type(table.shape[0]))
        fields = self.context.data_model_manager[table]._fields
        data = self.builder.extract_value(self.loadvar(value.name), fields.index("data"))
        address = self.builder.gep(data, [place])
        align = None if table.aligned else 1
        element = self.context.unpack_value(self.builder, table.dtype, address, align=align)
        return self.context.cast(self.builder, element, signature.return_type, resty)


@register_pass(mutates_CFG=True, analysis_only=False)
class RecordLowering(BaseNativeLowering):
    """Numba's lowering pass with `RecordLower`."""

    _name: Any = "record_lowering"

    @property
    def lowering_class(self) -> type[Lower]:
        """Class that writes the intermediate code of LLVM."""
        return RecordLower


# The passes that a function of the kernel needs, in order.
LEAN = (
    TranslateByteCode, FixupArgs, IRProcessing, GenericRewrites, ReconstructSSA, NopythonTypeInference,
    PreLowerStripPhis, UnsignedIndices, RecordLowering, NoPythonBackend,
)  # fmt: skip


def compiler(library: type[JITCodeLibrary], *, lean: bool) -> type[Compiler]:
    """Return a compiler that puts code into libraries of a class.

    Args:
        library: The class.
        lean: Whether functions are compiled by the passes in `LEAN` only. They may not define functions, and may not
            use `with`, comprehensions, `literal_unroll` and arithmetic on whole arrays. Otherwise, they may use
            everything that numba compiles.
    """

    class InLibrary(Compiler):
        """Numba's compiler with other passes and another class of code library."""

        def define_pipelines(self) -> Any:
            """Return the passes; the library is set here, and the last pass puts the code into it."""
            self.state.library = library(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
            self.state.library.enable_object_caching()
            return [_lean_passes()] if lean else [_with_records(pipeline) for pipeline in super().define_pipelines()]

    return InLibrary


def _lean_passes() -> PassManager:
    passes = PassManager("lean")
    for each in LEAN:
        passes.add_pass(each, each._name or "")
    passes.finalize()
    return passes


def _with_records(passes: Any) -> Any:
    """Return numba's pipeline with the pass `UnsignedIndices` and the lowering of records."""
    passes.add_pass_after(UnsignedIndices, NopythonRewrites)
    passes.passes = [
        (RecordLowering if each is NativeLowering else each, description) for each, description in passes.passes
    ]
    passes.finalize()
    return passes


def _text_once(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return `write` with the text of each type kept. Types are immutable; keeping them alive keeps their ids apart."""
    kept: dict[int, tuple[Any, str]] = {}

    @functools.wraps(write)
    def text(kind: Any) -> str:
        if id(kind) not in kept:
            kept[id(kind)] = kind, write(kind)
        return kept[id(kind)][1]

    return text


def _signature_once(find: Callable[..., Any]) -> Callable[..., Any]:
    """Return `find` with the signatures of operators on numbers, records and arrays kept."""
    kept: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    @functools.wraps(find)
    def signature(function: Any, context: Any, args: Any, kws: Any) -> Any:
        if getattr(function.typing_key, "__module__", "") != "_operator" or not all(map(_is_plain, args)):
            return find(function, context, args, kws)
        key = id(function), id(context), args
        if key not in kept:
            kept[key] = function, find(function, context, args, kws)  # keeping the function alive keeps its id
        return kept[key][1]

    return signature


def _is_plain(kind: Any) -> bool:
    return isinstance(kind, types.Number | types.Boolean | types.Record | types.Array)


# Numba writes out the types of the arguments in each pass over each function. The kernel's records have hundreds of
# fields, so writing them took a fifth of a compile.
_record: Any = types.Record
_record.__repr__ = _text_once(_record.__repr__)
# For `a + b` of two numbers, numba tries the rules of all types that can be added: another tenth of a compile.
_function: Any = types.Function
_function.get_call_type = _signature_once(_function.get_call_type)

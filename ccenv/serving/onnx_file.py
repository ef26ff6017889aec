"""Read what an ONNX file computes, without the package `onnx`: nodes in their order, and constants.

The file is a message of Protocol Buffers. Each field is a number that holds the field's number and the type of its
value, then the value (https://protobuf.dev/programming-guides/encoding/). The numbers of the fields below are those of
`onnx.proto` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Tensors in other files are not read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # types of a value
GRAPH = 7  # of a model
NODE, NAME, INITIALIZER = 1, 2, 5  # of a graph
INPUT, OUTPUT, OPERATOR, ATTRIBUTE, DOMAIN = 1, 2, 4, 5, 7  # of a node
ATTRIBUTE_NAME, FLOAT, INT = 1, 2, 3  # of an attribute
DIMS, TYPE, FLOATS, INTS, TENSOR_NAME, RAW, DOUBLES = 1, 2, 4, 7, 8, 9, 10  # of a tensor
#: Of a tensor's elements; others are not read.
TYPES: dict[int, np.dtype] = {1: np.dtype("<f4"), 7: np.dtype("<i8"), 11: np.dtype("<f8")}


class Node(NamedTuple):
    """An operation.

    Attributes:
        operator: Its name, with the domain in front where that is not ONNX's own.
        inputs, outputs: Names of values.
        attributes: Attributes that are numbers, by name.
    """

    operator: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, float]


class Content(NamedTuple):
    """A graph.

    Attributes:
        name: Its name.
        nodes: Operations in their order.
        constants: Tensors of float32, float64 and int64, by name.
    """

    name: str
    nodes: list[Node]
    constants: dict[str, np.ndarray]


def read_onnx(content: bytes) -> Content:
    """Return the graph of an ONNX file.

    Raises:
        ValueError: If the content is not a message.
    """
    name, nodes, constants = "", [], {}
    try:
        for model_field, graph in _fields(content):
            if model_field != GRAPH:
                continue
            for field, value in _fields(graph):
                if field == NAME:
                    name = value.decode()
                elif field == NODE:
                    nodes.append(_node(value))
                elif field == INITIALIZER:
                    constants.update(_tensor(value))
    except (IndexError, TypeError, AttributeError, struct.error) as error:
        raise ValueError(f"the content is not an ONNX file: {error}") from error
    return Content(name, nodes, constants)


def _node(content: bytes) -> Node:
    inputs, outputs, attributes, operator, domain = [], [], {}, "", ""
    for field, value in _fields(content):
        if field == INPUT:
            inputs.append(value.decode())
        elif field == OUTPUT:
            outputs.append(value.decode())
        elif field == OPERATOR:
            operator = value.decode()
        elif field == DOMAIN:
            domain = value.decode()
        elif field == ATTRIBUTE:
            attributes.update(_attribute(value))
    return Node(f"{domain}.{operator}" if domain not in ("", "ai.onnx") else operator, inputs, outputs, attributes)


def _attribute(content: bytes) -> dict[str, float]:
    fields = dict(_fields(content))
    name = fields[ATTRIBUTE_NAME].decode()
    if FLOAT in fields:
        return {name: struct.unpack("<f", fields[FLOAT])[0]}
    return {name: _signed(fields[INT])} if INT in fields else {}


def _tensor(content: bytes) -> dict[str, np.ndarray]:
    """Return a tensor by its name; nothing if it is of a type that is not read, or not in this file."""
    dims: list[int] = []
    ints: list[int] = []
    raw, floats, name, kind = b"", b"", "", 0
    for field, value in _fields(content):
        if field == DIMS:
            dims += _numbers(value)
        elif field == TYPE:
            kind = value
        elif field == TENSOR_NAME:
            name = value.decode()
        elif field == RAW:
            raw = value
        elif field in (FLOATS, DOUBLES):
            floats += value  # packed, or one by one: four or eight bytes each
        elif field == INTS:
            ints += _numbers(value)
    if kind not in TYPES:
        return {}
    values = np.array(ints, np.int64) if ints else np.frombuffer(raw or floats, TYPES[kind])
    return {name: values.reshape(dims)} if values.size == np.prod(dims) else {}


def _numbers(value: Any) -> list[int]:
    """Return whole numbers, given one by one or packed."""
    if isinstance(value, int):
        return [_signed(value)]
    found, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        found.append(_signed(number))
    return found


def _fields(content: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field: an unsigned number, or bytes."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(content, at)
            yield key >> 3, value
            continue
        if kind == BYTES:
            length, at = _varint(content, at)
        elif kind in (FIXED32, FIXED64):
            length = 4 if kind == FIXED32 else 8
        else:
            raise IndexError(f"a value of type {kind} at byte {at}")
        if at + length > len(content):
            raise IndexError(f"it ends within a value at byte {at}")
        yield key >> 3, content[at : at + length]
        at += length


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at a byte, seven bits a byte from the lowest on, and the byte after it."""
    number = shift = 0
    while True:
        byte = content[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number

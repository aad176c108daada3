"""Reads .npy and .npz files: sizes that a file states are checked before memory is taken, and no pickle is opened."""

import math
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from ..errors import Message, UserError
from ..sprites import KINDS, SIZE
from .names import list_names, safe_name
from .readers import OWN_LIMITS, LimitedArchive, Limits, format_megabytes, refuse_as, why_closed

NPY_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
ARRAYS = (".npy", ".npz")
MAX_MEMBERS = 100  # of a .npz


def load_npy(path: Path, limits: Limits = OWN_LIMITS, name: str | Message = "") -> np.ndarray:
    """Reads an array of plain numbers or texts, of any shape. Never opens a pickle, or a .npz, which is a zip.

    name: for messages, where not the file's. ValueError for other files and for more than limits.bytes.
    """
    name = name or safe_name(path.name)
    if not path.is_file():
        raise UserError("{path} does not exist", path=path)
    if path.stat().st_size > limits.bytes:
        raise UserError("{path} has more than {bytes}", path=name, bytes=format_megabytes(limits.bytes))
    with open(path, "rb") as file:
        return parse_npy(file, path.stat().st_size, name)


def parse_npy(file: IO[bytes], size: int, name: str | Message) -> np.ndarray:
    """The array of a .npy of `size` bytes, read from its beginning."""
    with refuse_as(Message("{path} is not a .npy array of plain numbers", path=name)):
        shape, is_fortran, dtype = NPY_HEADERS[np.lib.format.read_magic(file)](file)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize > size or min(shape, default=0) < 0:
            raise UserError("the file is shorter than its header says")  # numpy would allocate all of it
        content = file.read(math.prod(shape) * dtype.itemsize)
        if len(content) != math.prod(shape) * dtype.itemsize:
            raise UserError("the file is shorter than its header says")
        if not content:
            return np.empty(shape, dtype)
        return np.frombuffer(content, dtype).reshape(shape, order="F" if is_fortran else "C")


def load_npz(path: Path, limits: Limits = OWN_LIMITS, name: str | Message = "") -> dict[str, np.ndarray]:
    """The arrays of a .npz by name; together they may have limits.bytes. ValueError for anything else."""
    name = name or safe_name(path.name)
    if not path.is_file():
        raise UserError("{path} does not exist", path=path)
    with open_zip(path, limits, name) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
        if not members or len(members) > MAX_MEMBERS:
            raise UserError("{path} is not a .npz of arrays", path=name)
        arrays, bytes_left = {}, limits.bytes
        for member in members:
            array = read_npy_member(archive, member, bytes_left, name)
            arrays[member.filename.removesuffix(".npy")] = array
            bytes_left -= array.nbytes
        return arrays


@contextmanager
def open_zip(path: Path, limits: Limits, name: str | Message) -> Iterator[zipfile.ZipFile]:
    """A .zip whose list of members is bounded."""
    unreadable = Message("{path} is not a readable .zip", path=name)
    with LimitedArchive(path, limits.files, name) as file:
        with refuse_as(unreadable):
            archive = zipfile.ZipFile(file)
        with archive:
            yield archive


def read_npy_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, max_bytes: int, name: str | Message
) -> np.ndarray:
    """An array in a .zip or .npz. What its header states is refused before it is unpacked."""
    what = check_member(member, name)
    size = npy_member_header(archive, member, name)[1]
    if size > max_bytes:
        raise UserError("{path} has more than {bytes}", path=what, bytes=format_megabytes(max_bytes))
    with refuse_as(Message("{path} is not a .npy array of plain numbers", path=what)), archive.open(member) as file:
        return parse_npy(file, min(member.file_size, size), what)


def npy_member_header(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str | Message
) -> tuple[tuple[int, ...], int]:
    """(shape, bytes) that the header of an array in a .zip states."""
    what = check_member(member, name)
    with refuse_as(Message("{path} is not a .npy array of plain numbers", path=what)), archive.open(member) as file:
        return _read_header(file)


def npy_shape(path: Path) -> tuple[int, ...]:
    """The shape that the header of a .npy states."""
    unreadable = Message("{path} is not a .npy array of plain numbers", path=safe_name(path.name))
    with refuse_as(unreadable), open(path, "rb") as file:
        return _read_header(file)[0]


def npz_shape(path: Path) -> tuple[int, ...]:
    """The shape of the array with the most axes in a .npz."""
    name = safe_name(path.name)
    with open_zip(path, OWN_LIMITS, name) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npy")][:MAX_MEMBERS]
        return max((npy_member_header(archive, member, name)[0] for member in members), key=len, default=())


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], int]:
    shape, _, dtype = NPY_HEADERS[np.lib.format.read_magic(file)](file)
    if dtype.hasobject:
        raise TypeError("a pickle")
    return shape, math.prod(shape) * dtype.itemsize


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, max_bytes: int, name: str | Message) -> bytes:
    """A file in a .zip, of at most so many bytes."""
    what = check_member(member, name)
    with refuse_as(Message("{path} is not a readable .zip", path=name)), archive.open(member) as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise UserError("{path} has more than {bytes}", path=what, bytes=format_megabytes(max_bytes))
    return content


def check_member(member: zipfile.ZipInfo, name: str | Message) -> Message:
    """How messages call the member. UserError for encrypted members, links, and compression other than deflate."""
    what = Message("{picture} in {name}", picture=safe_name(member.filename), name=name)
    if problem := why_closed(member):
        raise UserError(problem.template, what=what)
    return what


def load_arrays(
    path: Path, labels: Path | None = None, limits: Limits = OWN_LIMITS, name: str | Message = ""
) -> tuple[np.ndarray, np.ndarray | None]:
    """The pictures and the labels of a .npy or .npz of pictures, the labels perhaps in a file of their own."""
    name = name or safe_name(path.name)
    is_one = path.suffix.lower() == ".npy"
    arrays = {path.name: load_npy(path, limits, name)} if is_one else load_npz(path, limits, name)
    if len(arrays) == 1:
        return next(iter(arrays.values())), load_labels(labels, limits) if labels else None
    if len(arrays) > 2:
        raise UserError(
            "{name} holds the arrays {arrays}; keep one of pictures, and one of labels at most",
            name=name,
            arrays=list_names(arrays),
        )
    if labels:
        raise UserError("{name} has labels of its own; leave --labels out", name=name)
    return pair(arrays)


def pair(arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Of two arrays the pictures, which have three or four axes, and the labels, which have fewer."""
    labels, pictures = sorted(arrays.values(), key=lambda array: array.ndim)
    if not labels.ndim < 3 <= pictures.ndim:
        one, other = (array.shape for array in arrays.values())
        shapes = "uint8 (N, {size}, {size}, 3), and the other labels (N, {kinds})"
        wanted = Message(shapes, size=SIZE, kinds=len(KINDS))
        raise UserError(
            "one of two arrays must be pictures, {wanted}, not {one} and {other}", wanted=wanted, one=one, other=other
        )
    return pictures, labels


def load_labels(path: Path, limits: Limits = OWN_LIMITS, name: str | Message = "") -> np.ndarray:
    """The array of a .npy of labels, or the only one of a .npz."""
    if path.suffix.lower() != ".npz":
        return load_npy(path, limits, name)
    arrays = load_npz(path, limits, name)
    if len(arrays) > 1:
        raise UserError(
            "{name} holds the arrays {arrays}; keep the one of labels",
            name=name or safe_name(path.name),
            arrays=list_names(arrays),
        )
    return next(iter(arrays.values()))


def choose(shapes: Mapping[str, tuple[int, ...]]) -> tuple[str, str | None] | None:
    """Which of the arrays of a folder are the pictures and their labels; None where more than one could be either.

    Pictures have three or four axes. Labels have one or two: that which is called so, else that which has their shape.
    """
    pictures = [name for name, shape in shapes.items() if len(shape) in (3, 4)]
    if len(pictures) != 1:
        return None
    count, flat = shapes[pictures[0]][0], [name for name, shape in shapes.items() if len(shape) in (1, 2)]
    named = [name for name in flat if "label" in PurePosixPath(name).name.casefold()]
    fitting = [name for name in flat if shapes[name] in ((count,), (count, 1), (count, len(KINDS)))]
    labels = named or fitting
    return (pictures[0], next(iter(labels), None)) if len(labels) < 2 else None

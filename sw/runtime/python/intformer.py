"""An intformer device under Linux from Python: token ids in, hidden states and embeddings out.

Needs Python 3.8, nothing else, and the driver as a shared library, made once in the checkout:

    cc -std=c99 -O2 -shared -fPIC -I. sw/runtime/intformer.c sw/runtime/linux/*.c -o libintformer.so

Then, with a folder that `intformer compile --base ADDRESS --out DIR` wrote (docs/8-boards.md, 8.2):

    import intformer
    with intformer.open("./libintformer.so", name="base16", udmabuf="udmabuf0") as device:
        model = device.load("DIR")
        embeddings = model.embed([[101, 1037, 2314, 102]])  # a batch of one sentence
        states = model.states()                             # of the same run, as integers

Everything that goes wrong is an IntformerError that says where, why, and the way out.
"""

import ctypes
import json
import math
import pathlib
import struct

_OK, _DEVICE_ERROR, _TIMEOUT, _ACCESS_FAILED = 0, 1, 2, 3  # intformer_result
_PROBLEM_BYTES = 1024  # INTFORMER_UIO_PROBLEM
_RESET_CYCLES = 1000000  # generous budgets: only a device that hangs runs out of them
_RUN_FACTOR = 100
_PERMISSIONS = {"read": 1, "read-write": 3}  # INTFORMER_WINDOW_*
_TRAILER = struct.Struct("<8sIIQQQQI12s")  # sw/runtime/example/image.h
_MAGIC, _FORMAT = b"INTFIMG\n", 1
_ELEMENTS = {"int8": "b", "int16": "h", "uint32": "I"}


class IntformerError(Exception):
    """Its text says where, why, and the way out."""


class _Options(ctypes.Structure):
    _fields_ = [("sys", ctypes.c_char_p), ("dev", ctypes.c_char_p), ("name", ctypes.c_char_p),
                ("udmabuf", ctypes.c_char_p), ("memory_map", ctypes.c_uint32),
                ("memory_address", ctypes.c_uint64), ("memory_bytes", ctypes.c_uint64),
                ("clock_mhz", ctypes.c_uint32), ("interrupts", ctypes.c_char_p)]


_Copy = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p,
                         ctypes.c_uint64)


class _Access(ctypes.Structure):
    _fields_ = [("context", ctypes.c_void_p), ("read_register", ctypes.c_void_p),
                ("write_register", ctypes.c_void_p), ("pause", ctypes.c_void_p),
                ("write_memory", _Copy), ("read_memory", _Copy)]


class _Device(ctypes.Structure):
    _fields_ = [("access", _Access), ("counters", ctypes.c_uint32)]


class _Identity(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in
                ("version", "dim", "lanes", "bus_bytes", "is_pwl", "counters", "scratch_words",
                 "acc_rows", "stat_rows")] + [("config_hash", ctypes.c_uint64)]


class _Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint32), ("command", ctypes.c_uint32),
                ("address", ctypes.c_uint64)]


def _load_library(path):
    try:
        library = ctypes.CDLL(str(path))
        library.intformer_uio_open.restype = ctypes.c_void_p
        library.intformer_uio_problem.restype = ctypes.c_char_p
        library.intformer_result_text.restype = ctypes.c_char_p
        library.intformer_error_text.restype = ctypes.c_char_p
    except (OSError, AttributeError) as error:
        raise IntformerError(f"{path}: no library of the driver: {error}; the head of {__file__} "
                             "has the cc command that makes it") from None
    return library


def open(library, name=None, udmabuf=None, memory_map=0, memory=(0, 0), clock_mhz=0, sys="/sys",
         dev="/dev", interrupts=None):
    """The device; the arguments are those of intformer_uio_options (intformer_uio.h), `memory` is
    (address, bytes) in /dev/mem."""
    return Device(_load_library(library),
                  _Options(*(None if text is None else str(text).encode()
                             for text in (sys, dev, name, udmabuf)), memory_map, *memory, clock_mhz,
                           None if interrupts is None else str(interrupts).encode()))


class Device:
    """An open device: see open()."""

    def __init__(self, library, options):
        self._library = library
        self._uio = None
        problem = ctypes.create_string_buffer(_PROBLEM_BYTES)
        uio = library.intformer_uio_open(ctypes.byref(options), problem)
        if uio is None:
            raise IntformerError(problem.value.decode(errors="replace"))
        self._uio = ctypes.c_void_p(uio)
        access = _Access()
        library.intformer_uio_access(self._uio, ctypes.byref(access))
        self._device = _Device()
        self.identity = _Identity()
        try:
            self.call("open", ctypes.byref(access), ctypes.byref(self.identity))
        except IntformerError:
            self.close()
            raise

    def call(self, function, *arguments):
        """intformer_<function> of sw/runtime/intformer.h; what it refuses is raised."""
        if self._uio is None:
            raise IntformerError(f"intformer_{function}: the device is closed; open it again")
        result = getattr(self._library, "intformer_" + function)(ctypes.byref(self._device),
                                                                 *arguments)
        if result != _OK:
            raise IntformerError(f"intformer_{function}: {self._reason(result)}")

    def _reason(self, result):
        text = self._library.intformer_result_text(result).decode()
        if result == _ACCESS_FAILED:
            text = self._library.intformer_uio_problem(self._uio).decode(errors="replace")
        elif result == _DEVICE_ERROR:
            error = _Error()
            self.call("read_error", ctypes.byref(error))
            what = self._library.intformer_error_text(error.code).decode()
            text += (f": command {error.command}, address 0x{error.address:x}: {what}; load the "
                     "model again, since something else may have written to its memory")
        elif result == _TIMEOUT:
            text += "; is clock_mhz not above the device's clock?"
        return text

    def write(self, address, data):
        """Bytes to memory at a device address."""
        self._copy("write_memory", address, bytes(data), len(data))

    def read(self, address, count):
        """`count` bytes of memory from a device address on."""
        data = ctypes.create_string_buffer(count)
        self._copy("read_memory", address, data, count)
        return data.raw

    def _copy(self, function, address, data, count):
        if self._uio is None:
            raise IntformerError(f"{function}: the device is closed; open it again")
        access = self._device.access
        if getattr(access, function)(access.context, address, ctypes.cast(data, ctypes.c_void_p),
                                     count):
            raise IntformerError(f"{function}: {self._reason(_ACCESS_FAILED)}")

    def reset(self):
        """Whatever the last run came to."""
        self.call("reset", ctypes.c_uint64(_RESET_CYCLES))

    def load(self, folder):
        """Copies the image of a folder of `intformer compile` to memory: a Model."""
        return Model(self, pathlib.Path(folder))

    def close(self):
        """Lets go of the device; a second time is fine."""
        if self._uio is not None:
            self._library.intformer_uio_close(self._uio)
        self._uio = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Model:
    """A compiled model in a device's memory: see Device.load()."""

    def __init__(self, device, folder):
        self._device = device
        self._last = None
        try:
            self.map = json.loads((folder / "memory.json").read_text(encoding="utf-8"))
            image = (folder / "image.bin").read_bytes()
        except (OSError, ValueError) as error:
            raise IntformerError(f"{folder}: no compiled model: {error}; write it with `intformer "
                                 "compile MODEL --config CONFIG --out DIR`") from None
        if "sentences" not in self.map:
            raise IntformerError(f"{folder}/memory.json: not of a trained model; compile one")
        self._check(folder, image)
        device.reset()
        memory = self.map["memory"]
        device.read(memory["address"] + memory["bytes"] - 1, 1)  # all of it is there
        device.write(self.map["image"]["address"], image[:-_TRAILER.size])

    def _check(self, folder, image):
        plan, expected = self.map["plan"], self.map["image"]
        config_hash, identity = int(plan["config_hash"], 16), self._device.identity
        if (identity.config_hash, identity.version) != (config_hash, plan["interface_version"]):
            raise IntformerError(
                f"{folder}: compiled for {self.map['config']}, config hash 0x{config_hash:016x}, "
                f"registers {plan['interface_version']}; the device has "
                f"0x{identity.config_hash:016x} and {identity.version}; compile for its config")
        wanted = (_MAGIC, _FORMAT, plan["interface_version"], config_hash, expected["bytes"],
                  expected["address"], int(expected["id"], 16), len(self.map["programs"]))
        if (len(image) != expected["bytes"] + _TRAILER.size
                or _TRAILER.unpack(image[-_TRAILER.size:])[:-1] != wanted):
            raise IntformerError(f"{folder}/image.bin: not the image of memory.json beside it; "
                                 "compile again")

    def _program(self, lengths):
        for program in self.map["programs"]:
            if program["lengths"] == lengths:
                return program
        known = ", ".join("+".join(map(str, program["lengths"])) for program in self.map["programs"])
        raise IntformerError(f"no program for {'+'.join(map(str, lengths))} tokens, only for {known}; "
                             "compile with --lengths that have it")

    def _tensor(self, program, which):
        name = self.map["sentences"][which]["tensor"]
        return next(tensor for tensor in program["tensors"] if tensor["name"] == name)

    def _write_list(self, program, which, values):
        self._device.write(self._tensor(program, which)["address"],
                           struct.pack(f"<{len(values)}I", *values))

    def run(self, sentences):
        """Runs a batch: a list of sentences, each a list of token ids."""
        self._last = None
        lengths = [len(sentence) for sentence in sentences]
        program = self._program(lengths)
        ids = [int(token) for sentence in sentences for token in sentence]
        vocabulary = self.map["sentences"]["tokens"]["vocabulary"]
        for place, token in enumerate(ids):
            if not 0 <= token < vocabulary:
                raise IntformerError(f"token {place} of the batch has id {token}; ids of this model "
                                     f"lie in 0 to {vocabulary - 1}")
        device = self._device
        device.reset()
        self._write_list(program, "tokens", ids)
        self._write_list(program, "places", [place for count in lengths for place in range(count)])
        for index, window in enumerate(self.map["windows"]):
            device.call("set_window", index, ctypes.c_uint64(window["base"]),
                        ctypes.c_uint64(window["end"]), _PERMISSIONS[window["permissions"]])
        device.call("set_program", ctypes.c_uint64(program["address"]), program["commands"])
        device.call("start")
        device.call("wait", ctypes.c_uint64(_RUN_FACTOR * program["estimated_cycles"]))
        self._last = program

    def _rows(self):
        """The last hidden states, a list of integers per token of the batch."""
        if self._last is None:
            raise IntformerError("no run whose states could be read; call run() or embed() first")
        tensor = self._tensor(self._last, "states")
        rows = range(tensor["rows"])
        element, row_bytes = tensor["element_bytes"], tensor["row_bytes"]
        panels = [self._device.read(tensor["address"] + panel * tensor["panel_bytes"],
                                    tensor["rows"] * row_bytes)
                  for panel in range(tensor["panels"])]
        states = [[0] * tensor["cols"] for _ in rows]
        for col in range(tensor["cols"]):
            group, within = divmod(col, tensor["group_cols"])
            panel, place = divmod(group * tensor["group_stride"] + within, tensor["panel_cols"])
            for row in rows:
                states[row][col], = struct.unpack_from(
                    "<" + _ELEMENTS[tensor["type"]], panels[panel], row * row_bytes + place * element)
        return states

    def states(self):
        """The last hidden states of the last run: of every sentence, of every token, integers; one
        of column c is worth map["sentences"]["states"]["lsb"][c]."""
        rows = iter(self._rows())
        return [[next(rows) for _ in range(length)] for length in self._last["lengths"]]

    def embed(self, sentences):
        """Runs a batch: an embedding for each sentence, pooled as the model says."""
        self.run(sentences)
        lsb, pooling = self.map["sentences"]["states"]["lsb"], self.map["sentences"]["pooling"]
        embeddings = []
        for states in self.states():
            used = states if pooling["mode"] == "mean" else states[:1]
            total = [sum(column) * worth for column, worth in zip(zip(*used), lsb)]
            length = math.sqrt(sum(value * value for value in total))
            scale = (1 / length if length > 0 else 0) if pooling["normalize"] else 1 / len(used)
            embeddings.append([value * scale for value in total])
        return embeddings

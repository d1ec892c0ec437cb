#!/usr/bin/env python3
"""Compares `intformer features --backend float` with others' results on the same files.

Usage: scripts/reference-features.py vit FILE.onnx MODEL.itf       needs onnxruntime
       scripts/reference-features.py speech FOLDER MODEL.itf       needs NumPy alone
A vision transformer's states are ONNX Runtime's own, behind the file's last LayerNorm. A speech encoder is
computed here, straight from its paper's formulas and the file's variables, with NumPy's Fourier transform.
Prints the lowest cosine of a row and the largest difference; status 1 where a cosine is below 0.99999.
"""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import numpy as np

PROGRAM = pathlib.Path(__file__).parent.parent / "build" / "intformer"
FLOOR = 0.99999


def features(model, path, folder):
    out = pathlib.Path(folder) / "states.npy"
    subprocess.run([PROGRAM, "features", "--model", model, "--input", path, "--backend", "float", "--npy", out],
                   check=True, stdout=subprocess.DEVNULL)
    return np.load(out)


def compare(name, ours, theirs):
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    cosines = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    print(f"{name}: {len(ours)} rows, cosine at least {cosines.min():.8f}, difference at most "
          f"{np.abs(ours - theirs).max():.2e} of values up to {np.abs(theirs).max():.1f}")
    return cosines.min() >= FLOOR


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def read_varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at


def with_output(data, name):
    """The ONNX model with one more output: a field at its graph's end."""
    at = 0
    while at < len(data):
        key, begin = read_varint(data, at)
        if key & 7 == 0:
            _, at = read_varint(data, begin)
            continue
        size, begin = read_varint(data, begin)
        if key >> 3 == 7:
            value = b"\x0a" + varint(len(name)) + name
            graph = data[begin:begin + size] + b"\x62" + varint(len(value)) + value
            return data[:at] + varint(key) + varint(len(graph)) + graph + data[begin + size:]
        at = begin + size
    raise SystemExit("no graph")


def vit(path, model):
    import onnxruntime
    data = pathlib.Path(path).read_bytes()
    # HF names the nodes by its modules; the last LayerNorm of the encoder is no layer's.
    norm = [m for m in re.findall(rb"(/[\w/.]*layernorm/Add_1_output_0)", data)][-1]
    session = onnxruntime.InferenceSession(with_output(data, norm))
    mean, deviation = np.array([.485, .456, .406]), np.array([.229, .224, .225])
    fine = True
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(3):
            side, random = 224, np.random.default_rng(seed)
            y, x = np.mgrid[0:side, 0:side] / side
            waves = random.uniform(1, 9, (3, 2))
            picture = np.stack([np.sin(x * a * 6 + y * b * 6) for a, b in waves], -1) * 100 + 128
            picture = np.clip(picture + random.normal(0, 12, picture.shape), 0, 255).astype(np.uint8)
            file = pathlib.Path(folder) / "picture.ppm"
            file.write_bytes(b"P6 %d %d 255\n" % (side, side) + picture.tobytes())
            pixels = ((picture / 255 - mean) / deviation).astype(np.float32).transpose(2, 0, 1)[None]
            theirs = session.run([norm.decode()], {session.get_inputs()[0].name: pixels})[0][0]
            fine &= compare(f"picture {seed}", features(model, file, folder), theirs)
    return fine


def variables(path):
    data, at = pathlib.Path(path).read_bytes(), 0

    def take(form):
        nonlocal at
        value = struct.unpack_from("<" + form, data, at)[0]
        at += struct.calcsize(form)
        return value

    def text():
        nonlocal at
        size = take("H")
        at += size
        return data[at - size:at - 1].decode()

    take("I"), text(), take("I")
    found = {}
    for _ in range(take("I")):
        name = text()
        shape = [take("I") for _ in range(take("B"))]
        kind, size = take("B"), take("I")
        found[name] = np.frombuffer(data, {0: "<f4", 1: "i1", 2: "<i2", 3: "<i4", 4: "<f2"}[kind],
                                    size // {0: 4, 1: 1, 2: 2, 3: 4, 4: 2}[kind], at).reshape(shape)
        if kind in (0, 4):
            found[name] = found[name].astype(np.float64)
        at += size
    return found


def log_mel(sound, bands):
    """Section 2.2 of the paper: 25 ms windows (Hann) every 10 ms, Slaney's mel filters, log10, 8 deep."""
    size = 480000
    sound = np.pad(sound[:size], (0, size - len(sound[:size])))
    padded = np.pad(sound, 200, mode="reflect")
    window = np.hanning(401)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160][:3000]
    power = np.abs(np.fft.rfft(frames * window)) ** 2

    def to_hertz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))

    top = 15 + np.log(8000 / 1000) / (np.log(6.4) / 27)
    edges = to_hertz(np.linspace(0, top, bands + 2))
    hertz = np.linspace(0, 8000, 201)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    filters = np.maximum(0, np.minimum((hertz - low) / (middle - low), (high - hertz) / (high - middle)))
    filters *= 2 / (high - low)
    logs = np.log10(np.maximum(power @ filters.T, 1e-10))
    return (np.maximum(logs, logs.max() - 8) + 4) / 4


def gelu(x):
    """With the error function of Abramowitz and Stegun's series, summed until float64 has it."""
    from math import erf
    return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))


def convolution(x, weight, bias, stride):
    """x: rows x columns, weight: out x in x 3, one row of zeros on both sides."""
    padded = np.pad(x, ((1, 1), (0, 0)))
    rows = (len(x) - 1) // stride + 1
    return bias + sum(padded[tap:tap + stride * rows:stride][:rows] @ weight[:, :, tap].T for tap in range(3))


def norm(x, v, name):
    centred = x - x.mean(1, keepdims=True)
    return centred / np.sqrt((centred ** 2).mean(1, keepdims=True) + 1e-5) * v[name + "/gamma"] + v[name + "/beta"]


def linear(x, v, name):
    return x @ v[name + "/weight"].T + v[name + "/bias"]


def encode(sound, v):
    mel = log_mel(sound, v["encoder/conv1/weight"].shape[1])
    x = gelu(convolution(mel, v["encoder/conv1/weight"], v["encoder/conv1/bias"], 1))
    x = gelu(convolution(x, v["encoder/conv2/weight"], v["encoder/conv2/bias"], 2))
    x = x + v["encoder/position_encodings/encodings"]
    heads = int(v["encoder/num_heads"])
    for layer in range(sum(name.endswith("ffn/linear_0/weight") and name.startswith("encoder") for name in v)):
        name = f"encoder/layer_{layer}/self_attention"
        q, k, of = np.split(linear(norm(x, v, name + "/layer_norm"), v, name + "/linear_0"), 3, 1)
        split = [part.reshape(len(x), heads, -1).transpose(1, 0, 2) for part in (q, k, of)]
        logits = split[0] @ split[1].transpose(0, 2, 1) / np.sqrt(split[0].shape[2])
        weights = np.exp(logits - logits.max(2, keepdims=True))
        context = (weights / weights.sum(2, keepdims=True)) @ split[2]
        x = x + linear(context.transpose(1, 0, 2).reshape(len(x), -1), v, name + "/linear_1")
        name = f"encoder/layer_{layer}/ffn"
        x = x + linear(gelu(linear(norm(x, v, name + "/layer_norm"), v, name + "/linear_0")), v, name + "/linear_1")
    return norm(x, v, "encoder/layer_norm")


def speech(folder_of_model, model):
    v = variables(pathlib.Path(folder_of_model) / "model.bin")
    fine = True
    with tempfile.TemporaryDirectory() as folder:
        for seed, seconds in ((0, 30), (1, 7.3)):
            random = np.random.default_rng(seed)
            t = np.arange(int(seconds * 16000)) / 16000
            sound = 0.01 * random.normal(size=len(t))
            for _ in range(12):
                begin, hertz = random.uniform(0, seconds), random.uniform(100, 3000)
                sound += 0.2 * np.sin(2 * np.pi * hertz * t) * np.exp(-((t - begin) * 4) ** 2)
            samples = np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2")
            file = pathlib.Path(folder) / "sound.wav"
            raw = samples.tobytes()
            file.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(raw)) + b"WAVEfmt " +
                             struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16) + b"data" +
                             struct.pack("<I", len(raw)) + raw)
            fine &= compare(f"sound {seed}", features(model, file, folder), encode(samples / 32768, v))
    return fine


if __name__ == "__main__":
    kinds = {"vit": vit, "speech": speech}
    if len(sys.argv) != 4 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    sys.exit(0 if kinds[sys.argv[1]](*sys.argv[2:]) else 1)

"""Batches of token ids to embeddings on an intformer device under Linux, as JSON; --help says how.

    python3 sw/runtime/python/example.py ./libintformer.so DIR --udmabuf udmabuf0 101,1037,2314,102
"""

import argparse
import json
import sys

import intformer


def main():
    parser = argparse.ArgumentParser(description="Embeds batches of token ids on a device.")
    parser.add_argument("library", help="of the driver; the head of intformer.py has its cc command")
    parser.add_argument("folder", help="what `intformer compile --out` wrote")
    parser.add_argument("batches", nargs="+", metavar="IDS",
                        help="ids with commas between; + between the sentences of a batch")
    parser.add_argument("--name", help="of the UIO device, or of the config")
    parser.add_argument("--udmabuf", help="memory: u-dma-buf's buffer")
    parser.add_argument("--map", type=int, default=0, help="memory: this map of the UIO device")
    parser.add_argument("--memory", nargs=2, type=lambda text: int(text, 0), default=(0, 0),
                        metavar=("ADDRESS", "BYTES"), help="memory: this stretch of /dev/mem")
    parser.add_argument("--clock", type=int, default=0, help="of the device, MHz")
    parser.add_argument("--states", action="store_true", help="print hidden states too")
    parser.add_argument("--sys", default="/sys")
    parser.add_argument("--dev", default="/dev")
    parser.add_argument("--interrupts", help="another file to wait for interrupts on")
    args = parser.parse_args()
    try:
        with intformer.open(args.library, args.name, args.udmabuf, args.map, args.memory, args.clock,
                            args.sys, args.dev, args.interrupts) as device:
            model = device.load(args.folder)
            for batch in args.batches:
                sentences = [[int(token) for token in ids.split(",")] for ids in batch.split("+")]
                result = {"embeddings": model.embed(sentences)}
                if args.states:
                    result["states"] = model.states()
                print(json.dumps(result))
    except (intformer.IntformerError, ValueError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()

"""Holds a device's SystemRDL to the tables that its documentation and C header show.

Usage: registers.py TOOLS FOLDER NAME     TOOLS: where systemrdl-compiler is
"""
import json
import re
import sys

tools, folder, name = sys.argv[1:]
sys.path.insert(0, tools)
from systemrdl import RDLCompiler  # noqa: E402
from systemrdl.node import RegNode  # noqa: E402

faults = []


def compare(what, found, wanted):
    for key in sorted(set(found) | set(wanted)):
        if found.get(key) != wanted.get(key):
            faults.append(f"{what} {key}: RDL has {found.get(key)}, wanted {wanted.get(key)}")


compiler = RDLCompiler()
compiler.compile_file(f"{folder}/{name}.rdl")
top = compiler.elaborate().top

registers, fields, values = {}, {}, {}
for node in top.descendants(unroll=True):
    if not isinstance(node, RegNode):
        continue
    path = re.sub(r"window\[(\d)\]\.", r"window\1_", node.get_rel_path(top))
    access = {(field.is_sw_readable, field.is_sw_writable) for field in node.fields()}
    if len(access) != 1:
        faults.append(f"{path}: fields of several kinds")
    readable, writable = access.pop()
    reset = 0
    for field in node.fields():
        reset |= (field.get_property("reset") or 0) << field.low
        fields[path, field.inst_name] = (field.low, field.width)
    registers[path] = (node.absolute_address, readable, writable,
                       reset if readable and writable else None)
    values[path] = reset

# The documentation's table: | 0x008 | `array` | read | reset | meaning |
table = {}
with open(f"{folder}/{name}_commands.md", encoding="utf-8") as text:
    for line in text:
        row = re.match(r"\| 0x(\w+) \| `(\w+)` \| ([a-z, ]+) \| (\w*) \|", line)
        if row:
            offset, register, access, reset = row.groups()
            table[register] = (int(offset, 16), "read" in access, "write" in access,
                               int(reset, 0) if reset else None)
compare("register", registers, table)

# The header's fields: NAME_REGISTER_FIELD, a mask of one bit or _LSB and _WIDTH.
header = {}
with open(f"{folder}/{name}_regs.h", encoding="utf-8") as text:
    for line in text:
        define = re.match(rf"#define {name.upper()}_(\w+) +(0x[0-9A-F]+|\d+)u?\b", line)
        if define:
            header[define[1]] = int(define[2], 0)
for (register, field), (low, width) in fields.items():
    if field == "value":
        continue
    key = f"{register}_{field}".upper()
    wanted = (header.get(f"{key}_LSB"), header.get(f"{key}_WIDTH")) if width > 1 else header.get(key)
    compare("field", {key: (low, width) if width > 1 else 1 << low}, {key: wanted})

with open(f"{folder}/{name}_plan.json", encoding="utf-8") as text:
    plan_hash = int(json.load(text)["config_hash"], 16)
compare("value", {key: values[key] for key in ("device_id", "config_hash_low", "config_hash_high")},
        {"device_id": header["DEVICE_ID_VALUE"], "config_hash_low": plan_hash & 0xFFFFFFFF,
         "config_hash_high": plan_hash >> 32})

print("\n".join(faults) or f"{len(registers)} registers")
sys.exit(bool(faults))

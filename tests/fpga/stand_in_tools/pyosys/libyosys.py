"""What tests of intformer_fpga run in place of Yosys: the files that its scripts ask for, of a device with
one module. INTFORMER_STAND_IN_FAILS: fails in folders with that in their path. INTFORMER_STAND_IN_GATE: waits
there until the file of that name is there, and makes one with .reached behind the name."""
import json
import os
import re
import sys
import time


class Design:
    pass


def wait_at_gate():
    gate = os.environ.get("INTFORMER_STAND_IN_GATE")
    if not gate:
        return
    open(gate + ".reached", "w").close()
    for _ in range(600):
        if os.path.exists(gate):
            return
        time.sleep(0.1)
    sys.exit("nobody opens the gate")


def elaborated(top):
    prefix = top[: -len("top")]
    ports = {"clk_i": {"direction": "input", "bits": [2]}, "data_o": {"direction": "output", "bits": [3]}}
    module = {"attributes": {}, "ports": ports, "cells": {}, "netnames": {}}
    return {"modules": {prefix + "fifo": module, top: module}}


def netlist(top):
    prefix = top[: -len("top")]
    pins = {"port_directions": {"C": "input", "D": "input", "Q": "output"}}
    cells = {
        "leaf": {"type": "$scopeinfo", "attributes": {"module": top}},
        "leaf.u_load": {"type": "$scopeinfo", "attributes": {"module": prefix + "load_unit"}},
        "leaf.u_load.next_LUT4_Z": {"type": "LUT4", "attributes": {}, "connections": {}, "port_directions": {}},
        "leaf.u_load.a_q_FDRE_Q": {"type": "FDRE", "connections": {"C": [2], "D": ["0"], "Q": [10]}, **pins},
        "leaf.u_load.b_q_FDRE_Q": {"type": "FDRE", "connections": {"C": [2], "D": [10], "Q": [11]}, **pins},
    }
    return {"modules": {"harness": {"attributes": {"top": "1"}, "cells": cells}}}


def write(name, data):
    with open(name, "w") as file:
        json.dump(data, file)


def run_pass(command, design):
    with open(command.split()[1]) as file:
        script = file.read()
    fails = os.environ.get("INTFORMER_STAND_IN_FAILS")
    if fails and fails in os.getcwd():
        sys.exit("ERROR: as it was asked to")
    wait_at_gate()
    top = re.search(r"hierarchy (?:-check )?-top (\S+)", script).group(1)
    if "write_json elaborated.json" in script:
        open("elaborated.il", "w").close()
        write("elaborated.json", elaborated(top))
    if "stat -json" in script:
        write("statistics.json", {"modules": {"\\leaf": {"num_cells_by_type": {"LUT4": 3}}}})
    if "write_json netlist.json" in script:
        write("netlist.json", netlist(top))

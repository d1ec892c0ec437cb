#!/usr/bin/env python3
"""Elaborates a design with slang, where a warning is a fault.

Usage: scripts/slang.py LINTERS ARGUMENT...   the folder of install-linters.sh; slang's own arguments
"""
import sys

sys.path.insert(0, sys.argv[1])
import pyslang

WARNINGS = [
    "-Wextra",
    "-Werror",
    "-Wno-case-redundant-default",  # the default says what a value outside of an enum leads to
    "-Wno-useless-cast",  # a cast to a parameter's width is none for some values of the parameter
    "--error-limit=0",
]

driver = pyslang.Driver()
driver.addStandardArgs()
read = (
    driver.parseCommandLine(" ".join(["slang", *WARNINGS, *sys.argv[2:]]))
    and driver.processOptions()
    and driver.parseAllSources()
)
sys.exit(0 if read and driver.runFullCompilation(True) else 1)

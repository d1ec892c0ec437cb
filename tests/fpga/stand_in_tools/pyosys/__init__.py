"""Stands in for pyosys: see libyosys.py."""

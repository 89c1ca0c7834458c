"""Computed outputs: what follows from an object's id and inputs, and what only the existing object has.

The latter are made from the id by a hash, so that the same program gives the same values in every run.
"""

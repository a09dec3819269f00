"""Machine code for the register: what is done once per byte or per row of a national pull.

What belongs here: loops over bytes, hashes and codes, compiled by numba and cached beside the source. What does not:
rules of their own; the tests hold each loop against the plain function it must equal.
"""

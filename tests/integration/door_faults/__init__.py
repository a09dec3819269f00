"""The corpus of bad and odd files: every fault that the contract of deliveries names, a small file each.

What belongs here: a file and its verdict as the contract has it, one module per source and format. What does not: how
the door comes to it (`tests/unit/door`).
"""

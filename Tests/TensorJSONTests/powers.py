# SPDX-License-Identifier: Apache-2.0
"""Prints the expected values of PowersOfFiveTests.swift, computed with Python's exact integers.

usage: python3 powers.py
"""


def entry(q):
    """5^q scaled into 2^127 ..< 2^128: rounded up for -27 <= q < 0, else truncated."""
    if q >= 0:
        power = 5**q
        shift = power.bit_length() - 128
        return power >> shift if shift > 0 else power << -shift
    power = 5**-q
    quotient = (1 << (power.bit_length() + 127)) // power
    assert 1 << 127 <= quotient < 1 << 128
    return quotient + (1 if q >= -27 else 0)


checksum = 0xCBF29CE484222325
for q in range(-342, 325):
    for word in divmod(entry(q), 1 << 64):
        checksum = (checksum ^ word) * 0x100000001B3 % (1 << 64)
        assert word != (1 << 64) - 1
print(f"checksum 0x{checksum:016X}")
for q in (-342, -28, -27, -1, 0, 55, 56, 308, 324):
    high, low = divmod(entry(q), 1 << 64)
    print(f"({q}, 0x{high:016X}, 0x{low:016X}),")

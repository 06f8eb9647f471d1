#!/usr/bin/env python3
"""The chain's test vectors, by a second implementation of the canonical form and of the hash.

    python3 tests/unit/store_hash_vectors.py

prints a line of hex a vector, as store_hash.c expects them. An item is a type byte, then a 4-byte length where it has
one, then its bytes; integers and counts are 8 bytes, all big-endian.
"""
import hashlib
import struct

TEXT, INT, MONEY, SET = 1, 2, 4, 8


def integer(number):
    return b"i" + struct.pack(">q", number)


def count(number):
    return b"c" + struct.pack(">Q", number)


def text(words):
    if words is None:
        return b"n"
    return b"t" + struct.pack(">I", len(words.encode())) + words.encode()


def block(content):
    return b"x" + struct.pack(">I", len(content)) + content


def value(kind, content):
    if kind == 0:
        return integer(0)
    return integer(kind) + (text(content) if kind in (TEXT, SET) else integer(content))


def changes(listed):
    return count(len(listed)) + b"".join(text(field) + integer(mode) + value(*content) for field, mode, content in listed)


def body(stage=None, changed=(), computed=(), targets=()):
    made = integer(1) + text(stage) + changes(changed) + count(len(computed))
    for day, values in computed:
        made += integer(day) + changes(values)
    return made + count(len(targets)) + b"".join(integer(target) for target in targets)


def chained(previous, seq, recorded_at, on, place, batch, record, action, actor, note, content):
    canonical = integer(1) + text("blake2b-256") + block(previous)
    for number in (seq, recorded_at, on, place, batch, record, action):
        canonical += integer(number)
    canonical += text(actor) + text(note) + content
    return hashlib.blake2b(canonical, digest_size=32).digest()


create = body("clue", [("title", 0, (TEXT, "易发式")), ("planned", 0, (MONEY, -140000000)), ("tags", 1, (SET, "energy"))])
first = chained(bytes(32), 1, 1647907200000001, 19073, 1, 1, 4294967297, 1, "李明", None, create)
second = chained(first, 2, 1647907200000002, -3, 2, 2, 0, 6, "", "作废", body(targets=[1]))
third = chained(second, 3, 1647907200000009, 19080, 1, 3, 4294967297, 8, "system", "",
                body(computed=[(19081, [("rate", 0, (INT, 7)), ("lot", 0, (0, None))])]))
for vector in (first, second, third):
    print(vector.hex())

#!/usr/bin/env python3
"""What the fuzz targets begin with, made from what people read and what the tests know: corpus.py FOLDER [HOST_SEEDS]

FOLDER/filter gets every filter of docs/filters.md, of the plugins and of the tests; FOLDER/requests the lines of tests/protocol;
FOLDER/sheet some sheets in each encoding; FOLDER/host what HOST_SEEDS (a program of this build) writes.
"""
import ast
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LONGEST_FILTER = 300  # bytes; longer texts are no filters


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def files(pattern):
    return sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True))


def filters():
    """Texts that may be filters: too many do no harm."""
    page = text_of(os.path.join(ROOT, "docs/filters.md"))
    yield from re.findall(r"`([^`\n]+)`", page)
    for path in files("docs/*.md") + files("tests/cli/*.transcript"):
        yield from re.findall(r"'([^'\n]+)'", text_of(path))
    for path in files("tests/unit/query_*.[ch]") + files("plugins/**/*.lua") + files("tests/**/*.lua"):
        for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text_of(path)):
            yield re.sub(r'\\(["\\])', r"\1", literal)
    for path in files("tests/semantics/*.py") + files("tests/property/*.py"):
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def requests():
    """A line each, and the files as whole conversations; all roles."""
    for path in files("tests/protocol/*.rpc"):
        lines = [line[2:] for line in text_of(path).splitlines() if line.startswith("> ")]
        for number, line in enumerate(lines):
            yield bytes([number % 4]) + line.encode()
        for start in range(0, len(lines), 10):
            yield b"\x03" + "\n".join(lines[start:start + 10]).encode()
    table = text_of(os.path.join(ROOT, "tests/protocol/roles.table"))
    for method in sorted(set(re.findall(r"\b[a-z]+\.[a-z_]+\b", table))):
        yield b"\x03" + ('{"jsonrpc":"2.0","id":1,"method":"%s","params":{}}' % method).encode()


def sheets():
    plain = "名称,计划总投资,备注\n易发式,\"1,200\",\"第一行\n第二行\"\n\n甲\"乙,3,\n"
    for number, encoding in ((0, "utf-8"), (1, "utf-8"), (2, "gb18030"), (3, "cp1252"), (4, "utf-16")):
        text = "name;amount\nCafé;1,5\n" if encoding == "cp1252" else plain
        yield bytes([number]) + text.encode(encoding)
        yield bytes([number]) + text.replace("\n", "\r\n").replace(",", "\t").encode(encoding)
    yield b"\x00\xef\xbb\xbf" + plain.encode()
    yield b"\x00" + '{"name":"甲","amount":1.5,"tags":["a"],"ok":true,"none":null}\n{"amount":-3,"more":"乙"}\n\n'.encode()
    yield b"\x00" + "'=1+1,'-x,\"'@a\"\n=2,\"未收尾".encode()
    yield b"\x00PK\x03\x04"
    yield b"\x00" + b"," * 3000


def write(folder, inputs):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for number, one in enumerate(dict.fromkeys(inputs)):
        with open(os.path.join(folder, "%05d" % number), "wb") as file:
            file.write(one)
    if not os.listdir(folder):
        sys.exit(folder + ": nothing to begin with")


def main():
    folder = sys.argv[1]
    write(os.path.join(folder, "filter"),
          [text.encode() for text in filters() if 0 < len(text.encode()) <= LONGEST_FILTER])
    write(os.path.join(folder, "requests"), requests())
    write(os.path.join(folder, "sheet"), sheets())
    write(os.path.join(folder, "host"), [b"\x00"])
    if len(sys.argv) > 2:
        subprocess.run([sys.argv[2], os.path.join(folder, "host")], check=True)


main()

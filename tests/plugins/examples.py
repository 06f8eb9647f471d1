#!/usr/bin/env python3
"""The examples of docs/plugins.md are true: the plugin loads beside those in the box, and its test passes.

    tests/plugins/examples.py --luodid build/debug/luodid
"""
import argparse
import os
import re
import sys

from plugin_folder import ROOT, put

PAGE = os.path.join(ROOT, "docs", "plugins.md")


def examples():
    """The page's Lua blocks as a plugin's files: what asks for luodi.test is its test."""
    with open(PAGE, encoding="utf-8") as page:
        blocks = re.findall(r"^```lua\n(.*?)^```$", page.read(), re.MULTILINE | re.DOTALL)
    tests = [block for block in blocks if '"luodi.test"' in block]
    declarations = [block for block in blocks if '"luodi.test"' not in block]
    assert len(tests) == 1 and len(declarations) == 1, f"{PAGE}: {len(declarations)} plugins and {len(tests)} tests"
    return {"init.lua": declarations[0], "test.lua": tests[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--luodid", required=True)
    luodid = parser.parse_args().luodid
    wrong = 0
    for option in "--check-plugin", "--test-plugin":
        status, said = put(luodid, option, "visit", examples())
        print(f"{option}: {said.strip()}")
        wrong += status != 0
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())

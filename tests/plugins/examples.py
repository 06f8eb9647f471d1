#!/usr/bin/env python3
"""The examples of docs/plugins.md are true: the plugin loads beside those in the box, and its test passes; so does each
declaration that is shown alone.

    tests/plugins/examples.py --luodid build/debug/luodid
"""
import argparse
import os
import re
import sys

from plugin_folder import ROOT, put

PAGE = os.path.join(ROOT, "docs", "plugins.md")


def examples():
    """The page's Lua blocks: a plugin's files (what asks for luodi.test is its test), and declarations shown alone."""
    with open(PAGE, encoding="utf-8") as page:
        blocks = re.findall(r"^```lua\n(.*?)^```$", page.read(), re.MULTILINE | re.DOTALL)
    tests = [block for block in blocks if '"luodi.test"' in block]
    plugins = [block for block in blocks if 'require "luodi"\n' in block]
    alone = [block for block in blocks if block not in tests + plugins]
    assert len(tests) == 1 and len(plugins) == 1 and alone, f"{PAGE}: {len(plugins)} plugins and {len(tests)} tests"
    return {"init.lua": plugins[0], "test.lua": tests[0]}, alone


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--luodid", required=True)
    luodid = parser.parse_args().luodid
    plugin, alone = examples()
    cases = [("--check-plugin", "visit", plugin), ("--test-plugin", "visit", plugin)]
    cases += [("--check-plugin", "alone", {"init.lua": 'local luodi = require "luodi"\n' + block}) for block in alone]
    wrong = 0
    for option, name, files in cases:
        status, said = put(luodid, option, name, files)
        print(f"{option}: {said.strip()}")
        wrong += status != 0
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())

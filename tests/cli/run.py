#!/usr/bin/env python3
"""Runs transcripts: a real luodid, a real luodi, a set clock, the whole screen compared.

    tests/cli/run.py --build build/debug tests/cli/first-contact.transcript …
    tests/cli/run.py --build build/debug --write FILE     the screens as they are now, to be read before they are kept

A transcript begins with the arguments of its daemon, paths from the root of the repository:

    # luodid --today 2022-07-18 --plugins plugins
    $ luodi add enterprise 名称=甲
    E-0001  …
    [exit 0]

"$ " begins a command for bash (lines that begin with "> " go on with it), what follows is its screen, standard error
included. … stands for anything within a line, a line of … alone for any lines. [exit N] where it is not 0. "wait COMMAND"
repeats a command until it succeeds, or 30 seconds passed. "# no daemon" instead of the first line starts none; "# comment"
lines elsewhere say what happens. Each transcript has a folder of its own as $PWD, with the repository at $LUODI_ROOT.
Whoever runs this is 佟雪 to the daemon, an admin.
"""
import argparse
import os
import pwd
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))
from luodi_daemon import Daemon  # noqa: E402


class Step:
    def __init__(self, number, command, waits):
        self.number, self.command, self.waits = number, command, waits
        self.expected, self.status = [], 0


def read(path):
    """(the daemon's arguments or None, steps)"""
    steps, arguments = [], []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if line.startswith("# luodid"):
                arguments = line.split()[2:]
            elif line.startswith("# no daemon"):
                arguments = None
            elif line.startswith("$ "):
                steps.append(Step(number, line[2:], False))
            elif line.startswith("wait "):
                steps.append(Step(number, line[5:], True))
            elif line.startswith("> ") and steps and not steps[-1].expected:
                steps[-1].command += "\n" + line[2:]
            elif re.fullmatch(r"\[exit \d+\]", line):
                steps[-1].status = int(line[6:-1])
            elif line.startswith("#") and not re.match(r"#\d", line):
                continue
            elif steps:
                steps[-1].expected.append(line)
    for step in steps:  # blank lines between steps are for the reader
        while step.expected and step.expected[-1] == "":
            step.expected.pop()
    return arguments, steps


def line_matches(expected, got):
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return expected == got or "…" in expected and re.fullmatch(pattern, got) is not None


def matches(expected, got):
    """The lines against a pattern where "…" alone is any number of lines."""
    if not expected:
        return not got
    if expected[0].strip() == "…":
        return any(matches(expected[1:], got[index:]) for index in range(len(got) + 1))
    return bool(got) and line_matches(expected[0], got[0]) and matches(expected[1:], got[1:])


def run_command(step, environment, folder):
    deadline = time.monotonic() + 30
    while True:
        done = subprocess.run(["bash", "-c", step.command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if not step.waits or done.returncode == 0 or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    lines = [line.rstrip("\r") for line in done.stdout.decode(errors="replace").split("\n")]
    while lines and lines[-1] == "":
        lines.pop()
    return lines, done.returncode


def complain(path, step, lines, status):
    print(f"{path}:{step.number}: $ {step.command}")
    for line in step.expected:
        print("  expected  " + line)
    if step.status:
        print(f"  expected  [exit {step.status}]")
    for line in lines:
        print("  got       " + line)
    if status:
        print(f"  got       [exit {status}]")


def environment_of(build, daemon):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LUODI", "COLUMNS"))}
    environment.update(PATH=os.path.abspath(build) + ":" + os.environ["PATH"], LANG="C.UTF-8", LUODI_ROOT=ROOT,
                       LUODI_SOCKET=daemon.socket, LUODI_DATA=daemon.data, TERM="dumb")
    return environment


def write_config(daemon):
    path = os.path.join(daemon.folder, "luodid.lua")
    with open(path, "w", encoding="utf-8") as file:
        file.write('return { zone = "Asia/Shanghai", roles = { { user = "%s", role = "admin", name = "佟雪", person = "佟雪" } } }\n'
                   % pwd.getpwuid(os.geteuid()).pw_name)
    os.chmod(path, 0o600)
    return path


def run(path, build, rewrite):
    arguments, steps = read(path)
    daemon = Daemon(build, plugins=[], arguments=[
        os.path.join(ROOT, word) if os.path.exists(os.path.join(ROOT, word)) else word for word in arguments or []])
    daemon.arguments += ["--config", write_config(daemon)]
    faults, screens = 0, {}
    work = os.path.join(daemon.folder, "here")
    os.mkdir(work)
    try:
        if arguments is not None:
            daemon.start()
        environment = environment_of(build, daemon)
        if daemon.process:
            environment["LUODI_PID"] = str(daemon.process.pid)
        for step in steps:
            lines, status = run_command(step, environment, work)
            screens[step.number] = (lines, status)
            if status != step.status or not matches(step.expected, lines):
                faults += 1
                if not rewrite:
                    complain(path, step, lines, status)
        if daemon.process and daemon.process.poll() is None:
            daemon.stop()
        else:
            daemon.kill()
    finally:
        daemon.kill()
        daemon.clean()
    if rewrite:
        write(path, {number: ([forget(line, daemon.folder) for line in lines], status)
                     for number, (lines, status) in screens.items()})
    print(f"{os.path.relpath(path, ROOT)}: {len(steps)} steps, {faults} differ")
    return faults


def forget(line, folder):
    """What is another at every run, or with every change of a plugin, is written as …"""
    line = line.replace(folder, "…")
    line = re.sub(r"头 [0-9a-f]{4}…[0-9a-f]{4}", "头 …", line)
    line = re.sub(r"(插件集|账头) [0-9a-f]{4,}", r"\1 …", line)
    return re.sub(r"[0-9][0-9,]* 字节", "… 字节", line)


def write(path, screens):
    """Puts the screens in the place of those expected, but leaves alone what matched by …"""
    out, keep = [], True
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    _, steps = read(path)
    by_line = {step.number: step for step in steps}
    for number, line in enumerate(lines, 1):
        if number in by_line:
            step = by_line[number]
            got, status = screens[number]
            same = matches(step.expected, got) and status == step.status
            keep = same
            out.append(line)
            if not same:
                pending = got + ([f"[exit {status}]"] if status else [])
                out += ["> " + rest for rest in step.command.split("\n")[1:]]
                out += pending
        elif line.startswith("#") and not re.match(r"#\d", line):
            out.append(line)
            keep = True
        elif keep or line == "":
            out.append(line)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("transcripts", nargs="+")
    options = parser.parse_args()
    faults = sum(run(path, options.build, options.write) for path in options.transcripts)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

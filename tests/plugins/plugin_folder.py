"""A plugin in a private folder, put to luodid beside the plugins in the box. Python's standard library alone."""
import os
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLUGINS = os.path.join(ROOT, "plugins")


def put(luodid, option, name, files):
    """Runs luodid OPTION on a plugin of that name made of files (name → text): (exit status, what it said)."""
    with tempfile.TemporaryDirectory(prefix="luodi-plugin-") as root:
        folder = os.path.join(root, name)
        os.mkdir(folder)
        for file, text in files.items():
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                out.write(text)
        done = subprocess.run([luodid, option, folder, "--plugins", PLUGINS], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr

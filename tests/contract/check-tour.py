#!/usr/bin/env -S python3 -B
"""check-tour.py ROOT CC...: the program in trunkline(7) compiles without a warning."""
import re
import subprocess
import sys
from pathlib import Path


def main():
    root, *compiler = Path(sys.argv[1]), *sys.argv[2:]
    page = (root / 'man/trunkline.7').read_text()
    program = re.search(r'^\.Bd -literal\n(.*?)^\.Ed', page, re.S | re.M).group(1)
    flags = ['-std=c17', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fsyntax-only']
    done = subprocess.run([*compiler, *flags, f'-I{root / "include"}', '-x', 'c', '-'], text=True,
                          input=program.replace('\\e', '\\').replace('\\&', ''))
    sys.exit(done.returncode)


main()

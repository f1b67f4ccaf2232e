#!/usr/bin/env -S python3 -B
"""check-commands.py MANDIR TRUNKLINE: each command has a page, which names the options of its help.

Without the command the test is skipped.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

SKIPPED = 77


def ask(command, *arguments):
    return subprocess.run([command, 'help', *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def list_commands(command):
    rows = ask(command).split('Commands:\n')[1].split('\n\n')[0]
    names = re.findall(r'^  (\w+) ', rows, re.M)
    return [name for name in names if name != 'help']


def options_of_help(text):
    return set(re.findall(r'(?<![\w-])--([a-z][a-z-]+)', text))


def options_of_page(path):
    lines = [line for line in path.read_text().splitlines() if re.match(r'\.(Fl|Op|It) .*', line)]
    flags = [line for line in lines if re.search(r'\bFl\b', line)]
    return set(re.findall(r'(?<= -)([a-z][a-z-]+)', '\n'.join(flags)))


def compare(folder, command, name):
    page = folder / f'trunkline-{name}.1'
    if not page.exists():
        yield f'trunkline {name} has no page'
        return
    helped, told = options_of_help(ask(command, name)), options_of_page(page)
    for option in sorted(helped - told):
        yield f'{page}: --{option} is in "trunkline help {name}" and not in the page'
    for option in sorted(told - helped):
        yield f'{page}: --{option} is not in "trunkline help {name}"'


def main():
    folder, command = Path(sys.argv[1]), sys.argv[2]
    if not os.access(command, os.X_OK):
        print(f'{command} is not built')
        sys.exit(SKIPPED)
    wrong = [line for name in list_commands(command) for line in compare(folder, command, name)]
    overview = (folder / 'trunkline.1').read_text()
    wrong += [f'{folder}/trunkline.1: does not name trunkline-{name}(1)'
              for name in list_commands(command) if f'.It Xr trunkline-{name} 1' not in overview]
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


main()

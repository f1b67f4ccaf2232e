#!/usr/bin/env -S python3 -B
"""check-settings.py trunkline.5 TRUNKLINE: the manual lists the settings that the table has.

The table is asked through "trunkline config show --json". Without the command the test is skipped.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

SKIPPED = 77


def read_manual(path):
    """Each setting with its default, as far as it stands on a line of its own."""
    text = path.read_text().split('.Sh SETTINGS')[1].split('.Sh ')[0]
    settings = {}
    for item in text.split('.It Cm ')[1:]:
        name = item.split()[0]
        default = re.search(r'[Dd]efault(?:\n\.Cm)? ([\w-]+)', item)
        settings[name] = (default.group(1) if default else None, bool(re.search(r'\blive\.', item)))
    return settings


def read_table(command):
    """The same from the command, in surroundings where nothing is set."""
    bare = {name: value for name, value in os.environ.items()
            if not name.startswith(('TRUNKLINE_', 'PG', 'DATABASE_URL'))}
    shown = subprocess.run([command, 'config', 'show', '--json', '--url', 'postgresql://'],
                           check=True, stdout=subprocess.PIPE, env=bare).stdout
    return {row['name']: row for row in json.loads(shown) if row['kind'] == 'trunkline'}


def compare(manual, table):
    for name in sorted(table.keys() - manual.keys()):
        yield f'{name} is a setting and not in the manual'
    for name in sorted(manual.keys() - table.keys()):
        yield f'{name} is in the manual and no setting'
    for name in sorted(manual.keys() & table.keys()):
        default, live = manual[name]
        if default not in (None, table[name]['value']):
            yield f'{name}: the manual says {default}, the table {table[name]["value"]}'
        if live != table[name]['live']:
            yield f'{name}: manual and table differ in whether it is live'


def main():
    page, command = Path(sys.argv[1]), sys.argv[2]
    if not os.access(command, os.X_OK):
        print(f'{command} is not built')
        sys.exit(SKIPPED)
    wrong = list(compare(read_manual(page), read_table(command)))
    for line in wrong:
        print(f'{page}: {line}')
    sys.exit(1 if wrong else 0)


main()

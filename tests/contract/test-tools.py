#!/usr/bin/env -S python3 -B
"""test-tools.py ROOT: each tool that keeps the house in order is seen to complain.

For each case the tree is copied, one thing is broken in the copy, and the tool must end with 1 and
name it, having said nothing of it before.
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PARTS = ('tools', 'include', 'src', 'tests')

DOC = '''/**
 * Does it.
 *
 * @param n  a number
 * @return TL_OK, or
 *         TL_ERR_NOMEM  no memory
 * @threads any thread
 * @since 0.1
 */
'''
PROTO = 'TL_EXPORT TL_MUST_CHECK int tl_probe(int n);\n'


def header(body):
    return ('#ifndef TL_PROBE_H\n#define TL_PROBE_H\n#include <trunkline/error.h>\n'
            f'TL_BEGIN_DECLS\n\n{body}\nTL_END_DECLS\n#endif\n')


def documented(old, new):
    """A header whose comment is right but for one thing."""
    assert old in DOC + PROTO
    return header((DOC + PROTO).replace(old, new))


WAIT = 'sleep'  # not written as a call, or this file would be found
PROBE = 'include/trunkline/probe.h'
LONG = 'int tl__long(int n);\nint tl__long(int n)\n{\n' + '    n++;\n' * 90 + '    return n;\n}\n'
TANGLED = ('int tl__knot(int n);\nint tl__knot(int n)\n{\n'
           + ''.join(f'    if (n == {i})\n        return {i + 1};\n' for i in range(25))
           + '    return n;\n}\n')

# (tool, file, what is written to it, what the tool must say)
WRITTEN = [
    ('check-layers', 'src/base/probe.c', '#include "pool/settings.h"\n',
     'src/base/probe.c:1: base may not include "pool/settings.h"'),
    ('check-layers', 'src/pool/probe.c', '\n#include <libpq-fe.h>\n',
     'src/pool/probe.c:2: only wire/ may include <libpq-fe.h>'),
    ('check-layers', 'src/cli/probe.c', '#include "base/alloc.h"\n',
     'cli may not include "base/alloc.h"'),
    ('check-layers', 'src/pool/probe.c', '#include "../base/alloc.h"\n', 'climbs out of its folder'),
    ('check-layers', 'src/pool/probe.c', '#include "base/probe.h"\n', 'there is no src/base/probe.h'),
    ('check-layers', 'src/pool/probe.h', '#include "base/alloc.h"\n#include <trunkline/pool.h>\n',
     'src/pool/probe.h:2: <trunkline/pool.h> comes after a private header'),
    ('check-layers', 'src/engine/engine.h', '#pragma once\n',
     'does not include its public header <trunkline/engine.h>'),
    ('check-layers', 'src/attic/probe.c', 'int tl__probe;\n', 'attic/ is not in tools/layers'),
    ('check-layers', 'src/engine/probe.c', '#include <trunkline/serve.h>\n', 'not of libtrunkline'),
    ('check-layers', PROBE, '#include <libpq-fe.h>\n', 'a public header may not include libpq-fe.h'),
    ('check-layers', 'tools/layers', 'base public pool\npool public base\n',
     'tools/layers:1: base stands below pool'),
    ('check-docs', PROBE, header(PROTO), 'tl_probe: no /** comment'),
    ('check-docs', PROBE, header(DOC + '\n' + PROTO), 'tl_probe: no /** comment'),
    ('check-docs', PROBE, documented('int n)', 'int n, int m)'), 'parameter m is not in @param'),
    ('check-docs', PROBE, documented('@param n', '@param m'), '@param m: there is no such parameter'),
    ('check-docs', PROBE, documented('  a number', ''), '@param n says nothing'),
    ('check-docs', PROBE, documented('@return TL_OK, or', 'TL_OK, or'), '@return is missing'),
    ('check-docs', PROBE, documented('TL_MUST_CHECK int', 'void'), 'but nothing is returned'),
    ('check-docs', PROBE, documented(' *         TL_ERR_NOMEM  no memory\n', ''),
     'names neither a status'),
    ('check-docs', PROBE, documented('TL_ERR_NOMEM', 'TL_ERR_MOON'),
     'TL_ERR_MOON is not in TL_STATUS_LIST'),
    ('check-docs', PROBE, documented('Does it', 'Does tl_that()'), 'tl_that() does not exist'),
    ('check-docs', PROBE, documented('any thread', 'some threads'), '@threads some threads'),
    ('check-docs', PROBE, documented(' * @threads any thread\n', ''), '@threads is missing'),
    ('check-docs', PROBE, documented(' * @since 0.1\n', ''), '@since is missing'),
    ('check-headers', PROBE, 'size_t probe(void);\n', 'include/trunkline/probe.h: gcc -std=c11'),
    ('check-headers', PROBE, '#include <stddef.h>\nvoid probe(size_t class);\n', 'g++ -std=c++17'),
    ('check-exports', PROBE, header(DOC + PROTO), 'tl_probe is not in trunkline.map'),
    ('check-exports', 'src/trunkline.map', 'X { global: tl_probe; local: *; };\n',
     'src/trunkline.map:1: tl_probe is in no header'),
    ('check-exports', 'src/trunkline.map', 'X { global: tl_version; };\n', 'has no "local: *;"'),
    ('check-functions', 'src/pool/probe.c', LONG, 'src/pool/probe.c:2: tl__long has'),
    ('check-functions', 'src/pool/probe.c', TANGLED, 'tl__knot has complexity 26'),
    ('check-functions', 'src/pool/probe.c', 'void *f(void);\nvoid *f(void)\n{\n    return malloc(1);\n}\n',
     'src/pool/probe.c:4: malloc() is banned here; use tl__alloc'),
    ('check-functions', 'src/serve/probe.c', '/* */ int a = sprintf(b, "x");\n', 'sprintf() is banned'),
    ('check-functions', 'tests/unit/probe.c', f'\nint a = {WAIT}(1);\n',
     f'tests/unit/probe.c:2: {WAIT}() in a test'),
    ('check-functions', 'src/pool/probe.txt', 'look at ' + '/' + 'work/main\n',
     'src/pool/probe.txt:1: names /' + 'work'),
]

# (what the library holds, what check-symbols must say)
BUILT = [
    ('#include <stdlib.h>\nvoid tl__f(void);\nvoid tl__f(void) { exit(1); }', 'uses exit, which ends'),
    ('#include <stdio.h>\nvoid tl__f(int n);\nvoid tl__f(int n) { printf("%d", n); }',
     'uses printf, which prints'),
    ('#include <stdlib.h>\nvoid *tl__f(void);\nvoid *tl__f(void) { return malloc(9); }',
     'probe.o uses malloc; the heap is reached through base/alloc'),
    ('int probe(void);\nint probe(void) { return 1; }', 'probe.o defines probe; global names'),
]


def copy_tree(root, target):
    for part in PARTS:
        shutil.copytree(root / part, target / part, ignore=shutil.ignore_patterns('__pycache__'))
    for folder in (path for path in (target / 'src').rglob('*') if path.is_dir()):
        for source in sorted(folder.glob('*.c'))[2:]:  # two of each folder tell as much as all
            source.unlink()
    subprocess.run(['git', 'init', '-q', target], check=True)


def ask(tree, tool, *arguments):
    done = subprocess.run([tree / 'tools' / tool, *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def judge(case, before, code, said, expected):
    """Prints a line for the case; gives whether the tool did its duty."""
    good = code == 1 and expected in said and expected not in before
    print(f'{"ok" if good else "NOT OK"} {case}: {expected}')
    if not good:
        print(f'  exit code {code}; it said:\n{said}')
    return good


def test_written(tree, before, tool, name, text, expected):
    path = tree / name
    old = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    code, said = ask(tree, tool)
    path.unlink()
    if old is not None:
        path.write_bytes(old)
    elif not any(path.parent.iterdir()):
        path.parent.rmdir()
    return judge(tool, before, code, said, expected)


def build(tree, text):
    source, archive = tree / 'probe.c', tree / 'libprobe.a'
    source.write_text(text + '\n')
    archive.unlink(missing_ok=True)
    subprocess.run(['cc', '-c', '-O1', source, '-o', tree / 'probe.o'], check=True)
    subprocess.run(['ar', 'rc', archive, tree / 'probe.o'], check=True)
    return archive


def test_built(tree, text, expected):
    code, said = ask(tree, 'check-symbols', tree, build(tree, text))
    return judge('check-symbols', '', code, said, expected)


def test_library(tree):
    """A shared library that exports one name, and not the right one."""
    build(tree, 'int tl_probe(void);\nint tl_probe(void) { return 1; }')
    library = tree / 'libtrunkline.so'
    subprocess.run(['cc', '-shared', tree / 'probe.o', '-o', library], check=False,
                   stderr=subprocess.DEVNULL)
    code, said = ask(tree, 'check-exports', tree, library)
    return [judge('check-exports', '', code, said, expected)
            for expected in ('tl_probe is exported and not in the map',
                             'tl_version is in the map and not in the library')]


def main():
    root = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        copy_tree(root, tree)
        before = {tool: ask(tree, tool)[1] for tool in {case[0] for case in WRITTEN}}
        results = [test_written(tree, before[case[0]], *case) for case in WRITTEN]
        results += [test_built(tree, *case) for case in BUILT]
        results += test_library(tree)
    print(f'{sum(results)} of {len(results)} complaints heard')
    sys.exit(0 if all(results) else 1)


main()

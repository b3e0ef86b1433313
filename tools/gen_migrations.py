#!/usr/bin/env python3
"""Embeds migrations/NNNN_what.{sqlite,postgres}.{up,down}.sql as C:
gen_migrations.py DIR OUT.c DEPFILE. All four files of a number must be there."""
import os
import re
import sys


def c_string(text):
    quoted = (line.replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n"))
    return "\n    ".join(f'"{line}\\n"' for line in quoted)


def main():
    folder, out, depfile = sys.argv[1:4]
    names = sorted({f.split(".")[0] for f in os.listdir(folder) if f.endswith(".sql")})
    files, rows = [], []
    for i, name in enumerate(names):
        if not re.fullmatch(r"\d{4}_[a-z_]+", name) or int(name[:4]) != i + 1:
            sys.exit(f"gen_migrations: {name}: numbers go 0001, 0002, … without gaps")
        texts = {}
        for way in ("up", "down"):
            for engine in ("sqlite", "postgres"):
                path = os.path.join(folder, f"{name}.{engine}.{way}.sql")
                files.append(path)
                try:
                    texts[way, engine] = open(path, encoding="utf-8").read()
                except FileNotFoundError:
                    sys.exit(f"gen_migrations: {path} is missing")
        rows.append(f'{{.number = {i + 1}, .name = "{name}",\n'
                    f'.up = {{{c_string(texts["up", "sqlite"])},\n{c_string(texts["up", "postgres"])}}},\n'
                    f'.down = {{{c_string(texts["down", "sqlite"])},\n'
                    f'{c_string(texts["down", "postgres"])}}}}},\n')
    with open(out, "w", encoding="utf-8") as f:
        f.write('/* Made from migrations/ by tools/gen_migrations.py. */\n#include "store/migrate.h"\n\n'
                "const struct migration migrations[] = {\n" + "".join(rows) + "};\n"
                "const size_t migration_count = sizeof migrations / sizeof *migrations;\n")
    with open(depfile, "w", encoding="utf-8") as f:
        f.write(f"{out}: {' '.join(files)} {folder}\n")


if __name__ == "__main__":
    main()

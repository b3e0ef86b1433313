#!/usr/bin/env python3
"""Embeds the files of a folder as C: src/http/pages.h.

usage: tools/embed.py WEBDIR OUT DEPFILE
DEPFILE names every file and folder read, so that the build runs this again
when one of them changes.
"""
import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8", ".json": "application/json",
    ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/vnd.microsoft.icon",
    ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


def literal(data):
    lines = []
    for at in range(0, len(data), 24):
        lines.append("    " + ", ".join(str(b) for b in data[at:at + 24]) + ",")
    return "\n".join(lines) or "    0,"


def main():
    folder, out, depfile = (pathlib.Path(a) for a in sys.argv[1:4])
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    unknown = [str(p) for p in files if p.suffix not in TYPES]
    if unknown:
        sys.exit(f"embed: no content type for {', '.join(unknown)}")
    text = ["/* Made by tools/embed.py from web/. */", '#include "http/pages.h"', ""]
    rows = []
    for i, path in enumerate(files):
        data = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        text += [f"/* {name} */", f"static const unsigned char page_{i}[] = {{", literal(data), "};"]
        digest = hashlib.sha256(data).hexdigest()[:16]
        rows.append(f'    {{"{name}", "{TYPES[path.suffix]}", page_{i}, {len(data)}, "{digest}"}},')
    text += ["", "const struct page pages[] = {", *rows, "};",
             f"const size_t page_count = {len(files)};", ""]
    out.write_text("\n".join(text))
    seen = [folder, *(p for p in folder.rglob("*") if p.is_dir()), *files]
    depfile.write_text(f"{out}: " + " ".join(str(p).replace(" ", "\\ ") for p in seen) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Embeds the files of folders as C: src/http/pages.h. An asset is also known by
a name with the hash of its content, which pages link to: "/assets/style.css" in
a page or a service worker becomes "/assets/style.0123456789abcdef.css", so that
browsers may keep it for ever. What becomes smaller by it is kept packed as well.

usage: tools/embed.py OUT DEPFILE FOLDER...
DEPFILE names every file and folder read, so that the build runs this again
when one of them changes.
"""
import gzip
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


def digest_of(data):
    return hashlib.sha256(data).hexdigest()[:16]


def hashed(name, data):
    path = pathlib.PurePosixPath(name)
    return path.with_suffix(f".{digest_of(data)}{path.suffix}").as_posix()


def read(folders):
    """Name to content of every file; no two may have one name."""
    content, seen = {}, []
    for folder in folders:
        seen += [folder, *(p for p in folder.rglob("*") if p.is_dir())]
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.name.startswith("."):
                continue
            name = path.relative_to(folder).as_posix()
            if path.suffix not in TYPES:
                sys.exit(f"embed: no content type for {path}")
            if name in content:
                sys.exit(f"embed: two files are called {name}")
            content[name] = path.read_bytes()
            seen.append(path)
    return content, seen


def link(content):
    """Pages first, then workers: a worker names pages only by their paths."""
    for name in content:
        if name.endswith((".html", "-sw.js")):
            for asset, data in content.items():
                content[name] = content[name].replace(
                    f'"/assets/{asset}"'.encode(), f'"/assets/{hashed(asset, data)}"'.encode())


def main():
    out, depfile, *folders = (pathlib.Path(a) for a in sys.argv[1:])
    content, seen = read(folders)
    link(content)
    text = ["/* Made by tools/embed.py from web/. */", '#include "http/pages.h"', ""]
    rows = []
    for i, (name, data) in enumerate(sorted(content.items())):
        packed = gzip.compress(data, 9, mtime=0)
        text += [f"/* {name} */", f"static const unsigned char page_{i}[] = {{", literal(data), "};"]
        gz = "NULL, 0"
        if len(packed) < len(data) * 9 // 10:
            text += [f"static const unsigned char packed_{i}[] = {{", literal(packed), "};"]
            gz = f"packed_{i}, {len(packed)}"
        rows.append(f'    {{"{name}", "{hashed(name, data)}", '
                    f'"{TYPES[pathlib.PurePosixPath(name).suffix]}", '
                    f'page_{i}, {len(data)}, {gz}, "{digest_of(data)}"}},')
    text += ["", "const struct page pages[] = {", *rows, "};",
             f"const size_t page_count = {len(content)};", ""]
    out.write_text("\n".join(text))
    depfile.write_text(f"{out}: " + " ".join(str(p).replace(" ", "\\ ") for p in seen) + "\n")


if __name__ == "__main__":
    main()

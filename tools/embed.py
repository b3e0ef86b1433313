#!/usr/bin/env python3
"""Embeds the files of a folder as C: src/http/pages.h. An asset is also known by
a name with the hash of its content, which pages link to: "/assets/style.css" in
a page becomes "/assets/style.0123456789abcdef.css", so that browsers may keep it
for ever.

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


def digest_of(data):
    return hashlib.sha256(data).hexdigest()[:16]


def hashed(path, folder, data):
    return path.relative_to(folder).with_suffix(f".{digest_of(data)}{path.suffix}").as_posix()


def main():
    folder, out, depfile = (pathlib.Path(a) for a in sys.argv[1:4])
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    unknown = [str(p) for p in files if p.suffix not in TYPES]
    if unknown:
        sys.exit(f"embed: no content type for {', '.join(unknown)}")
    content = {p: p.read_bytes() for p in files}
    for page in files:
        if page.suffix == ".html":
            for asset in files:
                name = asset.relative_to(folder).as_posix()
                content[page] = content[page].replace(
                    f'"/assets/{name}"'.encode(),
                    f'"/assets/{hashed(asset, folder, content[asset])}"'.encode())
    text = ["/* Made by tools/embed.py from web/. */", '#include "http/pages.h"', ""]
    rows = []
    for i, path in enumerate(files):
        data = content[path]
        name = path.relative_to(folder).as_posix()
        text += [f"/* {name} */", f"static const unsigned char page_{i}[] = {{", literal(data), "};"]
        rows.append(f'    {{"{name}", "{hashed(path, folder, data)}", "{TYPES[path.suffix]}", '
                    f'page_{i}, {len(data)}, "{digest_of(data)}"}},')
    text += ["", "const struct page pages[] = {", *rows, "};",
             f"const size_t page_count = {len(files)};", ""]
    out.write_text("\n".join(text))
    seen = [folder, *(p for p in folder.rglob("*") if p.is_dir()), *files]
    depfile.write_text(f"{out}: " + " ".join(str(p).replace(" ", "\\ ") for p in seen) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Bundles the pages of web/ with esbuild, once for all build folders: a bundle
is kept under a hash of everything it is made of, in web/node_modules/.cache.
The first run installs what web/package-lock.json says; after that nothing is
fetched, and without a change in web/ neither npm nor node is started.

usage: tools/bundle.py WEBDIR OUTDIR STAMP DEPFILE
OUTDIR gets the bundle, STAMP its hash. DEPFILE names what the bundle is made of.
"""
import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import sys

KEPT = 5  # bundles, so that going back and forth between branches is quick


def digest(root, files):
    h = hashlib.sha256()
    for f in files:
        h.update(f.relative_to(root).as_posix().encode() + b"\0" + f.read_bytes() + b"\0")
    return h.hexdigest()[:32]


def run(web, *command):
    done = subprocess.run(command, cwd=web, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"bundle: {' '.join(map(str, command))}:\n{done.stdout}")


def install(web):
    """npm ci, when what is installed is not what the lock says."""
    modules = web / "node_modules"
    stamp = modules / ".installed"
    wanted = digest(web, [web / "package.json", web / "package-lock.json"])
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    if not shutil.which("npm"):
        sys.exit("bundle: npm is missing; tools/setup.sh run installs it")
    run(web, "npm", "ci", "--no-audit", "--no-fund")
    stamp.write_text(wanted)


def bundle(web, files):
    """The folder with the bundle of these files; made when there is none."""
    cache = web / "node_modules" / ".cache" / "bundles"
    made = cache / digest(web, files)
    if made.is_dir():
        return made
    install(web)
    cache.mkdir(parents=True, exist_ok=True)
    fresh = cache / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    run(web, "node", "build.mjs", fresh.resolve())
    fresh.rename(made)
    for old in sorted(cache.iterdir(), key=lambda p: p.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old)
    return made


def main():
    web, out, stamp, depfile = (pathlib.Path(a) for a in sys.argv[1:5])
    sources = sorted(p for p in (web / "src").rglob("*")
                     if p.is_file() and not p.name.endswith(".gen.ts"))
    files = [web / "package.json", web / "package-lock.json", web / "build.mjs", *sources]
    # Build folders made at the same time wait for each other.
    with open(web / "package-lock.json", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = bundle(web, files)
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(made, out)
    stamp.write_text(made.name + "\n")
    seen = [*files, web / "src", *(p for p in (web / "src").rglob("*") if p.is_dir())]
    depfile.write_text(f"{stamp}: " + " ".join(str(p).replace(" ", "\\ ") for p in seen) + "\n")


if __name__ == "__main__":
    main()

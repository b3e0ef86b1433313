#!/usr/bin/env python3
"""Source check: what the compiler does not see of the house's rules.

usage: tools/check_source.py [--strict]
Prints file:line: error|warning: what. Errors fail; with --strict warnings do too.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLICES = {p.parent.name for p in ROOT.glob("src/*/meson.build")} - {
    "base", "store", "http", "auth", "exec", "cli"}
FILE_ERROR, FILE_WARNING = 500, 400
FUNCTION_ERROR, FUNCTION_WARNING = 100, 60
BANNED = {
    "sprintf": "snprintf or buf_printf", "vsprintf": "vsnprintf", "strcpy": "struct str",
    "strcat": "struct buf", "strncpy": "struct str", "strncat": "struct buf", "gets": "fgets",
    "strtok": "str_cut", "strtok_r": "str_cut", "atoi": "strtoll with a check",
    "atol": "strtoll with a check", "atof": "strtod with a check", "alloca": "the arena",
    "localtime": "zone.h", "gmtime": "clock.h", "ctime": "clock.h", "asctime": "clock.h",
    "rand": "libsodium", "srand": "libsodium", "tmpnam": "mkstemp", "mktemp": "mkstemp",
}
BANNED_CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')
DRIVERS = {"sqlite3.h": "store", "libpq-fe.h": "store", "microhttpd.h": "http"}
COMMENT_START = {".c": ("/*", "//"), ".h": ("/*", "//"), ".cc": ("/*", "//"), ".sql": ("--",),
                 ".py": ('"""', "#", 'r"""'), ".sh": ("#",), ".mjs": ("//", "/*", "#!"),
                 ".ts": ("//", "/*"), ".tsx": ("//", "/*"), ".css": ("/*",), ".lua": ("--",)}
# A variable of file scope: no parenthesis before "=", ";" or "[".
VARIABLE = re.compile(r"^(?:static\s+)?(?:_Thread_local\s+|_Atomic\s+|volatile\s+)*"
                      r"(?!typedef\b|extern\b|return\b|(?:struct|union|enum)\s+\w+\s*[;{])"
                      r"[A-Za-z_][\w\s]*?[\s*]+\w+\s*(?:\[[^;=]*\])?\s*(?:=|;)")

problems = []


def say(kind, path, line, text):
    problems.append((kind, str(path.relative_to(ROOT)), line, text))


def without_comments(text):
    """The same lines with comments and the insides of literals blanked."""
    def blank(m):
        s = m.group(0)
        if s[0] == "/":
            return re.sub(r"[^\n]", " ", s)
        return s[0] + re.sub(r"[^\n]", " ", s[1:-1]) + s[0]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)


def check_functions(path, lines):
    """clang-format puts a function's braces alone in the first column."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            length = number - start - 1
            if length > FUNCTION_ERROR:
                say("error", path, start, f"function of {length} lines")
            elif length > FUNCTION_WARNING:
                say("warning", path, start, f"function of {length} lines")
            start = None


def check_globals(path, raw, lines):
    """State belongs into a struct that is passed. An exception says
    `global: why` in a comment on its line or the one above."""
    depth = 0
    for number, line in enumerate(lines, 1):
        if depth == 0 and not line.startswith(("#", " ", "\t", "}")) and VARIABLE.match(line):
            head = line.split("=")[0]
            constant = "constexpr" in head or (
                re.search(r"\bconst\b", head) and ("*" not in head or re.search(r"\*\s*const\b", head)))
            # What pthread_once(3) needs can be nowhere else.
            excused = re.search(r"\bpthread_(once|key)_t\b", head) or any(
                "global:" in t for t in raw[max(0, number - 2):number])
            if not constant and not excused:
                say("error", path, number, "mutable global: " + head.strip())
        depth += line.count("{") - line.count("}")


def check_includes(path, raw):
    folder = path.parent.name
    for number, line in enumerate(raw, 1):
        m = INCLUDE.match(line)
        if not m:
            continue
        name = m.group(1)
        home = DRIVERS.get(name)
        if home and folder != home:
            say("error", path, number, f"{name} is for src/{home} only")
        parts = name.split("/")
        target = parts[0] if len(parts) > 1 else None
        if target and target != folder and name.endswith("_priv.h"):
            say("error", path, number, f"{name} is private to src/{target}")
        if name.endswith(".sql.h") and len(parts) == 1 and name[:-6] in SLICES:
            if name[:-6] != folder and not path.stem.endswith("_test"):
                say("error", path, number, f'include "{name[:-6]}/{name[:-6]}.h" instead of {name}')
            continue
        if target in SLICES and target != folder:
            if folder in ("base", "store", "http"):
                say("error", path, number, f"src/{folder} includes the slice {target}")
            elif parts[1].endswith("_world.h") and path.stem.endswith(("_test", "_world")):
                pass  # the world of one slice's tests is what another's stand on
            elif folder in SLICES and parts[1] != target + ".h":
                say("error", path, number, f"other slices see src/{target} by {target}/{target}.h only")
        if folder == "base" and len(parts) > 1 and (ROOT / "src" / name).exists() and target != "base":
            say("error", path, number, f"src/base includes {name}")


def check_c(path, text, raw):
    lines = without_comments(text).split("\n")
    check_functions(path, lines)
    check_includes(path, raw)
    if not path.stem.endswith("_test"):
        check_globals(path, raw, lines)
    for number, line in enumerate(lines, 1):
        for m in BANNED_CALL.finditer(line):
            say("error", path, number, f"{m.group(1)}: use {BANNED[m.group(1)]}")


def check_file(path):
    starts = COMMENT_START.get(path.suffix)
    if starts is None or not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    raw = text.split("\n")
    if len(raw) - 1 > FILE_WARNING:
        kind = "error" if len(raw) - 1 > FILE_ERROR else "warning"
        say(kind, path, FILE_WARNING + 1, f"file of {len(raw) - 1} lines")
    first = text.lstrip()
    if first.startswith("#!") and path.suffix != ".mjs":
        first = first.split("\n", 1)[1].lstrip() if "\n" in first else ""
    if text.strip() and not first.startswith(starts) and ".down." not in path.name:
        say("error", path, 1, "no comment at the top that says what the file is for")
    for number, line in enumerate(raw, 1):
        if UNFINISHED.search(line):
            say("error", path, number, "unfinished: " + line.strip())
    if path.suffix in (".c", ".h", ".cc") and "src" in path.parts:
        check_c(path, text, raw)


def main():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        check_file(ROOT / name)
    errors = [p for p in problems if p[0] == "error" or "--strict" in sys.argv]
    for kind, name, line, text in problems:
        print(f"{name}:{line}: {kind}: {text}")
    print(f"source check: {len(errors)} errors, {len(problems) - len(errors)} warnings")
    return 1 if errors else 0


sys.exit(main())

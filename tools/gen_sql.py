#!/usr/bin/env python3
"""Makes typed C of a slice's .sql: gen_sql.py IN.sql OUTDIR -> IN.sql.h, IN.sql.c.

The syntax is described in CONTRIBUTING.md. Everything that is wrong is said
with file and line, and nothing is written then.
"""
import os
import re
import sys

TYPES = {"uuid": ("struct uuid", "SQL_UUID", "id"), "text": ("struct str", "SQL_TEXT", "text"),
         "int": ("int64_t", "SQL_INT", "i"), "bool": ("bool", "SQL_BOOL", "b"),
         "time": ("int64_t", "SQL_TIME", "i"), "date": ("int64_t", "SQL_DATE", "i"),
         "json": ("struct str", "SQL_JSON", "text"), "blob": ("struct str", "SQL_BLOB", "text")}
KINDS = {"one": "STMT_ONE", "many": "STMT_MANY", "count": "STMT_COUNT", "made": "STMT_MADE",
         "effect": "STMT_EFFECT"}
ENGINES = ("sqlite", "postgres")
REFUSED = [(r"::", "'::' is PostgreSQL's alone; use CAST"),
           (r"\bnow\s*\(", "times come as parameters"),
           (r"\bcurrent_(timestamp|date|time)\b", "times come as parameters"),
           (r"\bgen_random_uuid\b|\brandom\s*\(|\bnextval\b", "values come as parameters"),
           (r"\bOR\s+ROLLBACK\b", "OR ROLLBACK ends the transaction of others"),
           (r"\bFOR\s+(UPDATE|SHARE)\b", "write /*for update*/: SQLite has no such words")]
# Refused where one body serves both engines.
UNLIKE = [(r"\b(ilike|string_agg|group_concat|strftime|to_char|interval|glob)\b",
           "only one engine has it; give two bodies")]
HINTS = {"for update": "FOR UPDATE", "for share": "FOR SHARE",
         "skip locked": "FOR UPDATE SKIP LOCKED"}
MOST_PARAMS = 64  # PG_PARAMS in store/postgres_priv.h
KEYWORDS = set("asm auto bool break case char const continue default do double else enum extern "
               "false float for goto if inline int long register restrict return short signed "
               "sizeof static struct switch true typedef union unsigned void volatile while".split())
# Names of the generated functions themselves.
OWN = {"one": {"tx", "values", "out"}, "many": {"tx", "values", "rows", "n", "v", "rc"},
       "count": {"tx", "values"}, "made": {"tx", "values"}, "effect": {"tx", "values"}}
BEGINS = re.compile(r"^--\s+(row\s+)?[a-z][a-z0-9_]*\s*(struct\s+)?\(")
HEAD = re.compile(r"^--\s+([a-z][a-z0-9_]*)\s+(struct\s+)?\((.*?)\)\s*->\s*"
                  r"(one|many|count|made|effect)\b\s*(\([^)]*\)|(?!sqlite\b|postgres\b)[a-z][a-z0-9_]*)?\s*"
                  r"(sqlite|postgres)?\s*$")
ROW = re.compile(r"^--\s+row\s+([a-z][a-z0-9_]*)\s*\((.*)\)\s*$")
HEAD_LINES = 12  # most lines of a signature


class Bad(Exception):
    pass


class Column:
    def __init__(self, text, where):
        m = re.fullmatch(r"\s*([a-z][a-z0-9_]*)\s*:\s*([a-z]+)(\?)?\s*", text)
        if not m or m.group(2) not in TYPES:
            raise Bad(f"{where}: '{text.strip()}' is no 'name: type' of {', '.join(TYPES)}")
        self.name, self.type, self.nullable = m.group(1), m.group(2), bool(m.group(3))
        if self.type == "bool" and self.nullable:
            raise Bad(f"{where}: {self.name}: a bool is never NULL")
        if self.name in KEYWORDS:
            raise Bad(f"{where}: '{self.name}' is a word of C; find another name")
        self.c, self.sql, self.member = TYPES[self.type]


class Statement:
    """A name with its signature, and a text for each engine."""

    def __init__(self, head, comment, where):
        self.name, self.struct = head.group(1), bool(head.group(2))
        self.params = columns(head.group(3), where)
        self.kind, self.result, self.engine = head.group(4), head.group(5), head.group(6)
        self.comment, self.where, self.bodies, self.row = comment, where, {}, None
        self.across = any(c.startswith("across companies:") for c in comment)
        taken = [p.name for p in self.params if p.name in OWN[self.kind] and not self.struct]
        if taken:
            raise self.bad(f"'{taken[0]}' is a name of the generated function's own")
        if len(self.params) > MOST_PARAMS:
            raise self.bad(f"more than {MOST_PARAMS} parameters")

    def bad(self, why):
        return Bad(f"{self.where}: {self.name}: {why}")

    def signature(self):
        return [(p.name, p.type, p.nullable) for p in self.params], self.kind, self.row, self.struct


def columns(text, where):
    made = [Column(part, where) for part in text.split(",")] if text.strip() else []
    names = [c.name for c in made]
    for name in names:
        if names.count(name) > 1:
            raise Bad(f"{where}: '{name}' twice")
    return made


def strip_comments(sql):
    return re.sub(r"--[^\n]*", "", sql)


def check_company(st):
    """company_id = $1 is the first thing that a statement is about."""
    if st.across:
        return
    if not st.params or st.params[0].name != "company" or st.params[0].type != "uuid":
        raise st.bad("the first parameter is company: uuid (or say '-- across companies: why')")
    for engine, sql in st.bodies.items():
        flat = re.sub(r"\s+", " ", strip_comments(sql))
        insert = re.match(r"\s*INSERT (?:OR \w+ )?INTO \w+ \(company_id\b.*?\) "
                          r"(?:VALUES \(\$1\b|SELECT \$1\b)", flat, re.I)
        if not insert and not re.search(r"\bcompany_id = \$1(?!\d)", flat):
            raise st.bad(f"no company_id = $1 in its {engine} text")


def check_body(st):
    alike = st.bodies["sqlite"] == st.bodies["postgres"]
    for sql in st.bodies.values():
        flat = strip_comments(sql)
        for hint in re.findall(r"/\*(.*?)\*/", flat, re.S):
            if hint not in HINTS:
                raise st.bad(f"/*{hint}*/ is none of {', '.join(HINTS)}")
        bare = re.sub(r"'[^']*'", "''", re.sub(r"/\*.*?\*/", " ", flat))
        for pattern, why in REFUSED + (UNLIKE if alike else []):
            if re.search(pattern, bare, re.I):
                raise st.bad(why)
        used = {int(n) for n in re.findall(r"\$(\d+)", bare)}
        if used != set(range(1, len(st.params) + 1)):
            raise st.bad(f"{len(st.params)} parameters, but its text uses {sorted(used)}")
        if ";" in bare:
            raise st.bad("more than one statement")


class File:
    """A .sql file while it is read, line by line."""

    def __init__(self, path):
        self.path, self.at = path, 0
        with open(path, encoding="utf-8") as f:
            self.lines = f.read().split("\n")
        self.rows, self.statements, self.comment = {}, {}, []

    def where(self):
        return f"{self.path}:{self.at + 1}"

    def signature(self):
        """The match of a row or statement at this line, which may go on over the next ones."""
        joined, last = self.lines[self.at], self.at
        if BEGINS.match(joined):
            while not (ROW.match(joined) or HEAD.match(joined)) and last + 1 < len(self.lines) \
                    and self.lines[last + 1].startswith("--") and last - self.at < HEAD_LINES:
                last += 1
                joined += " " + self.lines[last].lstrip("-").strip()
        return ROW.match(joined), HEAD.match(joined), last + 1

    def body(self, st):
        body = []
        while self.at < len(self.lines):
            text = self.lines[self.at]
            if HEAD.match(text) or ROW.match(text):
                break
            self.at += 1
            if not body and re.match(r"^--\s*across companies:", text):
                st.across = True
                continue
            body.append(text)
            if strip_comments(text).rstrip().endswith(";"):
                return "\n".join(body).strip()[:-1]
        raise st.bad("no ';' at its end")

    def find_row(self, st):
        if st.kind not in ("one", "many"):
            if st.result:
                raise st.bad(f"-> {st.kind} takes no row")
        elif not st.result:
            raise st.bad(f"-> {st.kind} needs a row")
        elif st.result.startswith("("):
            st.row = st.name + "_row"
            self.rows.setdefault(st.row, (columns(st.result[1:-1], st.where), []))
        elif st.result in self.rows:
            st.row = st.result
        else:
            raise st.bad(f"no row {st.result}")

    def statement(self, head, after):
        st = Statement(head, self.comment, self.where())
        self.comment, self.at = [], after
        self.find_row(st)
        sql = self.body(st)
        known = self.statements.setdefault(st.name, st)
        if known.signature() != st.signature():
            raise st.bad("two bodies, two signatures")
        known.across = known.across or st.across
        for engine in [st.engine] if st.engine else ENGINES:
            if engine in known.bodies:
                raise st.bad(f"twice for {engine}")
            known.bodies[engine] = sql

    def read(self):
        while self.at < len(self.lines):
            line = self.lines[self.at]
            row, head, after = self.signature()
            if not line.strip():
                self.comment = []
                self.at += 1
            elif row:
                if row.group(1) in self.rows:
                    raise Bad(f"{self.where()}: row {row.group(1)} twice")
                self.rows[row.group(1)] = (columns(row.group(2), self.where()), self.comment)
                self.comment, self.at = [], after
            elif head:
                self.statement(head, after)
            elif line.startswith("--"):
                self.comment.append(line.lstrip("-").strip())
                self.at += 1
            else:
                raise Bad(f"{self.where()}: SQL without a name above it")


def parse(path):
    file = File(path)
    file.read()
    for st in file.statements.values():
        if set(st.bodies) != set(ENGINES):
            raise st.bad("a body for one engine only")
        check_body(st)
        check_company(st)
    return file.rows, list(file.statements.values())


def text_for(engine, sql):
    sql = re.sub(r"--[^\n]*", "", sql)
    if engine == "sqlite":
        sql = re.sub(r"\$(\d+)", r"?\1", re.sub(r"/\*.*?\*/", "", sql))
    else:
        sql = re.sub(r"/\*(.*?)\*/", lambda m: HINTS[m.group(1)], sql)
    return re.sub(r"\s+", " ", sql).strip()


def c_string(text):
    out, width = [], 88
    while text:
        out.append('"' + text[:width].replace("\\", "\\\\").replace('"', '\\"') + '"')
        text = text[width:]
    return "\n        ".join(out)


def signature(st):
    args = ["struct tx *tx"]
    if st.struct:
        args.append(f"const struct {st.name}_params *in")
    else:
        args += [f"{p.c} {p.name}" for p in st.params]
    if st.kind == "one":
        args.append(f"struct {st.row} *out")
    elif st.kind == "many":
        args.append(f"struct {st.row} **rows, size_t *n")
    return f"int {st.name}({', '.join(args)})"


def block(lines, indent=""):
    if not lines:
        return ""
    text = f"\n{indent} * ".join(lines)
    return f"{indent}/* {text} */\n"


def header(name, rows, statements):
    out = [f"/* Made from {name}.sql by tools/gen_sql.py. */\n#pragma once\n"
           '#include <stdbool.h>\n#include <stdint.h>\n#include "base/error.h"\n'
           '#include "base/str.h"\n#include "base/uuid.h"\n#include "store/stmt.h"\n\n'
           f"extern const struct stmt_set {name}_statements;\n"]
    for row, (cols, comment) in rows.items():
        out.append("\n" + block(comment) + f"struct {row} {{\n")
        out += [f"    {c.c} {c.name};{' /* may be NULL */' if c.nullable else ''}\n" for c in cols]
        out.append("};\n")
    for st in statements:
        if st.struct:
            out.append(f"\nstruct {st.name}_params {{\n")
            out += [f"    {p.c} {p.name};{' /* may be NULL */' if p.nullable else ''}\n"
                    for p in st.params]
            out.append("};\n")
        out.append("\n" + block(st.comment) + "MUST_CHECK " + signature(st) + ";\n")
    return "".join(out)


def source(name, rows, statements):
    out = [f'/* Made from {name}.sql by tools/gen_sql.py. */\n#include "{name}.sql.h"\n'
           "#include <stddef.h>\n"]
    for row, (cols, _) in rows.items():
        out.append(f"\nstatic const struct sql_col {row}_cols[] __attribute__((unused)) = {{\n")
        out += [f'    {{"{c.name}", {c.sql}, {str(c.nullable).lower()}, '
                f"offsetof(struct {row}, {c.name})}},\n" for c in cols]
        out.append("};\n")
    for st in statements:
        params = "NULL"
        if st.params:
            params = f"{st.name}_in"
            out.append(f"\nstatic const struct sql_col {params}[] = {{\n")
            out += [f'    {{"{p.name}", {p.sql}, {str(p.nullable).lower()}, 0}},\n'
                    for p in st.params]
            out.append("};\n")
        cols = f"{st.row}_cols, {len(rows[st.row][0])}, sizeof(struct {st.row})" if st.row \
            else "NULL, 0, 0"
        out.append(f"\nstatic const struct stmt {st.name}_stmt = {{\n"
                   f'    "{st.name}",\n    {c_string(text_for("sqlite", st.bodies["sqlite"]))},\n'
                   f'    {c_string(text_for("postgres", st.bodies["postgres"]))},\n'
                   f"    {KINDS[st.kind]}, {params}, {len(st.params)}, {cols}}};\n")
        dot = "in->" if st.struct else ""
        values = ", ".join(f"{{.{p.member} = {dot}{p.name}}}" for p in st.params)
        args = "NULL"
        out.append(f"\n{signature(st)}\n{{\n")
        if st.params:
            out.append(f"    const union sql_value values[] = {{{values}}};\n")
            args = "values"
        call = f"tx, &{st.name}_stmt, {args}"
        if st.kind == "one":
            out.append(f"    return tx_one({call}, out);\n}}\n")
        elif st.kind == "many":
            out.append(f"    void *v = NULL;\n    int rc = tx_many({call}, &v, n);\n"
                       "    *rows = v;\n    return rc;\n}\n")
        else:
            out.append(f"    return tx_{st.kind}({call});\n}}\n")
    listed = "".join(f"    &{st.name}_stmt,\n" for st in statements)
    out.append(f"\nstatic const struct stmt *const all[] = {{\n{listed}}};\n"
               f'const struct stmt_set {name}_statements = {{"{name}", all, '
               "sizeof all / sizeof *all};\n")
    return "".join(out)


def main():
    if len(sys.argv) != 3 or not sys.argv[1].endswith(".sql"):
        sys.exit("usage: gen_sql.py IN.sql OUTDIR")
    path, outdir = sys.argv[1], sys.argv[2]
    name = os.path.basename(path)[:-len(".sql")]
    try:
        rows, statements = parse(path)
    except Bad as bad:
        sys.exit(f"gen_sql: {bad}")
    for ending, make in ((".sql.h", header), (".sql.c", source)):
        with open(os.path.join(outdir, name + ending), "w", encoding="utf-8") as f:
            f.write(make(name, rows, statements))


if __name__ == "__main__":
    main()

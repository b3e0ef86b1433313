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
KINDS = {"one": "STMT_ONE", "many": "STMT_MANY", "count": "STMT_COUNT", "effect": "STMT_EFFECT"}
ENGINES = ("sqlite", "postgres")
REFUSED = [(r"::", "'::' is PostgreSQL's alone; use CAST"),
           (r"\bnow\s*\(", "times come as parameters"),
           (r"\bcurrent_timestamp\b", "times come as parameters"),
           (r"\bgen_random_uuid\b|\brandom\s*\(|\bnextval\b", "values come as parameters"),
           (r"\bOR\s+ROLLBACK\b", "OR ROLLBACK ends the transaction of others")]
HEAD = re.compile(r"^--\s+([a-z][a-z0-9_]*)\s+(struct\s+)?\((.*?)\)\s*->\s*"
                  r"(one|many|count|effect)\b\s*(\([^)]*\)|[a-z][a-z0-9_]*)?\s*(sqlite|postgres)?\s*$")
ROW = re.compile(r"^--\s+row\s+([a-z][a-z0-9_]*)\s*\((.*)\)\s*$")


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
        self.c, self.sql, self.member = TYPES[self.type]


class Statement:
    pass


def columns(text, where):
    return [Column(part, where) for part in text.split(",")] if text.strip() else []


def strip_comments(sql):
    return re.sub(r"--[^\n]*", "", sql)


def check_company(st, where):
    """company_id = $1 is the first thing that a statement is about."""
    if st.across:
        return
    if not st.params or st.params[0].name != "company" or st.params[0].type != "uuid":
        raise Bad(f"{where}: {st.name}: the first parameter is company: uuid "
                  "(or say '-- across companies: why')")
    for engine, sql in st.bodies.items():
        flat = re.sub(r"\s+", " ", strip_comments(sql))
        insert = re.match(r"\s*INSERT (?:OR \w+ )?INTO \w+ \(company_id\b.*?\) "
                          r"(?:VALUES \(\$1\b|SELECT \$1\b)", flat, re.I)
        if not insert and not re.search(r"\bcompany_id = \$1\b", flat):
            raise Bad(f"{where}: {st.name}: no company_id = $1 in its {engine} text")


def check_body(st, where):
    for engine, sql in st.bodies.items():
        flat = strip_comments(sql)
        for pattern, why in REFUSED:
            if re.search(pattern, flat, re.I):
                raise Bad(f"{where}: {st.name}: {why}")
        used = {int(n) for n in re.findall(r"\$(\d+)", flat)}
        if used != set(range(1, len(st.params) + 1)):
            raise Bad(f"{where}: {st.name}: {len(st.params)} parameters, but its text uses "
                      f"{sorted(used)}")
        if flat.count(";"):
            raise Bad(f"{where}: {st.name}: more than one statement")


def parse(path):
    rows, statements, comment = {}, {}, []
    lines = open(path, encoding="utf-8").read().split("\n")
    at, across = 0, False

    def where():
        return f"{path}:{at + 1}"

    while at < len(lines):
        line = lines[at]
        if not line.strip():
            comment = []
            at += 1
            continue
        if not line.startswith("--"):
            raise Bad(f"{where()}: SQL without a name above it")
        # A signature may go on over several comment lines until its "->" part is complete.
        joined, last = line, at
        if re.match(r"^--\s+(row\s+)?[a-z][a-z0-9_]*\s*(struct\s+)?\(", line):
            while not (ROW.match(joined) or HEAD.match(joined)) and last + 1 < len(lines) \
                    and lines[last + 1].startswith("--") and last - at < 12:
                last += 1
                joined += " " + lines[last].lstrip("-").strip()
        row, head = ROW.match(joined), HEAD.match(joined)
        if row:
            if row.group(1) in rows:
                raise Bad(f"{where()}: row {row.group(1)} twice")
            rows[row.group(1)] = (columns(row.group(2), where()), comment)
            comment, at = [], last + 1
            continue
        if not head:
            comment.append(line.lstrip("-").strip())
            at += 1
            continue
        st = Statement()
        st.name, st.struct, st.comment = head.group(1), bool(head.group(2)), comment
        st.params = columns(head.group(3), where())
        st.kind, result, engine = head.group(4), head.group(5), head.group(6)
        st.across = any(c.startswith("across companies:") for c in comment)
        begin, comment, at = at, [], last + 1
        here = f"{path}:{begin + 1}"
        if st.kind in ("one", "many"):
            if not result:
                raise Bad(f"{here}: {st.name}: -> {st.kind} needs a row")
            if result.startswith("("):
                st.row = st.name + "_row"
                rows.setdefault(st.row, (columns(result[1:-1], here), []))
            else:
                st.row = result
                if result not in rows:
                    raise Bad(f"{here}: {st.name}: no row {result}")
        else:
            if result:
                raise Bad(f"{here}: {st.name}: -> {st.kind} takes no row")
            st.row = None
        body = []
        while at < len(lines):
            text = lines[at]
            if not body and re.match(r"^--\s*across companies:", text):
                st.across = True
                at += 1
                continue
            body.append(text)
            at += 1
            if strip_comments(text).rstrip().endswith(";"):
                break
        sql = "\n".join(body).strip()
        if not sql.endswith(";"):
            raise Bad(f"{here}: {st.name}: no ';' at its end")
        sql = sql[:-1]
        engines = [engine] if engine else list(ENGINES)
        known = statements.setdefault(st.name, st)
        if known is st:
            st.bodies = {}
        elif [(p.name, p.type) for p in known.params] != [(p.name, p.type) for p in st.params] \
                or known.kind != st.kind or known.row != st.row:
            raise Bad(f"{here}: {st.name}: two bodies, two signatures")
        known.across = known.across or st.across
        for e in engines:
            if e in known.bodies:
                raise Bad(f"{here}: {st.name}: twice for {e}")
            known.bodies[e] = sql
        known.where = here
    for st in statements.values():
        if set(st.bodies) != set(ENGINES):
            raise Bad(f"{st.where}: {st.name}: a body for one engine only")
        check_body(st, st.where)
        check_company(st, st.where)
    return rows, list(statements.values())


def text_for(engine, sql):
    sql = re.sub(r"--[^\n]*", "", sql)
    if engine == "sqlite":
        sql = re.sub(r"/\*(for update|for share|skip locked)\*/", "", sql)
        sql = re.sub(r"\$(\d+)", r"?\1", sql)
    else:
        sql = sql.replace("/*for update*/", "FOR UPDATE").replace("/*for share*/", "FOR SHARE")
        sql = sql.replace("/*skip locked*/", "FOR UPDATE SKIP LOCKED")
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

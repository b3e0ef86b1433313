#!/usr/bin/env python3
"""TypeScript types of docs/openapi.json, for the pages: an interface a schema,
and `Routes`, which maps "GET /api/customers/{id}" to what a call takes and
answers: path, query, body; data of one record, or row of a list.

usage: tools/gen_api_types.py OPENAPI OUT
"""
import json
import pathlib
import sys

SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean",
          "null": "null"}


def type_of(schema):
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(v) for v in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(type_of(s) for s in schema[several])
    kinds = schema.get("type", "object")
    return " | ".join(one_type(k, schema) for k in (kinds if isinstance(kinds, list) else [kinds]))


def one_type(kind, schema):
    if kind == "array":
        return f"({type_of(schema.get('items', {}))})[]"
    if kind == "object":
        return members(schema) if "properties" in schema else "Record<string, unknown>"
    return SIMPLE[kind]


def members(schema, indent="  "):
    required = set(schema.get("required", []))
    lines = ["{"]
    for name, part in schema["properties"].items():
        said = part.get("description", "").replace("*/", "")
        if said:
            lines.append(f"{indent}/** {said} */")
        mark = "" if name in required else "?"
        lines.append(f"{indent}{json.dumps(name)}{mark}: {type_of(part)};")
    return "\n".join([*lines, indent[2:] + "}"])


def parameters(operation, place):
    """As one object type, or None when there are none."""
    found = [p for p in operation.get("parameters", []) if p.get("in") == place]
    if not found:
        return None
    inner = "; ".join(f"{json.dumps(p['name'])}{'' if p.get('required') or place == 'path' else '?'}: "
                      f"{type_of(p['schema'])}" for p in found)
    return f"{{ {inner} }}"


def answer(operation):
    """'data: T', 'row: T' of a list, or 'data: null'."""
    for status, response in operation["responses"].items():
        if not status.startswith("2"):
            continue
        schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        data = schema.get("properties", {}).get("data")
        if data is None:
            continue
        if "meta" in schema["properties"]:
            return f"row: {type_of(data['items'])}"
        return f"data: {type_of(data)}"
    return "data: null"


def route(operation):
    parts = []
    for place in ("path", "query"):
        found = parameters(operation, place)
        if found:
            parts.append(f"{place}{'' if place == 'path' else '?'}: {found}")
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get("application/json")
    if content and not body:
        parts.append("body: Blob")
    elif body:
        parts.append(f"body{'' if operation['requestBody'].get('required') else '?'}: "
                     f"{type_of(body['schema'])}")
    return "{ " + "; ".join([*parts, answer(operation)]) + " }"


def main():
    source, out = sys.argv[1:3]
    api = json.loads(pathlib.Path(source).read_text())
    text = ["// Made by tools/gen_api_types.py from docs/openapi.json.", ""]
    for name, schema in api["components"]["schemas"].items():
        text.append(f"export interface {name} {members(schema)}\n")
    text.append("export interface Routes {")
    for path, methods in api["paths"].items():
        if not path.startswith("/api/") or path == "/api/openapi.json":
            continue
        for method, operation in methods.items():
            text.append(f"  {json.dumps(f'{method.upper()} {path}')}: {route(operation)};")
    text.append("}\n")
    pathlib.Path(out).write_text("\n".join(text))


if __name__ == "__main__":
    main()

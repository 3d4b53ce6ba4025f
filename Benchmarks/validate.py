"""Python's `jsonschema` on the event and the schema of SchemaSuite.swift: validate.py, a line of JSON a measurement."""
import json
import statistics
import time

from jsonschema import Draft202012Validator

SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "integer", "minimum": 0},
        "currency": {"type": "string", "minLength": 3, "maxLength": 3},
        "customer": {"type": "string", "pattern": "^c-[0-9]+$"},
        "note": {"type": "string", "maxLength": 1000},
    },
    "required": ["amount", "currency", "customer", "note"],
}
TEXT = json.dumps({"amount": 1999, "currency": "EUR", "customer": "c-42", "note": "n" * 120})
validator = Draft202012Validator(SCHEMA)
parsed = json.loads(TEXT)


def measure(name, call, calls=2_000, runs=7):
    values = []
    for _ in range(runs):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        values.append((time.perf_counter() - start) / calls * 1e6)
    print(json.dumps({"name": name, "unit": "us", "value": round(statistics.median(values), 4), "runs": runs}))


assert validator.is_valid(parsed) and not validator.is_valid({**parsed, "amount": -1})
measure("jsonschema.validate", lambda: list(validator.iter_errors(parsed)))
measure("jsonschema.parse_and_validate", lambda: list(validator.iter_errors(json.loads(TEXT))))

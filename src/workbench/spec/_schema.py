"""The JSON Schema of spec files, for editors that complete and validate YAML."""

from __future__ import annotations

from typing import Any

from workbench.spec._spec import Spec


def json_schema() -> dict[str, Any]:
    """Describe spec files as JSON Schema, draft 2020-12.

    Returns:
        The schema. It knows the fields and the shape of every line; that names agree with each
        other is checked when a spec is loaded.
    """
    schema = Spec.model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "workbench spec"
    schema["anyOf"] = [{"required": ["text"]}, {"required": ["existing"]}]
    # In a file an assumption may be a mere line, and an empty field may stand without a value.
    assumption = schema["properties"]["assumptions"]["items"]
    schema["properties"]["assumptions"]["items"] = {"anyOf": [{"type": "string"}, assumption]}
    return schema

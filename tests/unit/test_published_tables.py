"""What a copy is made of, read from the manifest."""

from __future__ import annotations

from typing import Any

import pytest

from dagster_project.published_tables import ForeignKey, table_definitions


def _model(name: str, *required: str, schema: str = "marts") -> dict[str, Any]:
    columns = {
        column: {
            "name": column,
            "data_type": "string",
            "description": column.title(),
            "constraints": [{"type": "not_null"}] if column in required else [],
        }
        for column in ("a", "b")
    }
    return {"resource_type": "model", "schema": schema, "alias": name, "description": name, "columns": columns}


def _test(name: str, model: str, **arguments: object) -> dict[str, Any]:
    return {
        "resource_type": "test",
        "schema": "tests",
        "attached_node": model,
        "test_metadata": {"name": name, "kwargs": arguments},
    }


def _link(model: str, parent: str) -> dict[str, Any]:
    return _test("parents_exist", model, links=[{"column": "a", "to": f"ref('{parent}')"}])


def test_the_test_of_a_tables_grain_is_its_primary_key() -> None:
    nodes = {"x": _model("x", "a", "b"), "t": _test("one_row_per", "x", key=["a", "b"])}
    assert table_definitions({"nodes": nodes})[0].primary_key == ("a", "b")


def test_a_grain_with_nulls_is_no_primary_key() -> None:
    nodes = {"x": _model("x", "a"), "t": _test("one_row_per_at_most", "x", key=["a", "b"])}
    assert table_definitions({"nodes": nodes})[0].primary_key == ()


def test_the_comment_names_the_keys_for_tools_that_do_not_know_them() -> None:
    nodes = {"a": _model("a", "b"), "b": _model("b"), "t": _link("a", "b"), "u": _test("one_row_per", "a", key=["b"])}
    assert table_definitions({"nodes": nodes})[1].comment == "a Primary key: b. a refers to marts.b."


def test_parents_come_before_their_children() -> None:
    nodes = {"a": _model("a"), "b": _model("b", "a"), "t": _link("a", "b")}
    child = table_definitions({"nodes": nodes})[1]
    assert (child.name, child.foreign_keys) == ("a", (ForeignKey("a", "b"),))


def test_parents_in_a_circle_are_refused() -> None:
    nodes = {"a": _model("a"), "b": _model("b"), "t": _link("a", "b"), "u": _link("b", "a")}
    with pytest.raises(ValueError, match=r"circle among \['a', 'b'\]"):
        table_definitions({"nodes": nodes})


def test_what_is_not_published_is_not_there() -> None:
    assert table_definitions({"nodes": {"x": _model("x", schema="staging")}}) == ()

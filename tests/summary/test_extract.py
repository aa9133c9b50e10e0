"""The facts of one module: program order, scopes, and what never fails."""

from __future__ import annotations

import ast
import textwrap

import hypothesmith
import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenlint.summary import facts
from greenlint.summary.extract import summarise


def summary(source: str) -> facts.ModuleFacts:
    return summarise(ast.parse(textwrap.dedent(source)))


def body(module: facts.ModuleFacts, qualname: str) -> facts.Body:
    return facts.decode_body(next(s for s in module.scopes if s.qualname == qualname).body)


class TestProgramOrder:
    def test_calls_are_numbered_in_evaluation_order(self) -> None:
        calls = body(summary("f(g(), h())\n"), "<module>").calls
        assert [facts.last_name(call.callee) for call in calls] == ["g", "h", "f"]

    def test_a_binding_knows_how_many_calls_came_before(self) -> None:
        found = body(summary("a = f()\nb = g()\n"), "<module>").bindings
        assert [(b.name, b.at) for b in found] == [("a", 1), ("b", 2)]

    def test_a_call_knows_the_loop_around_it(self) -> None:
        module = body(summary("while True:\n    for x in xs:\n        f(x)\n"), "<module>")
        block = module.blocks[module.calls[0].block]
        assert (block.kind, module.blocks[block.parent].kind) == ("loop", "while")

    def test_a_return_in_a_loop_is_an_exit_of_its_block(self) -> None:
        found = body(summary("def f():\n    for x in xs:\n        g(x)\n        return\n"), "f")
        assert found.exits == (facts.Exit(found.calls[0].block, 1),)


class TestScopes:
    def test_a_default_belongs_to_the_enclosing_scope(self) -> None:
        module = summary("def f(client=make()):\n    pass\n")
        assert body(module, "f").parameters[0].default == facts.Call(0, 0)
        assert body(module, "f").calls == ()

    def test_a_method_stores_attributes_of_its_class(self) -> None:
        (klass,) = summary("class A:\n    def set(self):\n        self.http = make()\n").classes
        assert list(klass.attributes) == ["http"]

    def test_a_nested_function_stores_through_the_method_it_stands_in(self) -> None:
        source = "class A:\n    def set(self):\n        def later():\n            self.http = 1\n"
        assert list(summary(source).classes[0].attributes) == ["http"]

    def test_a_global_statement_sends_the_binding_to_the_module(self) -> None:
        module = summary("def f():\n    global HTTP\n    HTTP = make()\n")
        assert list(module.global_writes) == ["HTTP"]
        assert body(module, "f").global_names == ("HTTP",)


class TestIndexes:
    def test_an_alias_is_found_under_what_it_stands_for(self) -> None:
        assert summary("self._put = pool.spawn\n").aliases["spawn"] == ("_put",)

    def test_a_decorator_is_found_by_its_last_name_also_when_it_is_called(self) -> None:
        assert list(summary("@app.task(bind=True)\ndef f(): pass\n").decorated) == ["task"]

    def test_a_container_is_found_however_deep_it_is_filled(self) -> None:
        calls = summary("handlers.setdefault(key, []).append(handler)\n").calls
        assert "handlers." in calls

    def test_a_string_that_cannot_be_encoded_is_no_fact(self) -> None:
        assert body(summary('x = "\\ud800"\n'), "<module>").bindings[0].value is None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=hypothesmith.from_grammar())
def test_any_program_that_python_accepts_has_a_summary_that_survives_encoding(source: str) -> None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    found = summarise(tree)
    data = msgspec.msgpack.encode(found)
    assert msgspec.msgpack.decode(data, type=facts.ModuleFacts) == found
    for scope in found.scopes:
        facts.decode_body(scope.body)


@settings(max_examples=40, deadline=None)
@given(blank=st.integers(1, 4))
def test_blank_lines_above_only_move_lines(blank: int) -> None:
    source = "import a\nx = a.f(1)\nclass C(a.B):\n    def m(self):\n        self.y = x\n"
    before, after = summary(source), summary("\n" * blank + source)
    for one, other in zip(before.scopes, after.scopes, strict=True):
        first, second = facts.decode_body(one.body), facts.decode_body(other.body)
        assert [c.span[0] + blank for c in first.calls] == [c.span[0] for c in second.calls]
        assert [c.callee for c in first.calls] == [c.callee for c in second.calls]
        assert [b.value for b in first.bindings] == [b.value for b in second.bindings]

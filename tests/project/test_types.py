"""What a value can be: imports, attributes, results, parameters."""

from __future__ import annotations

import pytest

from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    External,
    FunctionType,
    Instance,
    Member,
    ModuleType,
    Opaque,
    Type,
)

from .linking import component, scope

LIBRARY = "import httplib2\ndef make():\n    return httplib2.Http()\n"


def kinds(sources: dict[str, str], name: str, module: str = "main", qualname: str = "<module>") -> tuple[Type, ...]:
    linked = component(sources)
    return linked.types.name(scope(linked, module, qualname), name)


class TestImports:
    @pytest.mark.parametrize(
        "text",
        [
            "from lib import make",
            "from lib import make as make",
            "import lib\nmake = lib.make",
            "from lib import *",
            "try:\n    from missing import make\nexcept ImportError:\n    from lib import make",
            "from package import make",
        ],
    )
    def test_every_way_to_import_a_function_leads_to_it(self, text: str) -> None:
        sources = {"main.py": text + "\nimport package\n", "lib.py": LIBRARY}
        sources["package/__init__.py"] = "from lib import make\n"
        assert [t.scope.qualname for t in kinds(sources, "make") if isinstance(t, FunctionType)] == ["make"]

    def test_a_module_under_another_name_is_the_module(self) -> None:
        (found,) = kinds({"main.py": "import a.b as c\n", "a/__init__.py": "", "a/b.py": ""}, "c")
        assert isinstance(found, ModuleType)
        assert found.module.name == "a.b"

    def test_six_moves_names_the_standard_library(self) -> None:
        found = kinds({"main.py": "from six.moves import http_client\n"}, "http_client")
        assert found == (External("http.client"),)

    def test_a_relative_import_counts_the_dots(self) -> None:
        sources = {
            "app/__init__.py": "",
            "app/sub/__init__.py": "",
            "app/sub/m.py": "from .. import lib\n",
            "app/lib.py": "",
        }
        (found,) = kinds(sources, "lib", "app.sub.m")
        assert isinstance(found, ModuleType)
        assert found.module.name == "app.lib"


class TestValues:
    def test_a_factory_in_another_module_gives_a_client_with_its_birth(self) -> None:
        (found,) = kinds({"main.py": "import lib\nhttp = lib.make()\n", "lib.py": LIBRARY}, "http")
        assert isinstance(found, Opaque)
        assert found.path == "httplib2.Http"
        assert found.birth is not None
        assert found.birth.scope.qualname == "make"

    def test_a_parameter_is_what_its_callers_pass(self) -> None:
        source = "class A: pass\ndef f(x):\n    return x\nf(A())\n"
        linked = component({"main.py": source})
        (found,) = linked.types.name(scope(linked, "main", "f"), "x")
        assert isinstance(found, Instance)
        assert found.klass.name == "A"

    def test_an_annotation_types_a_parameter_nobody_passes(self) -> None:
        linked = component({"main.py": "class A: pass\ndef f(x: 'A | None'):\n    return x\n"})
        assert kinds_of(linked.types.name(scope(linked, "main", "f"), "x")) in ([], ["A"])

    def test_a_class_in_a_variable_is_the_class(self) -> None:
        (found,) = kinds({"main.py": "class A: pass\nB = A\n"}, "B")
        assert isinstance(found, ClassType)

    def test_what_is_put_into_a_dictionary_comes_out(self) -> None:
        source = "class A: pass\npool = {}\npool['a'] = A()\nout = pool['a']\n"
        assert kinds_of(kinds({"main.py": source}, "out")) == ["A"]

    def test_an_attribute_is_what_any_method_of_the_family_stores(self) -> None:
        source = """
            class Base:
                def get(self):
                    return self.http
            class A: pass
            class Sub(Base):
                def start(self):
                    self.http = A()
            x = Sub().get()
        """
        assert kinds_of(kinds({"main.py": source}, "x")) == ["A"]

    def test_a_name_that_assigns_itself_ends(self) -> None:
        assert kinds({"main.py": "x = y\ny = x\n"}, "x") == ()


def kinds_of(found: tuple[Type, ...]) -> list[str]:
    return [t.klass.name for t in found if isinstance(t, Instance)]


class TestOrder:
    """In the body of a class or module a name means what stands above it."""

    def test_a_name_in_a_class_is_no_method_that_is_defined_further_down(self) -> None:
        source = """
            class Node: pass
            class Box:
                node = Node
                def Node(self): pass
                def make(self):
                    return self.node()
        """
        linked = component({"main.py": source})
        function = scope(linked, "main", "Box.make")
        (found,) = linked.types.of(function, function.body.calls[0].callee)
        assert isinstance(found, ClassType)

    def test_a_class_may_keep_a_global_under_its_own_name(self) -> None:
        source = "class Node: pass\nclass Box:\n    Node = Node\n    def make(self):\n        return self.Node()\n"
        linked = component({"main.py": source})
        function = scope(linked, "main", "Box.make")
        (found,) = linked.types.of(function, function.body.calls[0].callee)
        assert isinstance(found, ClassType)

    def test_a_builtin_is_kept_before_a_function_of_its_name_is_defined(self) -> None:
        source = "before = open\ndef open(path):\n    return before(path)\nafter = open\n"
        assert kinds({"main.py": source}, "before") == (External("builtins.open"),)
        assert [type(t) for t in kinds({"main.py": source}, "after")] == [FunctionType]

    def test_a_name_bound_above_and_below_is_both(self) -> None:
        source = "def a(): pass\nx = a\ndef a(): pass\n"
        assert len(kinds({"main.py": source}, "x")) == 2


class TestInheritance:
    def test_an_override_hides_no_method_that_a_library_base_has(self) -> None:
        source = """
            import http.client
            class Base(http.client.HTTPConnection):
                def ask(self):
                    self.send(b"")
            class Sub(Base):
                def send(self, data): pass
        """
        linked = component({"main.py": source})
        function = scope(linked, "main", "Base.ask")
        found = linked.types.of(function, function.body.calls[0].callee)
        assert {type(t) for t in found} == {BoundMethod, Member}

    def test_super_of_a_class_with_an_unknown_base_is_unknown(self) -> None:
        source = "import lib\nclass A(lib.make()):\n    def default(self):\n        return super().default()\n"
        linked = component({"main.py": source})
        function = scope(linked, "main", "A.default")
        assert all(isinstance(t, Member) for t in linked.types.of(function, function.body.calls[1].callee))

    def test_a_module_of_a_package_does_not_import_itself_for_the_standard_library(self) -> None:
        sources = {"kit/__init__.py": "", "kit/json.py": "import json\nencoder = json.JSONEncoder\n"}
        linked = component(sources)
        assert linked.types.global_name(linked.program.modules["kit.json"], "encoder") == (
            External("json.JSONEncoder"),
        )

    def test_a_script_imports_the_file_beside_it(self) -> None:
        sources = {"tools/run.py": "import json\nx = json.make\n", "tools/json.py": "def make(): pass\n"}
        linked = component(sources)
        (found,) = linked.types.global_name(linked.program.modules["tools.run"], "x")
        assert isinstance(found, FunctionType)

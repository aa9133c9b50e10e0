"""What a value can be: imports, attributes, results, parameters."""

from __future__ import annotations

import pytest

from greenlint.project.terms import ClassType, External, FunctionType, Instance, ModuleType, Opaque, Type

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

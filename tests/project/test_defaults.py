"""What a test of the environment comes to when nobody has set anything, and which tests are decided anyway."""

from __future__ import annotations

import pytest

from greenlint.project.patching.conditions import holds
from greenlint.project.patching.defaults import by_default
from greenlint.summary.facts import Value

from .linking import component, scope


def value_of(test: str, before: str = "") -> tuple[object, object]:
    """Link ``if test: pass`` behind some imports and return the types and what it asks."""
    imports = "import os, sys, platform, typing\nfrom os import environ, getenv\nfrom typing import TYPE_CHECKING\n"
    linked = component({"main.py": f"{imports}{before}\nif {test}:\n    print()\n"})
    main = scope(linked, "main", "<module>")
    value: Value | None = main.body.blocks[-1].value
    return by_default(linked.types, main, value), holds(linked.types, main, value, is_main=True)


def default(test: str, before: str = "") -> object:
    return value_of(test, before)[0]


def outcome(test: str, before: str = "") -> object:
    return value_of(test, before)[1]


class TestOfTheEnvironment:
    @pytest.mark.parametrize(
        "test",
        [
            "os.environ.get('GREEN')",
            "getenv('GREEN')",
            "'GREEN' in os.environ",
            "'GREEN' in environ",
            "'--green' in sys.argv",
            "os.environ.get('GREEN', '') == '1'",
            "os.environ.get('GREEN') == '1'",
            "os.environ.get('GREEN', '0') != '0'",
            "os.environ.get('GREEN', 'no').lower() in ('1', 'true', 'yes')",
            "os.environ.get('GREEN', '').strip().upper() == 'YES'",
            "int(os.environ.get('GREEN', '0'))",
            "int(environ.get('GREEN', 0)) > 0",
            "bool(int(getenv('GREEN', '0')))",
            "len(os.environ.get('GREEN', ''))",
            "os.environ.get('GREEN') is not None",
            "os.environ.get('WORKER', 'sync') == 'gevent'",
            "os.environ.get('WORKER', 'sync') in ('gevent', 'eventlet')",
            "'gevent' in os.environ.get('WORKER', 'sync')",
            "os.environ.get('GREEN') and chosen()",
            "not os.environ.get('GREEN', '1')",
            "not chosen() and os.environ.get('GREEN')",
        ],
    )
    def test_that_asks_for_something_fails(self, test: str) -> None:
        assert default(test) is False

    @pytest.mark.parametrize(
        "test",
        [
            "not os.environ.get('NO_PATCH')",
            "'NO_PATCH' not in os.environ",
            "os.environ.get('NO_PATCH') is None",
            "os.environ.get('NO_PATCH', '').lower() not in ('1', 'true', 'yes')",
            "os.environ.get('WORKER', 'gevent') == 'gevent'",
            "int(os.environ.get('WORKERS', '4')) >= 2",
            "int(os.environ.get('WORKERS', '4')) < 5",
            "os.environ.get('GREEN', True)",
            "getenv('PORT', '80')",
            "chosen() or not getenv('NO_PATCH')",
        ],
    )
    def test_that_turns_something_off_holds(self, test: str) -> None:
        assert default(test) is True

    @pytest.mark.parametrize(
        ("before", "expected"),
        [
            pytest.param("GREEN = os.environ.get('GREEN')", False, id="one name"),
            pytest.param("GREEN = not os.getenv('NO_PATCH')", True, id="a test by name"),
            pytest.param("WISH = os.getenv('W', 'yes')\nGREEN = WISH == 'yes'", True, id="through two names"),
            pytest.param("GREEN = os.getenv('G')\nGREEN = ask()", None, id="bound twice"),
            pytest.param(
                "def turn_on():\n    global GREEN\n    GREEN = True\nGREEN = os.getenv('G')", None, id="global"
            ),
            pytest.param("GREEN = ask()", None, id="asked for elsewhere"),
        ],
    )
    def test_may_be_kept_in_a_name(self, before: str, expected: bool | None) -> None:
        assert default("GREEN", before) is expected

    @pytest.mark.parametrize(
        "test",
        [
            "os.environ['GREEN']",
            "os.environ.get('GREEN').lower() == 'yes'",
            "os.environ.get('GREEN') in 'yes'",
            "int(os.environ.get('GREEN', 'none'))",
            "os.environ.get('GREEN', None) > 3",
            "os.environ.get('GREEN', preferred())",
            "chosen()",
            "settings.green",
            "os.environ.get('GREEN') or chosen()",
        ],
    )
    def test_that_would_fail_or_asks_more_is_open(self, test: str) -> None:
        assert default(test) is None


class TestOfADebugger:
    @pytest.mark.parametrize(
        "test", ["'--use-debugger' in sys.argv", "args.debugger", "USE_DEBUGGER", "debugger.is_active()", "pydevd"]
    )
    def test_finds_none(self, test: str) -> None:
        assert default(test) is False
        assert default(f"not {test}" if " in " not in test else test.replace(" in ", " not in ")) is True

    @pytest.mark.parametrize("test", ["'pydevd' in sys.modules", "'debugpy' in sys.modules.keys()"])
    def test_by_what_is_loaded_is_decided(self, test: str) -> None:
        assert outcome(test) is False


class TestOfTheWorld:
    @pytest.mark.parametrize(
        ("test", "expected"),
        [
            ("TYPE_CHECKING", False),
            ("typing.TYPE_CHECKING", False),
            ("not TYPE_CHECKING", True),
            ("sys.platform == 'win32'", False),
            ("sys.platform != 'win32'", True),
            ("sys.platform.startswith('linux')", True),
            ("sys.platform in ('win32', 'cygwin')", False),
            ("os.name == 'nt'", False),
            ("os.name != 'nt'", True),
            ("platform.system() == 'Windows'", False),
            ("platform.system() == 'Linux'", True),
            ("sys.version_info >= (3, 7)", True),
            ("sys.version_info < (3,)", False),
            ("sys.version_info[0] == 2", False),
            ("sys.version_info.major >= 3", True),
            ("sys.version_info >= (3, 13)", None),
            ("__name__ == '__main__'", True),
            ("hasattr(sys, '_called_from_test')", False),
            ("'pytest' in sys.modules", False),
            ("os.environ.get('PYTEST_CURRENT_TEST')", False),
            ("os.name == 'nt' or sys.platform == 'win32'", False),
            ("os.name != 'nt' or chosen()", True),
            ("os.name == 'nt' and chosen()", False),
            ("os.name != 'nt' and chosen()", None),
            ("os.environ.get('GREEN')", None),
            ("True", True),
            ("0", False),
            ("not chosen()", None),
            ("os.environ['GREEN'] or sys.platform == 'linux'", True),
            ("sys.platform not in ('win32', 'cygwin')", True),
            ("sys.platform in ('win32', OTHER)", None),
            ("sys.platform in PLATFORMS", None),
            ("sys.platform < 'linux'", None),
            ("sys.platform == OTHER", None),
            ("sys.platform.endswith('x')", None),
            ("sys.platform.startswith(OTHER)", None),
            ("sys.platform.startswith()", None),
            ("sys.executable.startswith('/')", None),
            ("sys.version_info[:2] >= (3, 6)", True),
            ("sys.version_info[:1] == (2,)", False),
            ("sys.version_info[1] >= 12", None),
            ("sys.version_info.minor >= 12", None),
            ("sys.version_info > (2, 7)", True),
            ("sys.version_info <= (3, 4)", False),
            ("sys.version_info != (2, 7)", True),
            ("sys.version_info >= MINIMUM", None),
            ("sys.version_info >= ('3', 8)", None),
            ("sys.version_info[0] == OTHER", None),
            ("sys.version_info is OTHER", None),
            ("'pytest' not in sys.modules", True),
            ("'pdb' not in sys.modules.keys()", True),
            ("'pytest' in NAMES", None),
            ("'requests' in sys.modules", None),
            ("__name__ != '__main__'", False),
            ("'__main__' == __name__", True),
            ("getattr(sys, 'frozen', False)", False),
            ("hasattr(sys, 'setcheckinterval')", None),
            ("1 < sys.maxsize < 5", None),
            ("six.PY2", False),
            ("six.PY3", True),
        ],
    )
    def test_is_decided_where_everybody_agrees(self, test: str, expected: bool | None) -> None:
        assert outcome(test, "import six") is expected

    @pytest.mark.parametrize(
        ("before", "test", "expected"),
        [
            ("LEVEL = 3", "LEVEL", True),
            ("LEVEL = 3", "LEVEL == 3", True),
            ("LEVEL = 3", "LEVEL != 3", False),
            ("LEVEL = 3", "LEVEL > 2", None),
            ("LEVEL = 3", "LEVEL == OTHER", None),
            ("LEVEL = 3\nLEVEL = 4", "LEVEL == 4", None),
            ("if chosen():\n    LEVEL = 3", "LEVEL == 3", None),
            ("LEVEL = chosen()", "LEVEL == 3", None),
            ("def raise_():\n    global LEVEL\n    LEVEL = 4\nLEVEL = 3", "LEVEL == 3", None),
            ("LINUX = 'linux'", "sys.platform == LINUX", True),
            ("START = 'win'", "sys.platform.startswith(START)", None),
        ],
    )
    def test_of_a_name_that_is_bound_once_is_one_of_its_value(
        self, before: str, test: str, expected: bool | None
    ) -> None:
        assert outcome(test, before) is expected

"""Under which name the program imports each file."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from greenlint.options import Options
from greenlint.source.discovery import discover
from tests.source.trees import lay


def names(root: Path, files: Mapping[str, str | bytes], **options: object) -> dict[str, str]:
    """Return the module name of each Python file of the tree."""
    found = discover(lay(root, files), Options(**options))  # type: ignore[arg-type]
    return {file.path: file.module for file in found}


class TestPackages:
    def test_are_named_from_the_parent_of_the_outermost(self, tmp_path: Path) -> None:
        assert names(tmp_path, {"app/__init__.py": "", "app/db/__init__.py": "", "app/db/models.py": ""}) == {
            "app/__init__.py": "app",
            "app/db/__init__.py": "app.db",
            "app/db/models.py": "app.db.models",
        }

    def test_are_told_from_modules(self, tmp_path: Path) -> None:
        files = discover(lay(tmp_path, {"app/__init__.py": "", "app/my__init__.py": ""}), Options())
        assert [(file.path, file.is_package) for file in files] == [
            ("app/__init__.py", True),
            ("app/my__init__.py", False),
        ]

    @pytest.mark.parametrize("directory", ["src", "lib"])
    def test_in_src_and_lib_are_named_without_it(self, tmp_path: Path, directory: str) -> None:
        found = names(
            tmp_path, {"setup.py": "", f"{directory}/app/__init__.py": "", f"{directory}/app/a.py": ""}
        )
        assert found[f"{directory}/app/a.py"] == "app.a"

    def test_called_src_or_lib_are_packages(self, tmp_path: Path) -> None:
        found = names(
            tmp_path, {"src/__init__.py": "", "src/a.py": "", "lib/__init__.py": "", "lib/a.py": ""}
        )
        assert (found["src/a.py"], found["lib/a.py"]) == ("src.a", "lib.a")

    def test_a_lib_of_loose_modules_is_a_namespace(self, tmp_path: Path) -> None:
        assert names(tmp_path, {"setup.py": "", "lib/a.py": ""})["lib/a.py"] == "lib.a"

    def test_a_project_root_with_an_init_is_none(self, tmp_path: Path) -> None:
        found = names(tmp_path, {"setup.cfg": "", "__init__.py": "", "a.py": "", "src/app/__init__.py": ""})
        assert found == {"__init__.py": "__init__", "a.py": "a", "src/app/__init__.py": "app"}

    def test_a_root_inside_a_package_keeps_the_packages_around_it(self, tmp_path: Path) -> None:
        lay(tmp_path, {"app/__init__.py": "", "app/db/__init__.py": ""})
        assert names(tmp_path / "app/db", {"a.py": ""})["a.py"] == "app.db.a"


class TestNamespaces:
    def test_are_directories_below_an_import_root(self, tmp_path: Path) -> None:
        found = names(tmp_path, {"setup.py": "", "app/handlers/a.py": "", "src/ns/b.py": ""})
        assert (found["app/handlers/a.py"], found["src/ns/b.py"]) == ("app.handlers.a", "ns.b")

    def test_around_packages_are_told_by_the_imports_below(self, tmp_path: Path) -> None:
        found = names(tmp_path, {
            "setup.py": "",
            "google/cloud/store/__init__.py": "from google.cloud.store import a\n",
            "google/cloud/store/a.py": "from google.cloud.store import b\nimport store\n",
            "backend/app/__init__.py": "",
            "backend/app/main.py": "from app.db import session\nimport app\n",
            "backend/manage.py": "import application\n",
        })  # fmt: skip
        assert found["google/cloud/store/a.py"] == "google.cloud.store.a"
        assert found["backend/app/main.py"] == "app.main"
        assert found["backend/manage.py"] == "manage"

    def test_are_not_hurt_by_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        tree = {"backend/app/__init__.py": "", "backend/app/a.py": "import app\n", "backend/app/b.py": ""}
        lay(tmp_path, tree)
        (tmp_path / "backend/app/b.py").unlink()
        given = [tmp_path / "backend/app/b.py", tmp_path]
        found = {file.path: file.module for file in discover(tmp_path, Options(), given=given)}
        assert found["backend/app/b.py"] == "app.b"

    def test_may_hold_a_package_of_their_own_name(self, tmp_path: Path) -> None:
        tree = {"shop/manage.py": "", "shop/shop/__init__.py": ""}
        tree["shop/shop/urls.py"] = "from shop.views import index\n"
        assert names(tmp_path, tree)["shop/shop/urls.py"] == "shop.urls"
        tree["shop/shop/urls.py"] = "from shop.shop.views import index\n"
        assert names(tmp_path, tree)["shop/shop/urls.py"] == "shop.shop.urls"

    def test_without_any_import_are_assumed(self, tmp_path: Path) -> None:
        assert names(tmp_path, {"ns/app/__init__.py": ""})["ns/app/__init__.py"] == "ns.app"

    def test_need_an_importable_name(self, tmp_path: Path) -> None:
        assert (
            names(tmp_path, {"my-app/app/__init__.py": "", "my-app/app/a.py": ""})["my-app/app/a.py"]
            == "app.a"
        )


SEVERAL_DISTRIBUTIONS = {
    "common/setup.py": "",
    "common/common/__init__.py": "",
    "common/tests/__init__.py": "",
    "services/core/mail/pyproject.toml": "",
    "services/core/mail/mail/__init__.py": "",
    "services/core/mail/mail/agent.py": "",
    "services/core/mail/tests/__init__.py": "",
    "services/core/ui/setup.cfg": "",
    "services/core/ui/src/ui/__init__.py": "",
}


class TestSeveralDistributions:
    def test_each_is_an_import_root(self, tmp_path: Path) -> None:
        found = names(tmp_path, SEVERAL_DISTRIBUTIONS)
        assert found["common/common/__init__.py"] == "common"
        assert found["services/core/mail/mail/agent.py"] == "mail.agent"
        assert found["services/core/ui/src/ui/__init__.py"] == "ui"

    def test_that_is_built_inside_its_package_is_none(self, tmp_path: Path) -> None:
        tree = {"app/__init__.py": "", "app/setup.py": "", "app/src/a.py": "", "app/b.py": ""}
        assert names(tmp_path, tree)["app/b.py"] == "app.b"

    def test_that_is_a_package_is_one_if_the_imports_say_so(self, tmp_path: Path) -> None:
        tree = {"backend/__init__.py": "", "backend/setup.py": "", "backend/app/__init__.py": ""}
        tree["backend/app/main.py"] = "from app.db import session\n"
        assert names(tmp_path, tree)["backend/app/main.py"] == "app.main"
        tree["backend/app/main.py"] = "from backend.app.db import session\n"
        assert names(tmp_path, tree)["backend/app/main.py"] == "backend.app.main"

    def test_one_name_in_two_of_them_stays_two_modules(self, tmp_path: Path) -> None:
        found = names(tmp_path, SEVERAL_DISTRIBUTIONS)
        assert found["common/tests/__init__.py"] == "tests"
        assert found["services/core/mail/tests/__init__.py"] == "tests@services/core/mail/tests/__init__.py"

    def test_each_file_knows_its_import_root(self, tmp_path: Path) -> None:
        found = {
            file.path: file.import_root for file in discover(lay(tmp_path, SEVERAL_DISTRIBUTIONS), Options())
        }
        assert found["services/core/mail/tests/__init__.py"] == "services/core/mail"
        assert found["services/core/ui/src/ui/__init__.py"] == "services/core/ui/src"


class TestScripts:
    def test_are_named_by_their_place(self, tmp_path: Path) -> None:
        found = names(tmp_path, {"bin/swift-proxy-server": "#!/usr/bin/python\n", "tools/run.py": ""})
        assert found == {"bin/swift-proxy-server": "bin.swift-proxy-server", "tools/run.py": "tools.run"}


class TestImportRootsOfTheOptions:
    def test_are_further_ones(self, tmp_path: Path) -> None:
        tree = {"python/app/__init__.py": "", "python/app/a.py": "import python.app\n", "b.py": ""}
        found = names(tmp_path, tree, src=("./python/", "."))
        assert (found["python/app/a.py"], found["b.py"]) == ("app.a", "b")


class TestTakenNames:
    def test_go_to_the_package_first(self, tmp_path: Path) -> None:
        found = names(tmp_path, {"a.py": "", "a/__init__.py": ""})
        assert found == {"a.py": "a@a.py", "a/__init__.py": "a"}

    def test_go_to_code_before_tests(self, tmp_path: Path) -> None:
        tree = {"demo/setup.py": "", "demo/app.py": "", "zoo/setup.py": "", "zoo/app.py": ""}
        found = names(tmp_path, tree)
        assert (found["zoo/app.py"], found["demo/app.py"]) == ("app", "app@demo/app.py")

    def test_are_given_the_same_way_in_any_order(self, tmp_path: Path) -> None:
        tree = {
            f"{part}/{name}": "" for part in "cab" for name in ("setup.py", "tests/__init__.py", "run.py")
        }
        forward = names(tmp_path / "one", tree)
        assert names(tmp_path / "two", dict(reversed(tree.items()))) == forward
        assert len(set(forward.values())) == len(forward)

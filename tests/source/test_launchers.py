"""What starts the program, as it is written in real trees."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenlint.options import Options
from greenlint.source.commands import commands_in
from greenlint.source.entry_points import from_pyproject, from_setup_cfg, from_setup_py
from greenlint.source.launchers import Launcher, find_launchers
from greenlint.source.logical_lines import logical_lines
from tests.source.trees import lay


def only(root: Path) -> Launcher:
    """Return the one launcher of the tree."""
    (launcher,) = find_launchers(root)
    return launcher


def started(root: Path) -> list[tuple[str, str, str]]:
    """Return kind, target and library of each launcher of the tree."""
    return [(item.kind, item.target, item.library) for item in find_launchers(root)]


GUNICORN = ("gunicorn", "app.wsgi:application", "gevent")


class TestCommandLines:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("Procfile", "web: gunicorn -k gevent app.wsgi:application --log-file -\n"),
            ("Dockerfile", "FROM python\nRUN pip install gunicorn gevent\n"
             'CMD ["gunicorn", "-k", "gevent", "-b", "0.0.0.0:80", "app.wsgi:application"]\n'),
            ("Dockerfile.web", 'ENTRYPOINT ["gunicorn"]\nCMD ["-kgevent", "app.wsgi:application"]\n'),
            ("deploy/prod.dockerfile", "CMD exec gunicorn --worker-class=gevent app.wsgi:application\n"),
            ("run.sh", "#!/bin/sh\n# gunicorn -k eventlet other:app\nset -e\n"
             "exec /opt/venv/bin/gunicorn --reload \\\n  --worker-class gevent \\\n  app.wsgi:application\n"),
            ("run.sh", 'sh -c "cd /srv && PORT=80 gunicorn -k gevent app.wsgi:application"\n'),
            ("run.sh", 'gunicorn -w 4 -k "${WORKER:-gevent}" app.wsgi:application &\n'),
            ("run.sh", "python -m gunicorn -b unix:/run/app.sock -k gevent app.wsgi:application\n"),
            ("run.sh", "ddtrace-run gunicorn app.wsgi:application "
             "-k gunicorn.workers.ggevent.GeventWorker\n"),
            ("app.service", "[Service]\nExecStart=/usr/bin/gunicorn -k gevent \\\n"
             "    app.wsgi:application\n"),
            ("manifest.yml", "applications:\n- name: web\n  processes:\n  - type: web\n"
             "    command: newrelic-admin run-program gunicorn -k gevent app.wsgi:application\n"),
            ("docker-compose.yml", "services:\n  web:\n"
             "    command: gunicorn -k gevent app.wsgi:application\n    image: gunicorn\n"),
            ("docker-compose.prod.yaml", "services:\n  web:\n    command:\n      - gunicorn\n      - '-k'\n"
             "      - gevent\n      - app.wsgi:application\n    ports:\n      - 80\n"),
            ("compose.yaml", "services:\n  web:\n    command: >\n      gunicorn\n      -k gevent\n"
             "      app.wsgi:application\n"),
            ("compose.yml", "services: {web: {command: "
             "['gunicorn', '-k', 'gevent', 'app.wsgi:application']}}\n"),
            ("tox.ini", "[testenv:serve]\ndeps = gunicorn\ncommands =\n"
             "    gunicorn -k gevent app.wsgi:application\n"),
            ("pyproject.toml", '[project]\ndependencies = ["gunicorn", "gevent"]\n[tool.poe.tasks]\n'
             'serve = "gunicorn -k gevent app.wsgi:application"\n'),
            ("supervisord.conf", "[program:web]\ncommand=/usr/bin/gunicorn -k gevent app.wsgi:application\n"),
            ("Makefile", "serve:\n\tpoetry run gunicorn -k gevent 'app.wsgi:application'\n"),
        ],
    )  # fmt: skip
    def test_of_gunicorn_are_read_wherever_they_stand(self, tmp_path: Path, name: str, text: str) -> None:
        assert started(lay(tmp_path, {name: text})) == [GUNICORN]

    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ("celery -A proj worker -P gevent -c 100", ("celery", "proj", "gevent")),
            ("celery --app=proj.tasks:app worker --pool=eventlet", ("celery", "proj.tasks:app", "eventlet")),
            ("celery worker -A proj", ("celery", "proj", "")),
            ("python3 -m celery -A proj worker -Pgevent", ("celery", "proj", "gevent")),
            (
                "uwsgi --http :80 --gevent 100 --module app:application",
                ("uwsgi", "app:application", "gevent"),
            ),
            ("uwsgi --wsgi-file app.py --gevent=100", ("uwsgi", "app.py", "gevent")),
            ("uwsgi -w app", ("uwsgi", "app", "")),
            ("locust -f load/main.py --headless", ("locust", "load/main.py", "gevent")),
            ("locust --headless -u 10", ("locust", "locustfile.py", "gevent")),
            ("nameko run --config config.yaml app.service:Mail", ("nameko", "app.service:Mail", "eventlet")),
            ("python -m gevent.monkey --no-thread main.py --port 80", ("gevent.monkey", "main.py", "gevent")),
            ("flask --app app.web run", ("flask", "app.web", "")),
            ("FLASK_ENV=dev flask run --host 0.0.0.0", ("flask", "app", "")),
            ("gunicorn app", ("gunicorn", "app", "")),
            ("gunicorn -w 2 'app:create_app(1)'", ("gunicorn", "app:create_app(1)", "")),
            ("gunicorn -k gevent $APP", ("gunicorn", "", "gevent")),
            ("python -u -m app.main --verbose", ("python", "app.main", "")),
            ("/usr/bin/python3.11 server.py", ("python", "server.py", "")),
        ],
    )
    def test_tell_target_and_library(
        self, tmp_path: Path, command: str, expected: tuple[str, str, str]
    ) -> None:
        assert started(lay(tmp_path, {"run.sh": f"{command}\n"})) == [expected]

    @pytest.mark.parametrize(
        "line",
        [
            "pip install gunicorn gevent",
            "apt-get install -y gunicorn celery",
            "echo gunicorn -k gevent app:app",
            "pkill -f gunicorn",
            "systemctl restart gunicorn",
            "celery -A proj beat",
            "celery -A proj flower --pool=gevent",
            "nameko backdoor",
            "flask db upgrade",
            "gunicorn",
            "python setup.py install",
            "python -c 'import gunicorn'",
            "python -u",
            "python -m ./tool",
            'sh -c "sh -c \\"unbalanced gunicorn"',
            "my-gunicorn -k gevent app:app",
            "gunicorn_error.log app:app",
            "# gunicorn -k gevent app:app",
        ],
    )
    def test_that_start_nothing(self, tmp_path: Path, line: str) -> None:
        assert started(lay(tmp_path, {"run.sh": f"{line}\n"})) == []

    def test_with_a_quote_left_open_are_read_word_by_word(self, tmp_path: Path) -> None:
        lay(tmp_path, {"run.sh": "gunicorn -k gevent app:app --name 'mine\n\\"})
        assert started(tmp_path) == [("gunicorn", "app:app", "gevent")]

    def test_on_one_line_are_told_apart(self, tmp_path: Path) -> None:
        lay(tmp_path, {"run.sh": "celery -A a worker -P gevent & exec gunicorn b:app; locust -f c.py\n"})
        assert started(tmp_path) == [
            ("celery", "a", "gevent"),
            ("gunicorn", "b:app", ""),
            ("locust", "c.py", "gevent"),
        ]

    def test_are_shown_with_their_place_and_words(self, tmp_path: Path) -> None:
        lay(tmp_path, {"etc/run.sh": "#!/bin/sh\n\ngunicorn   -k gevent \\\n    app:app\n"})
        assert only(tmp_path) == Launcher(
            kind="gunicorn",
            target="app:app",
            library="gevent",
            path="etc/run.sh",
            line=3,
            text="gunicorn -k gevent app:app",
            arguments=("-k", "gevent", "app:app"),
        )

    @pytest.mark.parametrize("written", ["main.py", "./main.py", "/srv/code/app/main.py", "app/main.py"])
    def test_name_files_from_their_own_place_or_a_container(self, tmp_path: Path, written: str) -> None:
        lay(tmp_path, {"app/main.py": "", "app/run.sh": f"python {written}\n"})
        assert only(tmp_path).target == "app/main.py"


class TestServerSettings:
    @pytest.mark.parametrize(
        "value", ['"gevent"', 'os.environ.get("WORKER", "gevent")', 'os.getenv("W") or "gevent"']
    )
    def test_of_gunicorn(self, tmp_path: Path, value: str) -> None:
        text = f'import os\nworkers = 4\nworker_class = {value}\nwsgi_app = "app.wsgi:application"\n'
        launcher = only(lay(tmp_path, {"gunicorn.conf.py": text}))
        assert (launcher.kind, launcher.target, launcher.library, launcher.line) == (*GUNICORN, 3)
        assert dict(launcher.settings) == {"worker_class": "gevent", "wsgi_app": "app.wsgi:application"}

    @pytest.mark.parametrize(
        ("config", "option"),
        [("gunicorn.conf.py", ""), ("etc/gunicorn_conf.py", "-c etc/gunicorn_conf.py "),
         ("gunicorn.py", "--config=file:gunicorn.py ")],
    )  # fmt: skip
    def test_of_gunicorn_serve_the_command_that_names_them(
        self, tmp_path: Path, config: str, option: str
    ) -> None:
        lay(
            tmp_path,
            {config: 'worker_class = "gevent"\n', "Procfile": f"web: gunicorn {option}app.wsgi:application"},
        )
        assert GUNICORN in started(tmp_path)

    def test_of_gunicorn_do_not_overrule_the_command_line(self, tmp_path: Path) -> None:
        lay(
            tmp_path,
            {"gunicorn.conf.py": 'worker_class = "gevent"\n', "Procfile": "web: gunicorn -k eventlet a:b"},
        )
        assert ("gunicorn", "a:b", "eventlet") in started(tmp_path)

    def test_of_uwsgi(self, tmp_path: Path) -> None:
        text = "[other]\ngevent = 1\n[uwsgi]\nmodule = app:application\n; a comment\ngevent = 100\n%bad\n"
        launcher = only(lay(tmp_path, {"uwsgi.ini": text}))
        assert (launcher.kind, launcher.target, launcher.library) == ("uwsgi", "app:application", "gevent")
        assert (launcher.line, launcher.text) == (6, "gevent = 100")

    def test_of_uwsgi_that_switch_greenlets_off(self, tmp_path: Path) -> None:
        text = "[uwsgi]\nmodule = app:application\ngevent = 0\n"
        assert started(lay(tmp_path, {"uwsgi.ini": text})) == [("uwsgi", "app:application", "")]

    @pytest.mark.parametrize(
        ("name", "text", "line"),
        [
            ("locust.conf", "# peak\nusers = 100\nlocustfile = load/peak.py\n", 3),
            (".locust.conf", "locustfile=load/peak.py\n", 1),
            ("pyproject.toml", '[tool.other]\nlocustfile = "no.py"\n[tool.locust]\nlocustfile = "load/peak.py"\n', 4),
        ],
    )
    def test_of_locust(self, tmp_path: Path, name: str, text: str, line: int) -> None:
        launcher = only(lay(tmp_path, {name: text, "load/peak.py": ""}))
        assert (launcher.kind, launcher.target, launcher.library) == ("locust", "load/peak.py", "gevent")
        assert launcher.line == line

    def test_are_not_needed_for_a_file_that_locust_looks_for(self, tmp_path: Path) -> None:
        lay(tmp_path, {"load/locustfile.py": "from locust import User\n", "load/locust.conf": "users = 100\n"})
        assert started(tmp_path) == [("locust", "load/locustfile.py", "gevent")]

    @pytest.mark.parametrize("text", ["workers = 4\n", "worker_class = (\n", "worker_class = choose()\n"])
    def test_that_name_no_worker(self, tmp_path: Path, text: str) -> None:
        assert started(lay(tmp_path, {"gunicorn.conf.py": text})) == []


class TestDeclaredEntryPoints:
    @pytest.mark.parametrize(
        ("name", "text", "kind", "line"),
        [
            ("pyproject.toml", '[project.scripts]\nserve = "app.cmd:main"\n', "console-script", 2),
            ("pyproject.toml", '[project.gui-scripts]\nserve = "app.cmd:main"\n', "gui-script", 2),
            ("pyproject.toml", '[tool.poetry.scripts]\nserve = "app.cmd:main"\n', "console-script", 2),
            ("pyproject.toml", '[project.entry-points."paste.app_factory"]\n\nserve = "app.cmd:main"\n',
             "paste.app_factory", 3),
            ("pyproject.toml", '[project.entry-points.wsgi_scripts]\nserve = "app.cmd:main"\n',
             "wsgi-script", 2),
            ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    serve = app.cmd:main [extra]\n",
             "console-script", 3),
            ("setup.cfg", "[entry_points]\nwsgi_scripts =\n    serve = app.cmd:main\n"
             "nova.drivers =\n    x = y:z\n", "wsgi-script", 3),
            ("setup.py", "from setuptools import setup\nsetup(entry_points={\n  'console_scripts': [\n"
             "    'serve=app.cmd:main', f'{x}=y', z,\n  ], **more,\n})\n", "console-script", 4),
            ("setup.py", "import setuptools\nPOINTS = {'console_scripts': ('serve = app.cmd:main',)}\n"
             "setuptools.setup(entry_points=POINTS)\n", "console-script", 2),
            ("setup.py", "setup(entry_points='''\n    [console_scripts]\n    serve = app.cmd:main\n''')\n",
             "console-script", 3),
        ],
    )  # fmt: skip
    def test_of_scripts_and_servers(self, tmp_path: Path, name: str, text: str, kind: str, line: int) -> None:
        launcher = only(lay(tmp_path, {name: text}))
        assert (launcher.kind, launcher.target, launcher.line) == (kind, "app.cmd:main", line)
        assert launcher.text in text.split("\n")[line - 1]

    def test_of_every_distribution_of_the_tree(self, tmp_path: Path) -> None:
        lay(
            tmp_path,
            {f"{part}/setup.cfg": f"[entry_points]\nconsole_scripts =\n  x = {part}:main\n" for part in "ab"},
        )
        assert [(item.path, item.target) for item in find_launchers(tmp_path)] == [
            ("a/setup.cfg", "a:main"),
            ("b/setup.cfg", "b:main"),
        ]

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("pyproject.toml", '[project.scripts]\nserve = "app.cmd:main"\n[broken\n'),
            ("pyproject.toml", "[project]\nscripts = 3\nentry-points = []\n[tool]\npoetry = 1\n"),
            ("pyproject.toml", "[project.scripts]\nserve = 'not a reference'\nother = {reference = 'x:y'}\n"),
            ("setup.cfg", "[entry_points]\nconsole_scripts\nserve = app.cmd:main\n"),
            ("setup.cfg", "no section\n"),
            ("setup.py", "setup(entry_points=\n"),
            ("setup.py", "setup(entry_points=find(), **more)\nother(entry_points={})\n"),
            ("setup.py", b"\0"),
            ("compose.yml", "command:\n"),
            ("run.sh", b"gunicorn -k g\0vent app:app\n"),
            ("Dockerfile", "ENTRYPOINT [gunicorn, \nCMD ]\n"),
        ],
    )  # fmt: skip
    def test_in_malformed_files_are_passed_over(self, tmp_path: Path, name: str, text: str | bytes) -> None:
        assert [item for item in started(lay(tmp_path, {name: text})) if item[1]] == []


WORDS = st.sampled_from((
    "gunicorn", "celery", "uwsgi", "python", "-m", "-k", "gevent", "app:app", "worker", "[", "]", '"', "'",
    "\\", ";", "&&", "|", "#", "=", "${X:-", "}", ",", "-", "\n", "command:", ">",
))  # fmt: skip


class TestAnyText:
    @given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=60))
    def test_is_read_without_an_error(self, text: str) -> None:
        for name in ("run.sh", "compose.yml", "Dockerfile"):
            for _, line in logical_lines(name, text):
                assert all(command.kind for command in commands_in(line))

    @given(
        st.text(max_size=60),
        st.sampled_from(["[entry_points]\n", "[project.scripts]\n", "setup(entry_points="]),
    )
    def test_declares_entry_points_without_an_error(self, text: str, before: str) -> None:
        written = before + text
        for entries in (from_setup_cfg(written), from_pyproject(written), from_setup_py(written.encode())):
            assert all(entry.target for entry in entries)


class TestTree:
    def test_environments_and_excluded_directories_say_nothing(self, tmp_path: Path) -> None:
        command = "gunicorn -k gevent app:app\n"
        lay(
            tmp_path,
            {".tox/run.sh": command, "env/pyvenv.cfg": "", "env/run.sh": command, "old/run.sh": command},
        )
        assert find_launchers(tmp_path, Options(extend_exclude=("old",))) == ()

    def test_a_link_or_pipe_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
        os.mkfifo(tmp_path / "run.sh")
        assert find_launchers(tmp_path) == ()

    def test_a_file_over_a_megabyte_is_no_configuration(self, tmp_path: Path) -> None:
        lay(tmp_path, {"run.sh": "gunicorn -k gevent app:app\n" + "#" * (1 << 20)})
        assert find_launchers(tmp_path) == ()

    def test_that_is_not_there_has_none(self, tmp_path: Path) -> None:
        assert find_launchers(tmp_path / "gone") == ()

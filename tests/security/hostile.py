"""A project that tries to be run by whoever looks at it; whatever of it runs leaves a mark outside its root."""

from __future__ import annotations

import os
from pathlib import Path

from tests.source.trees import lay

SPRUNG = """
import os, pathlib
pathlib.Path({marks!r}, {name!r} + str(os.getpid())).write_text("it was run")
"""
PROGRAM = """
import eventlet
eventlet.monkey_patch()
import httplib2
HTTP = httplib2.Http()


def main(urls):
    for url in urls:
        eventlet.spawn(HTTP.request, url)


main([])
"""
TRAPS = (
    "setup.py", "conftest.py", "noxfile.py", "sitecustomize.py", "usercustomize.py", "app/__init__.py",
    "app/__main__.py", "app/late.py", "greenlint/__init__.py", "greenlint/knowledge.py", "ast.py", "json.py", "re.py",
    "tomllib.py", "msgspec.py", "rich/__init__.py", "pathspec/__init__.py", "docs/conf.py", "gunicorn.conf.py",
    "bin/serve",
)  # fmt: skip
"""Files that some tool imports or runs, or that stand where an import could look first."""

CONFIGURATION = """
baseline = "known.json"
roots = [{callable = "app.late.main", multiplicity = "many"}]
"""


def lay_hostile(place: Path) -> Path:
    """Write the project to ``place/root``, what its links lead to beside it, and return its root."""
    root, marks = place / "root", place / "marks"
    marks.mkdir(parents=True)
    traps = {name: SPRUNG.format(marks=str(marks), name=name.replace("/", "-")) + PROGRAM for name in TRAPS}
    line = "import os; os.mkdir({!r})\n"
    lay(
        root,
        {
            **traps,
            "app/data.py": "x = __import__('pickle').loads(b'cos\\nsystem\\n(S\\'true\\'\\ntR.')\n",
            "evil.pth": line.format(str(marks / "pth")),
            "evil-1.0.dist-info/METADATA": "Name: evil\nVersion: 1.0\n",
            "evil-1.0.dist-info/entry_points.txt": "[greenlint.knowledge]\nevil = app:evil.toml\n",
            "pyproject.toml": '[build-system]\nbuild-backend = "app.late"\nbackend-path = ["."]\n',
            "setup.cfg": "[options]\npackages = attr: app.late.main\n",
            "tox.ini": "[testenv]\ncommands = touch {marks}/tox\n",
            "greenlint.toml": CONFIGURATION,
            "known.json": "",
            "Procfile": f"web: touch {marks}/web; gunicorn -k gevent -c ../secret/gunicorn.conf.py app.late:main\n",
            "run.sh": f"touch {marks}/sh; python -m app\n",
            ".git/hooks/post-checkout": f"touch {marks}/hook\n",
        },
    )
    for path in root.rglob("*"):
        path.chmod(0o755)
    links_out_of(root, place / "secret")
    return root


def links_out_of(root: Path, secret: Path) -> None:
    """Lay links of every kind that lead out of the root, and a pipe."""
    lay(secret, {"key.py": "KEY = 'treasure'\n", "gunicorn.conf.py": "worker_class = 'gevent'\n", "ignored": "*\n"})
    for name, target in {
        "app/leak.py": secret / "key.py",
        "app/everything": secret,
        "app/.gitignore": secret / "ignored",
        "bin/tool": secret / "key.py",
        "deploy.sh": secret / "key.py",
        "app/loop": Path("."),
        "app/loop.py": Path("loop.py"),
    }.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "app/pipe.py")
    os.mkfifo(root / "docs/.gitignore")

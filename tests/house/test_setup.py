"""What `make setup` installs, and from where."""

import re
import subprocess
import tomllib


def test_the_lock_names_only_the_public_index(root):
    lock = (root / "uv.lock").read_text()
    hosts = set(re.findall(r"\b(?:https?|file)://([^/\"]*)", lock))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    sources = {str(package["source"]) for package in tomllib.loads(lock)["package"]}
    assert sources == {"{'registry': 'https://pypi.org/simple'}", "{'editable': '.'}"}


def test_every_dependency_has_its_reason(root):
    project = (root / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[\n(.*?)^\]", project, flags=re.MULTILINE | re.DOTALL)
    bare = [line for line in block.group(1).splitlines() if not re.search(r"# .+ \(.+\)$", line)]
    assert not bare, f"say why, and under which licence: {bare}"


def test_make_alone_lists_what_can_be_typed(root):
    listed = subprocess.run(["make", "-C", root], capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^  make (\w+)", listed, flags=re.MULTILINE))
    assert targets == {
        "help",
        "setup",
        "demo",
        "test",
        "check",
        "bench",
        "checked",
        "fuzz",
        "docs",
        "screenshots",
        "clean",
    }

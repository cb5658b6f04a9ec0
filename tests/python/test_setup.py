"""scripts/setup.sh and sparkify.java, with pip, uv, Java and its download replaced by small scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from sparkify import java  # noqa: E402

# What setup.sh may use: what every Linux and macOS has. Whatever else this machine has (a Python, uv) is not
# found.
TOOLS = [
    "sh",
    "cat",
    "cp",
    "cut",
    "dirname",
    "env",
    "grep",
    "id",
    "ln",
    "ls",
    "mkdir",
    "mv",
    "pwd",
    "readlink",
    "rm",
]
TOOLS += ["sleep", "sha256sum", "shasum"]

SCRIPT = """#!/bin/sh
lock=%s
. "$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")/setup.sh"

printf '%%s\\n' "$(pwd)" "$SPARKIFY_CALLER_DIR" "$python" "$PYTHONPATH" "$JAVA_HOME" "$*"
"""

# A python that has its own idea of venv, pip and java. What it copies into a new environment is itself, and
# asked for the interpreter behind it, it names itself too.
PYTHON = """#!/bin/sh
case "$*" in
    *base_prefix*) echo "$0" ;;
    *submodule_search_locations*) mkdir -p "$FAKE/pyspark" && echo "$FAKE/pyspark" ;;
    '-m venv '*)
        for last in "$@"; do :; done
        mkdir -p "$last/bin" && cp "$0" "$last/bin/python" && : >"$last/pyvenv.cfg"
        ;;
    '-m pip --version') ;;
    '-m pip install '*)
        echo "$*" >>"$FAKE/pip"
        echo 'ERROR: no such thing'
        if [ -n "${FAKE_PIP_SLEEP:-}" ]; then sleep "$FAKE_PIP_SLEEP"; fi
        exit "${FAKE_PIP_EXIT:-0}"
        ;;
    '-m sparkify.java') echo /some/java ;;
    '-m sparkify.jars') echo "$JAVA_HOME" >>"$FAKE/jars"; exit "${FAKE_JARS_EXIT:-0}" ;;
    '-c import venv, ensurepip') exit "${FAKE_VENV_EXIT:-0}" ;;
    *) exec 'REAL' "$@" ;;
esac
"""

JAVA = """#!/bin/sh
case "$*" in *--add-modules=jdk.incubator.vector*)
    if [ HAS_MODULE = no ]; then echo 'Module jdk.incubator.vector not found' >&2; exit 1; fi ;;
esac
printf '    java.home = %s\\n    java.version = %s\\n' 'HOME' 'VERSION' >&2
"""


def write(path: Path, text: str) -> Path:
    """Writes an executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


class Project:
    """A copy of the project with what setup.sh needs, and a PATH of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "pro ject"
        self.fake = folder / "fake"
        self.tools = folder / "tools"
        self.tools.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.tools / tool).symlink_to(found)
        write(self.fake / "python3", PYTHON.replace("REAL", sys.executable))
        (self.root / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "setup.sh", self.root / "scripts")
        (self.root / "requirements.lock").write_text("one==1\n")
        (self.root / "requirements-dev.lock").write_text("one==1\ntwo==2\n")
        (self.root / "profiles.example.yml").write_text("example\n")
        self.run_script = write(self.root / "scripts" / "run", SCRIPT % "runtime")
        self.test_script = write(self.root / "scripts" / "test", SCRIPT % "dev")

    def call(
        self, script: Path | None = None, *arguments: str, cwd: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Calls a script, scripts/run if no other is named."""
        environment = {
            "PATH": f"{self.fake}:{self.tools}",
            "FAKE": str(self.fake),
            "HOME": str(self.root),
            **more,
        }
        return subprocess.run(
            [str(script or self.run_script), *arguments],
            cwd=cwd or self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def installations(self) -> list[str]:
        """The lock files that pip was called with so far."""
        calls = self.fake / "pip"
        return [line.split()[-1] for line in calls.read_text().splitlines()] if calls.exists() else []


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_first_call_installs_and_second_does_nothing(project: Project) -> None:
    first = project.call(None, "a", "b c")
    assert first.returncode == 0, first.stderr
    assert first.stderr.splitlines() == [
        "Installing the pinned packages of requirements.lock into .venv (once; takes a minute) ...",
        "Made profiles.yml from profiles.example.yml.",
    ]
    root = str(project.root)
    expected = [root, root, f"{root}/.venv/bin/python", f"{root}/scripts", "/some/java", "a b c"]
    assert first.stdout.splitlines() == expected
    assert "--no-deps --require-hashes" in (project.fake / "pip").read_text()

    second = project.call(None, "a", "b c")
    assert (second.returncode, second.stderr, second.stdout) == (0, "", first.stdout)
    assert project.installations == ["requirements.lock"]
    assert (project.fake / "pyspark" / "conf").readlink() == project.root / "scripts" / "spark"
    # They are looked for each time, by the Java that was found.
    assert (project.fake / "jars").read_text().splitlines() == ["/some/java"] * 2


def test_jars_that_cannot_be_had_end_it(project: Project) -> None:
    result = project.call(FAKE_JARS_EXIT="1")
    assert (result.returncode, result.stdout) == (1, "")


def test_who_needs_no_java_needs_no_jars(project: Project) -> None:
    script = write(
        project.root / "scripts" / "query", SCRIPT.replace("lock=%s", "java=no lock=runtime").replace("%%", "%")
    )
    assert project.call(script, JAVA_HOME="").returncode == 0
    assert not (project.fake / "jars").exists()


def test_a_changed_lock_file_is_installed(project: Project) -> None:
    project.call()
    (project.root / "requirements.lock").write_text("one==2\n")
    again = project.call()
    assert again.stderr.startswith("Installing the pinned packages of requirements.lock")
    assert project.installations == ["requirements.lock"] * 2
    assert project.call().stderr == ""


def test_dev_satisfies_runtime_and_not_the_reverse(project: Project) -> None:
    project.call()
    assert project.call(project.test_script).returncode == 0
    assert project.call().stderr == ""
    assert project.call(project.test_script).stderr == ""
    assert project.installations == ["requirements.lock", "requirements-dev.lock"]
    # What runtime changes is no longer what dev has installed.
    (project.root / "requirements.lock").write_text("one==2\n")
    project.call()
    project.call(project.test_script)
    assert project.installations[2:] == ["requirements.lock", "requirements-dev.lock"]


def test_profiles_are_never_overwritten(project: Project) -> None:
    (project.root / "profiles.yml").write_text("mine\n")
    assert "profiles.yml" not in project.call().stderr
    assert (project.root / "profiles.yml").read_text() == "mine\n"


def test_from_elsewhere_and_through_symlinks(project: Project, tmp_path: Path) -> None:
    link = tmp_path / "bin" / "sparkify"
    link.parent.mkdir()
    link.symlink_to(Path("..") / "pro ject" / "scripts" / "run")
    (tmp_path / "second").symlink_to(link)
    (tmp_path / "folder").symlink_to(project.root)
    for script in (link, tmp_path / "second", tmp_path / "folder" / "scripts" / "run"):
        result = project.call(script, cwd=tmp_path)
        assert result.stdout.splitlines()[:2] == [str(project.root), str(tmp_path)], result.stderr
    assert project.installations == ["requirements.lock"]


def test_another_folder_for_the_environment(project: Project, tmp_path: Path) -> None:
    result = project.call(cwd=tmp_path, SPARKIFY_VENV="envs/one")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[2] == f"{tmp_path}/envs/one/bin/python"
    assert not (project.root / ".venv").exists()


def test_no_python(project: Project) -> None:
    (project.fake / "python3").unlink()
    write(project.fake / "python", "#!/bin/sh\nexit 127\n")
    write(project.fake / "dnf", "")
    result = project.call()
    assert (result.returncode, result.stdout) == (1, "")
    sudo = "" if os.geteuid() == 0 else "sudo "
    assert result.stderr == f"No Python 3.10 to 3.13 was found: run '{sudo}dnf install python3.12'.\n"
    assert not (project.root / ".venv").exists()
    result = project.call(PYTHON="/bin/sh")
    assert (result.returncode, result.stderr) == (1, "PYTHON is /bin/sh, which is no Python 3.10 to 3.13.\n")


def test_python_without_venv(project: Project) -> None:
    write(project.fake / "apt-get", "")
    result = project.call(FAKE_VENV_EXIT="1")  # as Debian without python3-venv
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert (result.returncode, result.stdout) == (1, "")
    assert f"Python {version} " in result.stderr and f"apt-get install python{version}-venv'" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_failing_installation(project: Project) -> None:
    result = project.call(FAKE_PIP_EXIT="1")
    assert result.returncode == 1
    assert result.stderr.splitlines()[1:] == ["Installing the packages failed; .venv/install.log says why."]
    assert (project.root / ".venv" / "install.log").read_text() == "ERROR: no such thing\n"
    assert not (project.root / ".venv" / ".installed").exists()
    # What is half done is not built upon.
    (project.root / ".venv" / "half").touch()
    assert project.call().returncode == 0
    assert not (project.root / ".venv" / "half").exists()


def test_what_is_broken_or_moved_is_made_anew(project: Project) -> None:
    project.call()
    (project.root / ".venv" / "bin" / "python").unlink()
    assert project.call().returncode == 0
    assert len(project.installations) == 2
    moved = project.root.rename(project.root.parent / "moved")
    assert project.call(moved / "scripts" / "run", cwd=moved).returncode == 0
    assert len(project.installations) == 3


def test_nobodys_folder_is_deleted(project: Project, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis").touch()
    result = project.call(SPARKIFY_VENV=str(tmp_path / "papers"))
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"{tmp_path}/papers is no virtual environment")
    assert os.listdir(tmp_path / "papers") == ["thesis"]


def test_two_at_once_install_once(project: Project) -> None:
    results: list[subprocess.CompletedProcess[str]] = []
    threads = [threading.Thread(target=lambda: results.append(project.call(FAKE_PIP_SLEEP="1"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.returncode for result in results] == [0, 0, 0]
    assert project.installations == ["requirements.lock"]
    assert sum("Installing" in result.stderr for result in results) == 1
    waiting = sum(result.stderr.startswith("Waiting for the set-up that is already running ...") for result in results)
    assert waiting >= 1


def test_uv_is_used_where_there_is_one(project: Project) -> None:
    write(project.fake / "uv", '#!/bin/sh\necho "$*" >>"$FAKE/uv-calls"\n')
    assert project.call(FAKE_VENV_EXIT="1").returncode == 0  # uv needs no ensurepip
    python = project.root / ".venv" / "bin" / "python"
    expected = f"pip install --python {python} --no-deps --require-hashes -r requirements.lock\n"
    assert (project.fake / "uv-calls").read_text() == expected
    assert project.installations == []


# --- sparkify.java ----------------------------------------------------------------------------------------


def fake_java(home: Path, version: str = "17.0.15", module: str = "yes") -> Path:
    """Makes a Java home whose java says that it is of a version, and returns the home."""
    text = JAVA.replace("HOME", str(home)).replace("VERSION", version).replace("HAS_MODULE", module)
    write(home / "bin" / "java", text)
    return home


class Machine:
    """A machine without any Java, and an install-jdk that installs a fake one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.set = monkeypatch.setenv
        self.downloads: list[dict[str, object]] = []
        self.error: Exception | None = None
        self.downloaded_version = "17.0.19"
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "sh").symlink_to("/bin/sh")
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        monkeypatch.setenv("SSL_CERT_FILE", "as it was")
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setattr(java, "SYSTEM_PLACES", ())
        monkeypatch.setattr("socket.setdefaulttimeout", lambda seconds: None)
        install_jdk = ModuleType("jdk")
        install_jdk.install = self.install  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "jdk", install_jdk)

    def install(self, version: str, *, jre: bool, path: str) -> str:
        self.downloads.append({"version": version, "jre": jre})
        if self.error:
            raise self.error
        bundle = Path(path) / "jdk-17-jre"
        fake_java(bundle / "Contents" / "Home", self.downloaded_version)
        return str(bundle)

    def on_path(self, home: Path) -> Path:
        (self.bin / "java").symlink_to(home / "bin" / "java")
        return home


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize("version", ["17", "17.0.15", "21.0.4", "25.0.3", "25.0.10+8-LTS"])
def test_java_home_is_taken(machine: Machine, capsys: Output, version: str) -> None:
    machine.on_path(fake_java(machine.folder / "other"))
    home = fake_java(machine.folder / "mine", version)
    machine.set("JAVA_HOME", str(home))
    assert java.main([]) == 0
    assert capsys.readouterr() == (f"{home}\n", "")


@pytest.mark.parametrize("version", ["1.8.0_432", "11.0.24", "16.0.2", "22.0.1", "25", "25.0.2", "25-ea", "26.0.1"])
def test_unsuitable_java_home_is_named_and_path_taken(machine: Machine, capsys: Output, version: str) -> None:
    home = machine.on_path(fake_java(machine.folder / "other"))
    machine.set("JAVA_HOME", str(fake_java(machine.folder / "mine", version)))
    assert java.main([]) == 0
    out, err = capsys.readouterr()
    assert out == f"{home}\n"
    assert err.startswith(f"JAVA_HOME ({machine.folder}/mine) is Java {version}, and Spark 4.1 needs Java 17, 21")
    assert len(err.splitlines()) == 1


def test_java_home_that_is_none(machine: Machine, capsys: Output) -> None:
    home = machine.on_path(fake_java(machine.folder / "other"))
    machine.set("JAVA_HOME", str(machine.folder / "nothing"))
    assert java.main([]) == 0
    out, err = capsys.readouterr()
    assert out == f"{home}\n"
    assert "nothing) is no Java that starts, and" in err


def test_java_without_the_module(machine: Machine, capsys: Output) -> None:
    machine.set("JAVA_HOME", str(fake_java(machine.folder / "mine", module="no")))
    machine.on_path(fake_java(machine.folder / "other", module="no"))
    assert java.main([]) == 0
    out, err = capsys.readouterr()
    assert len(machine.downloads) == 1 and out != ""
    assert "is a Java 17.0.15 without the module jdk.incubator.vector" in err.splitlines()[0]
    assert err.splitlines()[1].startswith(f"The java on the PATH ({machine.folder}/other) is a Java 17.0.15 without")


def test_java_is_installed_once(machine: Machine, capsys: Output) -> None:
    write(machine.bin / "java", "#!/bin/sh\necho 'No Java runtime present' >&2\nexit 1\n")  # macOS's stub
    assert java.main([]) == 0
    out, err = capsys.readouterr()
    jdk = machine.folder / "cache" / "sparkify" / "jdk"
    assert err == f"Installing Java 17 (Temurin) into {jdk} (once; about 45 MB) ...\n"
    assert out.endswith("Contents/Home\n") and (jdk / "Contents" / "Home" / "bin" / "java").exists()
    assert sorted(os.listdir(jdk.parent)) == ["jdk", "lock"]
    assert java.main([]) == 0
    assert capsys.readouterr().err == ""
    assert machine.downloads == [{"version": "17", "jre": True}]


def test_java_of_a_package_manager(machine: Machine, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_java(machine.folder / "opt" / "openjdk@11" / "Contents" / "Home", "11.0.2")
    home = fake_java(machine.folder / "opt" / "openjdk@17" / "Contents" / "Home")
    monkeypatch.setattr(java, "SYSTEM_PLACES", (f"{machine.folder}/opt/openjdk@*",))
    assert java.main([]) == 0
    assert capsys.readouterr() == (f"{home}\n", "")


@pytest.mark.parametrize(
    ("manager", "apt_has", "sentence"),
    [
        ("apt-get", "17", "run 'apt-get install openjdk-17-jre-headless'"),
        ("apt-get", "21", "run 'apt-get install openjdk-21-jre-headless'"),
        ("apt-get", "none", "run 'apt-get install openjdk-17-jre-headless'"),
        ("dnf", "", "run 'dnf install java-21-openjdk-headless'"),
        ("brew", "", "run 'brew install openjdk@17'"),
        ("none", "", "install Java 17 from https://adoptium.net and set JAVA_HOME to its folder"),
    ],
)
def test_failing_download(
    machine: Machine,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    manager: str,
    apt_has: str,
    sentence: str,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    write(machine.bin / manager, "#!/bin/sh\n")
    if apt_has:
        write(
            machine.bin / "apt-cache",
            f"#!/bin/sh\ncase $* in *openjdk-{apt_has}-*) echo Package: x ;; esac\n",
        )
    machine.error = OSError("<urlopen error no route to host>")
    assert java.main([]) == 1
    out, err = capsys.readouterr()
    reason = "urlopen error no route to host"
    assert out == ""
    assert err.splitlines()[1:] == [
        f"No Java for Spark was found; installing one failed ({reason}): {sentence}, then try again."
    ]


def test_download_that_does_not_run(machine: Machine, capsys: Output) -> None:
    machine.downloaded_version = "11"
    assert java.main([]) == 1
    assert "what was downloaded does not run on this machine" in capsys.readouterr().err
    assert os.listdir(machine.folder / "cache" / "sparkify") == ["lock"]


def test_the_versions_are_those_of_the_pinned_spark() -> None:
    """Another Spark runs on other Javas: then java.py wants new numbers."""
    assert "\npyspark==4.1." in (ROOT / "requirements.lock").read_text()
    assert "Spark 4.1 " in java.NEEDED


def test_help(capsys: Output) -> None:
    with pytest.raises(SystemExit) as exit_:
        java.main(["--help"])
    assert exit_.value.code == 0
    assert "JAVA_HOME" in capsys.readouterr().out

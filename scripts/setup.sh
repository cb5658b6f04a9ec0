#!/bin/sh
# Makes the project ready: packages, Java, profiles.yml. Not run but sourced, by the scripts beside it, in two lines:
#
#     lock=runtime   # or dev: what the tests and the linters need as well
#     . "$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")/setup.sh"
#
# (readlink is for a script called through a symlink; a macOS too old for -f misses no more than that.) From then
# on the script is in the project's root; $root, $venv and $python are set; .venv/bin is first on the PATH; PYTHONPATH
# and JAVA_HOME are exported; and a relative path from the user is relative to $SPARKIFY_CALLER_DIR. A script that needs
# no Java says java=no first. When there is nothing to do, nothing is printed and it takes about a quarter of a second.
#
# POSIX sh, as macOS has bash 3.2 and Debian has dash. Everything that is said goes to stderr.
set -eu

setup_say() { printf '%s\n' "$*" >&2; }
setup_fail() {
    setup_say "$*"
    exit 1
}

# --- Where things are -------------------------------------------------------------------------------------------------
SPARKIFY_CALLER_DIR=$(pwd)
export SPARKIFY_CALLER_DIR

setup_from_caller() { case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$SPARKIFY_CALLER_DIR/$1" ;; esac }

setup_self=$0
while [ -L "$setup_self" ]; do
    setup_link=$(readlink "$setup_self")
    case $setup_link in
        /*) setup_self=$setup_link ;;
        *) setup_self=$(dirname "$setup_self")/$setup_link ;;
    esac
done
root=$(CDPATH='' cd "$(dirname "$setup_self")/.." && pwd -P)
cd "$root"

venv=$root/.venv
case ${SPARKIFY_SPARK:-4} in
    4) ;;
    3.5) venv=$root/.venv-spark3.5 ;;
    *) setup_fail "SPARKIFY_SPARK is $SPARKIFY_SPARK; set it to 4 or 3.5, or unset it." ;;
esac
if [ -n "${SPARKIFY_VENV:-}" ]; then venv=$(setup_from_caller "${SPARKIFY_VENV%/}"); fi
python=$venv/bin/python
# In messages: as short as it can be while the user can still paste it.
setup_shown=$venv
if [ "$SPARKIFY_CALLER_DIR" = "$root" ]; then setup_shown=${venv#"$root"/}; fi
setup_log=$venv/install.log

case ${lock:-runtime} in
    runtime) setup_lock=requirements.lock ;;
    dev) setup_lock=requirements-dev.lock ;;
    *) setup_fail "setup.sh: lock is '$lock', and must be runtime or dev." ;;
esac
# What many clusters still run; with all that the tests need.
if [ "${SPARKIFY_SPARK:-4}" = 3.5 ]; then setup_lock=requirements-spark3.5.lock; fi

# --- Packages ---------------------------------------------------------------------------------------------------------
# .venv/.installed has one line for each lock file that is completely installed. It is removed before anything changes
# and written when all is done, so a killed installation is simply not there. The line names the Python and the folder
# too: after an upgrade of the system's Python, or a move of the project, the old environment does not work.
setup_sha256() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}
setup_stamp() { printf '%s %s for python%s in %s\n' "$1" "$(setup_sha256 "$1")" "$setup_version" "$venv"; }

setup_is_ready() {
    [ -f "$venv/.installed" ] && [ -x "$python" ] || return 1
    setup_version=$("$python" -IS -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || return 1
    grep -qxF "$(setup_stamp "$setup_lock")" "$venv/.installed"
}

# Prints the path of interpreter $1 if it is one of the supported Pythons. For one inside a virtual environment (which
# may be the one that is about to be made anew) that is the interpreter it was made from.
setup_base_python() {
    "$1" -c '
import os, sys
version, path = sys.version_info[:2], sys.executable
if sys.prefix != sys.base_prefix:
    path = os.path.join(sys.base_prefix, "bin", "python%d.%d" % version)
if not (3, 10) <= version <= (3, 13) or not os.access(path, os.X_OK):
    sys.exit(1)
print(path)' 2>/dev/null
}

# What to type to get something, on this system: $1 with apt-get, $2 with dnf, $3 with Homebrew, $4 elsewhere.
setup_command() {
    setup_sudo='sudo '
    if [ "$(id -u)" = 0 ]; then setup_sudo=; fi
    if command -v apt-get >/dev/null 2>&1; then
        printf "run '%sapt-get install %s'" "$setup_sudo" "$1"
    elif command -v dnf >/dev/null 2>&1; then
        printf "run '%sdnf install %s'" "$setup_sudo" "$2"
    elif command -v brew >/dev/null 2>&1; then
        printf "run 'brew install %s'" "$3"
    else
        printf '%s' "$4"
    fi
}

# Sets setup_python to a Python that environments can be made with.
setup_find_python() {
    setup_python='' setup_without_venv=''
    # pip gets into an environment with ensurepip, which Debian keeps in a package of its own. uv does without.
    setup_modules='venv, ensurepip'
    if command -v uv >/dev/null 2>&1; then setup_modules=venv; fi
    if [ -n "${PYTHON:-}" ]; then
        setup_names=$PYTHON
        case $PYTHON in /*) ;; */*) setup_names=$SPARKIFY_CALLER_DIR/$PYTHON ;; esac
        setup_base_python "$setup_names" >/dev/null || setup_fail "PYTHON is $PYTHON, which is no Python 3.10 to 3.13."
        setup_python=$(setup_base_python "$setup_names")
        if ! "$setup_python" -c "import $setup_modules" 2>/dev/null; then setup_without_venv=$setup_python; fi
    else
        for setup_name in python3.13 python3.12 python3.11 python3.10 python3 python; do
            setup_python=$(setup_base_python "$setup_name") || continue
            if "$setup_python" -c "import $setup_modules" 2>/dev/null; then return; fi
            setup_without_venv=${setup_without_venv:-$setup_python}
        done
    fi
    if [ -n "$setup_without_venv" ]; then
        setup_version=$("$setup_without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        setup_advice=$(setup_command "python$setup_version-venv" "python$setup_version" "python@$setup_version" \
            "install its module ensurepip")
        setup_fail "Python $setup_version ($setup_without_venv) cannot make virtual environments: $setup_advice."
    elif [ -z "$setup_python" ]; then
        # Which of them a Debian or an Ubuntu has depends on its release; this package brings the interpreter too.
        setup_package='python3 python3-venv'
        for setup_version in 3.13 3.12 3.11 3.10; do
            if apt-cache show "python$setup_version-venv" 2>/dev/null | grep -q '^Package:'; then
                setup_package=python$setup_version-venv
                break
            fi
        done
        setup_advice=$(setup_command "$setup_package" python3.12 python@3.13 "install one from python.org")
        setup_fail "No Python 3.10 to 3.13 was found: $setup_advice."
    fi
}

# Is there an environment that can be brought up to date? One that was made here must have been finished, with this
# Python, in this place; one that somebody else made must work. Else it is made anew.
setup_is_usable() {
    setup_base_python "$python" >/dev/null || return 1
    setup_version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    [ ! -f "$venv/.made-by-setup" ] || grep -qF " for python$setup_version in $venv" "$venv/.installed" 2>/dev/null
}

setup_make_venv() {
    if [ -d "$venv" ] && [ ! -f "$venv/.made-by-setup" ] && [ -n "$(ls -A "$venv")" ]; then
        # Nobody's work is deleted: only an environment whose interpreter is gone.
        setup_advice='delete it, or name another folder in SPARKIFY_VENV'
        [ -f "$venv/pyvenv.cfg" ] || setup_fail "$setup_shown is no virtual environment: $setup_advice."
        if "$python" -c '' 2>/dev/null; then
            setup_fail "$setup_shown has a Python other than 3.10 to 3.13: $setup_advice."
        fi
    fi
    { mkdir -p "$venv" && : >"$venv/.made-by-setup"; } 2>/dev/null || setup_fail "$setup_shown cannot be written to."
    rm -f "$venv/.installed"
    rm -rf "${venv:?}"/*
    setup_pip=
    if command -v uv >/dev/null 2>&1; then setup_pip=--without-pip; fi
    # shellcheck disable=SC2086 # an option or nothing
    "$setup_python" -m venv $setup_pip "$venv" >"$setup_log" 2>&1 ||
        setup_fail "Making the virtual environment failed; $setup_shown/install.log says why."
    setup_version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
}

setup_install_packages() {
    # Both without dependencies: the lock file has them all, and old pips refuse extras when hashes are required.
    if command -v uv >/dev/null 2>&1; then
        uv pip install --python "$python" --no-deps --require-hashes -r "$setup_lock"
    else
        # An environment that uv made has no pip.
        "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip || return 1
        # The user's pip.conf may ask for --user, which no virtual environment has.
        PIP_USER=0 "$python" -m pip install --disable-pip-version-check --no-input --no-deps --require-hashes \
            -r "$setup_lock"
    fi
}

setup_install() {
    # Somebody else's packages have no place here, neither while installing nor later.
    unset PYTHONPATH PYTHONHOME
    setup_find_python
    # One set-up at a time. The lock belongs to the opened file, so to this shell and its children: it ends with them,
    # however they end. A file system without locks goes without.
    exec 9<requirements.lock
    "$setup_python" -c '
import fcntl, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
try:
    fcntl.flock(0, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Waiting for the set-up that is already running ...", file=sys.stderr, flush=True)
    fcntl.flock(0, fcntl.LOCK_EX)
except OSError:
    pass' <&9
    if ! setup_is_ready; then
        setup_say "Installing the pinned packages of $setup_lock into $setup_shown (once; takes a minute) ..."
        if ! setup_is_usable; then setup_make_venv; fi
        rm -f "$venv/.installed"
        setup_install_packages >"$setup_log" 2>&1 ||
            setup_fail "Installing the packages failed; $setup_shown/install.log says why."
        # Spark's console: scripts/spark is the folder of its settings for every start from this environment.
        setup_spark=$("$python" -c 'import importlib.util as i; print(i.find_spec("pyspark").submodule_search_locations[0])')
        ln -sfn "$root/scripts/spark" "$setup_spark/conf"
        {
            # requirements-dev.lock is requirements.lock and more, with the same pins.
            setup_stamp "$setup_lock"
            if [ "$setup_lock" = requirements-dev.lock ]; then setup_stamp requirements.lock; fi
        } >"$venv/.installed.new"
        mv "$venv/.installed.new" "$venv/.installed"
    fi
    exec 9<&-
}

if ! setup_is_ready; then setup_install; fi

# --- profiles.yml -----------------------------------------------------------------------------------------------------
if [ ! -e profiles.yml ] && [ ! -L profiles.yml ]; then
    # In two steps, so that nobody ever reads half of it.
    { cp profiles.example.yml "profiles.yml.$$" && mv "profiles.yml.$$" profiles.yml; } ||
        setup_fail "profiles.yml could not be made from profiles.example.yml."
    setup_say "Made profiles.yml from profiles.example.yml."
fi

# --- What the scripts' programs need ----------------------------------------------------------------------------------
PATH=$venv/bin:$PATH
PYTHONPATH=$root/scripts
DBT_SEND_ANONYMOUS_USAGE_STATS=false
unset PYTHONHOME
export PATH PYTHONPATH DBT_SEND_ANONYMOUS_USAGE_STATS

if [ "${java:-yes}" = yes ]; then
    if [ -n "${JAVA_HOME:-}" ]; then JAVA_HOME=$(setup_from_caller "$JAVA_HOME"); fi
    # It says on stderr what is missing.
    JAVA_HOME=$("$python" -m sparkify.java) || exit 1
    export JAVA_HOME
    "$python" -m sparkify.jars || exit 1
fi

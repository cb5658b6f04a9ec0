# Spark reads this before it starts Java.

# The embedded metastore serves one process: wait for it, where Derby would fail after half a minute with a stack trace.
scripts=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for argument in "$@"; do
    case $argument in
        *jdbc:derby:*databaseName=*)
            metastore=${argument#*databaseName=}
            PYTHONPATH=$scripts "${SPARK_HOME%/lib/*}/bin/python" -m sparkify.metastore "${metastore%%;*}"
            ;;
    esac
done

# Java says on the console that Spark asks for an incubator module; nobody can act on that. Everything else passes.
exec 2> >(grep --line-buffered -v 'WARNING: Using incubator modules: jdk.incubator.vector' >&2)

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

# Not for people: Java's note that Spark asks for an incubator module, and the report of Ivy, which fetches the client for S3.
quiet='^WARNING: Using incubator modules: jdk.incubator.vector$|^:: |^Ivy Default Cache|^The jars for the packages'
quiet=$quiet'| added as a dependency$|^[[:space:]](:: |confs:|found |[a-z0-9.-]+#|[0-9]+ artifacts|-+$|[|])'
exec 2> >(grep --line-buffered -Ev "$quiet" >&2)

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

# Java's second compiler takes most of a short run and halves a long one: it waits for 256 MB of raw data. What lies on S3 counts as
# little; SPARKIFY_JIT decides otherwise. Servers have what their own settings say.
case " $* " in
    *" pyspark-shell "*)
        raw_kib=$(du -Lsk "${SPARKIFY_RAW:-raw}" 2>/dev/null | cut -f1)
        jit=quick
        if [ "${raw_kib:-0}" -gt 262144 ]; then jit=full; fi
        jit=${SPARKIFY_JIT:-$jit}
        if [ "$jit" = quick ]; then export SPARK_SUBMIT_OPTS="${SPARK_SUBMIT_OPTS:-} -XX:TieredStopAtLevel=1"; fi
        ;;
esac

# Not for people: Java's note that Spark asks for an incubator module, and the report of Ivy, which fetches the client for S3.
quiet='^WARNING: Using incubator modules: jdk.incubator.vector$|^:: |^Ivy Default Cache|^The jars for the packages'
quiet=$quiet'| added as a dependency$|^[[:space:]](:: |confs:|found |[a-z0-9.-]+#|[0-9]+ artifacts|-+$|[|])'
exec 2> >(grep --line-buffered -Ev "$quiet" >&2)

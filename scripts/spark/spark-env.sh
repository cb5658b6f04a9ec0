# Spark reads this before it starts Java.

scripts=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# SQLite makes the file of a catalog, and not the folder that it lies in.
for argument in "$@"; do
    case $argument in
        *jdbc:sqlite:*) catalog=${argument#*jdbc:sqlite:} && mkdir -p "$(dirname "$catalog")" ;;
    esac
done

# The client for S3 is fetched when it is first needed.
case ${SPARKIFY_RAW:-}${SPARKIFY_LAKE:-} in
    *://*) PYTHONPATH=$scripts "${SPARK_HOME%/lib/*}/bin/python" -m sparkify.cli prepare --s3 || exit 1 ;;
esac

# Java's second compiler takes most of a short run and halves a long one: it waits for 256 MB of raw data. What lies on S3 counts as
# little; SPARKIFY_JIT decides otherwise.
jit_options() {
    raw_kib=$(du -Lsk "${SPARKIFY_RAW:-raw}" 2>/dev/null | cut -f1)
    jit=quick
    if [ "${raw_kib:-0}" -gt 262144 ]; then jit=full; fi
    if [ "${SPARKIFY_JIT:-$jit}" = quick ]; then echo "-XX:TieredStopAtLevel=1"; fi
}

# Java reads and checks some 20,000 classes at each start: the first one leaves them in a file as it ends, and later ones map that. The
# file is of one Java and one Spark, whose jars are told by what `ls` says of them, in any time zone the same. Its first bytes are
# written last: where they are zeros, it is not finished, and never will be if nobody has written to it for two minutes.
class_archive_options() {
    java=$(readlink -f "$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java")" 2>/dev/null)
    origin=$({ cat "${java%/bin/java}/release" && TZ=UTC0 LC_ALL=C ls -ln "$SPARK_HOME/jars/"; } 2>/dev/null | cksum | cut -d ' ' -f 1)
    archive=$SPARK_HOME/classes-$origin.jsa
    if [ "$(head -c 4 "$archive" 2>/dev/null | tr -d '\0' | wc -c)" -gt 0 ]; then
        echo "-XX:SharedArchiveFile=$archive -Xlog:cds*=off"
    elif [ -w "$SPARK_HOME" ] && [ -z "$(find "$archive" -mmin -2 2>/dev/null)" ]; then
        rm -f "$SPARK_HOME"/classes-*.jsa
        echo "-XX:ArchiveClassesAtExit=$archive -Xlog:cds*=off"
    fi
}

# Servers have what their own settings say.
case " $* " in
    *" pyspark-shell "*)
        SPARK_SUBMIT_OPTS="${SPARK_SUBMIT_OPTS:-} $(jit_options)"
        # Java takes no such file where a folder with files is on the class path, such as this one, where Spark looks for settings.
        if ! ls "$SPARK_CONF_DIR" | grep -qE '[.](conf|xml)$'; then
            SPARK_SUBMIT_OPTS="$SPARK_SUBMIT_OPTS $(class_archive_options)"
            SPARK_CONF_DIR=$SPARK_HOME/no-settings
        fi
        export SPARK_SUBMIT_OPTS SPARK_CONF_DIR
        ;;
esac

# Not for people: Java's note that Spark asks for an incubator module.
exec 2> >(grep --line-buffered -Ev '^WARNING: Using incubator modules: jdk.incubator.vector$' >&2)

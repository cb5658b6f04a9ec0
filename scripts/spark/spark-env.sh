# Java says on the console that Spark asks for an incubator module; nobody can act on that. Everything else passes.
exec 2> >(grep --line-buffered -v 'WARNING: Using incubator modules: jdk.incubator.vector' >&2)

{# How Spark plans the statements of this run. Of little raw data each stage is one task, as the profile's shuffle.partitions says too:
   adaptive execution, which plans again after each shuffle, costs more there than it gains. A server's sessions are its own affair. #}
{% macro fit_spark_to_raw_data() %}
    {% if execute and adapter.config.credentials.method == 'session' %}
        {% set is_small = raw_bytes() <= var('small_raw_bytes') %}
        {% for name, value in {'spark.sql.adaptive.enabled': 'false', 'spark.sql.files.minPartitionNum': '1'}.items() %}
            {% do run_statement('set ' ~ name ~ ' = ' ~ value if is_small else 'reset ' ~ name) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# Size of the files of all sources, as Spark's plan says it: to about a tenth, and without a request for any file but the listing. #}
{% macro raw_bytes() %}
    {% set sizes = [] %}
    {% for node in graph.sources.values() if node.external %}
        {% set plan = run_query('explain cost select line from ' ~ source_relation(node))[0][0] %}
        {% set number, prefix = modules.re.search('sizeInBytes=([0-9.]+) ([KMGTPE]?)i?B', plan).groups() %}
        {% do sizes.append((number | float) * 1024 ** ' KMGTPE'.index(prefix or ' ')) %}
    {% endfor %}
    {{ return(sizes | sum) }}
{% endmacro %}

{# Fit Spark's session to the size of the raw data. With little data each stage runs as one task, because adaptive execution, which plans
   again after each shuffle, costs more than it gains; and expressions are interpreted, because Java code made of them costs more than it
   gains. The sessions of a Thrift Server are not changed. #}
{% macro fit_spark_to_raw_data() %}
    {% if execute and adapter.config.credentials.method == 'session' %}
        {% set is_small = raw_bytes() <= var('small_raw_bytes') %}
        {% for name, value in {
            'spark.sql.adaptive.enabled': 'false', 'spark.sql.files.minPartitionNum': '1',
            'spark.sql.codegen.wholeStage': 'false', 'spark.sql.codegen.factoryMode': 'NO_CODEGEN',
        }.items() %}
            {% do run_statement('set ' ~ name ~ ' = ' ~ value if is_small else 'reset ' ~ name) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# Bytes of all raw files as Spark's plan estimates them, to about a tenth. It lists the files and reads none. #}
{% macro raw_bytes() %}
    {% set sizes = [] %}
    {% for node in graph.sources.values() if node.external %}
        {% set plan = run_query('explain cost select line from ' ~ source_relation(node))[0][0] %}
        {% set number, prefix = modules.re.search('sizeInBytes=([0-9.]+) ([KMGTPE]?)i?B', plan).groups() %}
        {% do sizes.append((number | float) * 1024 ** ' KMGTPE'.index(prefix or ' ')) %}
    {% endfor %}
    {{ return(sizes | sum) }}
{% endmacro %}

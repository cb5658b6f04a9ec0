{# Create the external tables of every source that has an `external:` block, or refresh them where they are as the block says.
   Runs at the start of each run; by hand: dbt run-operation stage_external_sources. #}
{% macro stage_external_sources() %}
    {% if execute and flags.WHICH in ['run', 'build', 'test', 'seed', 'run-operation', 'freshness'] %}
        {% for node in graph.sources.values() if node.external %}
            {% do stage_external_table(node) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro stage_external_table(node) %}
    {{ return(adapter.dispatch('stage_external_table', 'sparkify')(node)) }}
{% endmacro %}

{% macro spark__stage_external_table(node) %}
    {% set location = absolute_path(node.external.location) %}
    {% set files %}
        path {{ text_literal(location) }},
        pathGlobFilter {{ text_literal(node.external.files) }},
        recursiveFileLookup 'true',
        {#- A file that disappears in mid-run has no rows. #}
        ignoreMissingFiles 'true',
        {#- Longer lines are left out; raw_files names their files. #}
        `mapreduce.input.linerecordreader.line.maxlength` '{{ var('max_line_bytes') }}',
        {#- Hadoop's default file system writes checksum files, and fails on names with a colon. #}
        `fs.file.impl` 'org.apache.hadoop.fs.RawLocalFileSystem',
        `fs.file.impl.disable.cache` 'true'
    {% endset %}
    {% do create_schema(source_relation(node)) %}
    {# Text, not JSON: see json_object.sql. #}
    {% do create_external_table(source_relation(node), '(line string) using text options (' ~ files ~ ')') %}
    {# The same files by name. Their content is only read if a query asks for it. #}
    {% do create_external_table(source_relation(node, '_files'), 'using binaryFile options (' ~ files ~ ')') %}
    {# Each file as one text, if it can be read. #}
    {% do create_external_table(
        source_relation(node, '_texts'), "(line string) using text options (wholetext 'true', ignoreCorruptFiles 'true', " ~ files ~ ')'
    ) %}
    {# Through the catalog a missing folder reads as an empty table; by its path it is an error. #}
    {% if flags.WHICH not in ['compile', 'generate', 'show'] %}
        {% do run_statement('create or replace temporary view raw_folder using text options (recursiveFileLookup true, path ' ~ text_literal(location) ~ ')') %}
    {% endif %}
{% endmacro %}

{# In Trino and Athena the table has one column with the whole line, byte for byte: the columns of a line end where the line does, no
   text stands for null, and what is no JSON object is there as well, which the JSON formats of both lack or fail on. Lines of more than
   100 MB are an error (Trino's hive.text.max-line-length). A definition is known by its md5 in the table's comment. #}
{% macro trino__stage_external_table(node) %}
    {% set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.identifier) %}
    {% set location = absolute_path(node.external.location) %}
    {% set definition = 'sparkify.definition=' ~ local_md5(location) %}
    {% do create_schema(relation) %}
    {% set comments = run_query(
        'select comment from system.metadata.table_comments where catalog_name = ' ~ text_literal(relation.database)
        ~ ' and schema_name = ' ~ text_literal(relation.schema) ~ ' and table_name = ' ~ text_literal(relation.identifier)
    ) %}
    {% if not comments or comments[0][0] != definition %}
        {% do run_statement('drop table if exists ' ~ relation) %}
        {% do run_statement(
            'create table ' ~ relation ~ ' (line varchar) comment ' ~ text_literal(definition)
            ~ " with (format = 'TEXTFILE', textfile_field_separator = u&'\\000a', null_format = '', external_location = "
            ~ text_literal(location) ~ ')'
        ) %}
    {% endif %}
{% endmacro %}

{% macro athena__stage_external_table(node) %}
    {% set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.identifier) %}
    {% set location = absolute_path(node.external.location) ~ '/' %}
    {% do create_schema(relation) %}
    {% set table = adapter.get_glue_table(relation) %}
    {% if not table or table.Table.StorageDescriptor.Location != location %}
        {% do run_statement('drop table if exists ' ~ relation.render_hive()) %}
        {% do run_statement(
            'create external table ' ~ relation.render_hive() ~ ' (line string)'
            ~ " row format serde 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'"
            ~ " with serdeproperties ('field.delim' = '\\n', 'serialization.null.format' = '') location " ~ text_literal(location)
        ) %}
    {% endif %}
{% endmacro %}

{% macro source_relation(node, suffix='') %}
    {{ return(api.Relation.create(schema=node.schema, identifier=node.identifier ~ suffix)) }}
{% endmacro %}

{# Create a table over raw files, again if its definition has changed. Refresh one that is there, so that Spark lists its files again. #}
{% macro create_external_table(relation, definition) %}
    {% set fingerprint = local_md5(definition) %}
    {% set is_there = run_query('show tables in ' ~ relation.schema ~ ' like ' ~ text_literal(relation.identifier)) %}
    {% if is_there and table_property(relation, 'sparkify.definition') == fingerprint %}
        {% do run_statement('refresh table ' ~ relation) %}
    {% else %}
        {% do run_statement('drop table if exists ' ~ relation) if is_there %}
        {% do run_statement(
            'create table if not exists ' ~ relation ~ ' ' ~ definition ~ " tblproperties ('sparkify.definition' = '" ~ fingerprint ~ "')"
        ) %}
    {% endif %}
{% endmacro %}

{# The node of a source table, with its `external:` block. Spark knows its tables from the start of a run; these commands have none. #}
{% macro external_table(source_name, table_name) %}
    {% set node = graph.sources['source.sparkify.' ~ source_name ~ '.' ~ table_name] %}
    {% if target.type == 'spark' and flags.WHICH in ['compile', 'generate', 'show'] and flags.INTROSPECT %}
        {% do stage_external_table(node) %}
    {% endif %}
    {{ return(node) }}
{% endmacro %}

{# Run by scripts/maintain: dbt run-operation join_small_files --args '{tables: [sparkify.songplays]}' #}
{% macro join_small_files(tables) %}
    {% do check_lake_is_here() %}
    {% for table in tables %}
        {% do run_statement(
            'alter table ' ~ table ~ " execute optimize(file_size_threshold => '128MB')" if target.type == 'trino' else
            'optimize ' ~ table ~ ' rewrite data using bin_pack' if target.type == 'athena' else
            'call system.rewrite_data_files(table => ' ~ text_literal(table) ~ ", options => map('target-file-size-bytes', '134217728'))"
        ) %}
    {% endfor %}
{% endmacro %}

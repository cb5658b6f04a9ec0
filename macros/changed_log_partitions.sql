{# The partitions of int_log_rows that changed since this model was built, for a small table that keeps what it has of the others.
   None: it must be built in full. #}
{% macro changed_log_partitions() %}
    {% if must_rebuild(['int_log_rows']) %}
        {% do replace_only(none) %}
        {{ return(none) }}
    {% endif %}
    {% set published = published_runs() %}
    {% set changed = [] %}
    {% if published['int_log_rows'][-1] > published[this.identifier][-1] %}
        {% for partition, entry in manifest_of('int_log_rows', published['int_log_rows'][-1]).items() %}
            {% do changed.append(partition) if entry.written_by > published[this.identifier][-1] %}
        {% endfor %}
    {% endif %}
    {% do replace_only(changed) %}
    {{ return(changed) }}
{% endmacro %}

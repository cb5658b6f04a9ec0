{# The partitions of an input that changed since this model was built, for a small table that keeps what it has of the others. None:
   it must be built in full. #}
{% macro changed_partitions(input) %}
    {% if must_rebuild([input]) %}
        {{ return(none) }}
    {% endif %}
    {% set changed = [] %}
    {% if is_any_newer([input]) %}
        {% set published = published_runs() %}
        {% for partition, entry in manifest_of(input, published[input][-1]).items() %}
            {% do changed.append(partition) if entry.written_by > published[this.identifier][-1] %}
        {% endfor %}
    {% endif %}
    {% do replace_only(changed) %}
    {{ return(changed) }}
{% endmacro %}

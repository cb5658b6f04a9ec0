{# The days of songplays that changed since this model was built, for a small table that keeps what it has of the others. None: it
   must be built in full. #}
{% macro changed_play_days() %}
    {% if must_rebuild(['songplays']) %}
        {% do replace_only(none) %}
        {{ return(none) }}
    {% endif %}
    {% set published = published_runs() %}
    {% set changed = [] %}
    {% if published['songplays'][-1] > published[this.identifier][-1] %}
        {% for partition, entry in manifest_of('songplays', published['songplays'][-1]).items() %}
            {% do changed.append(partition.removeprefix('event_date=')) if entry.written_by > published[this.identifier][-1] %}
        {% endfor %}
    {% endif %}
    {% do replace_only(changed) %}
    {{ return(changed) }}
{% endmacro %}

{# The song files that arrived since int_song_rows was built, for int_song_rows itself. None: it must be built in full. #}
{% macro arrived_song_files() %}
    {% if must_rebuild() %}
        {{ return(none) }}
    {% endif %}
    {% set files = arrived_files('raw', 'song_data', 'select distinct source_file, loaded_at from ' ~ this) %}
    {% do replace_only(files) %}
    {{ return(files) }}
{% endmacro %}

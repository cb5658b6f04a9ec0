{# The key of a song as the logs name it: an md5 of two, so that no text in title and artist can make two songs one. #}
{% macro song_key(title, artist) -%}
    {{ dbt.hash(dbt.hash(title) ~ ' || ' ~ dbt.hash(artist)) }}
{%- endmacro %}

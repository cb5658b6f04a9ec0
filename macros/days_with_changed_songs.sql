{# Days with plays of songs that came, went or changed since songplays was built: what the catalogue was then is still there as an
   older version of int_song_rows. If it is not, all days. For songplays. #}
{% macro days_with_changed_songs() %}
    {% if must_rebuild(['int_log_rows', 'int_song_rows']) %}
        {{ return([]) }}
    {% endif %}
    {% set published = published_runs() %}
    {% set own_run = published[this.identifier][-1] %}
    {% set song_runs = published['int_song_rows'] %}
    {% if song_runs[-1] <= own_run %}
        {{ return([]) }}
    {% endif %}

    {% set then = song_runs | select('le', own_run) | list %}
    {% set days = [] %}
    {% if not then %}
        {% for partition in manifest_of('int_log_rows', published['int_log_rows'][-1]) if is_of_events(partition) %}
            {% do days.append(partition.split('row_date=')[1]) %}
        {% endfor %}
        {{ return(days) }}
    {% endif %}
    {% set changed_songs %}
        ({{ catalogue(song_runs[-1]) }} except {{ catalogue(then[-1]) }})
        union all
        ({{ catalogue(then[-1]) }} except {{ catalogue(song_runs[-1]) }})
    {% endset %}
    {% for row in run_query(
        'select distinct plays.event_date from ' ~ ref('int_log_events') ~ ' as plays left semi join (' ~ changed_songs
        ~ ') as songs on plays.song = songs.title and plays.artist = songs.artist_name where plays.is_play'
    ) %}
        {% do days.append(row[0] | string) %}
    {% endfor %}
    {{ return(days) }}
{% endmacro %}

{% macro catalogue(run) -%}
    select artist_name, title, duration, song_id, artist_id from {{ in_versions(version_name('int_song_rows', run)) }}
    where verdict = 'kept'
{%- endmacro %}

{# Stop before anything runs if settings are wrong or contradict each other, with one sentence that says what to change. #}
{% macro check_settings() %}
    {% set raw = env_var('SPARKIFY_RAW', 'raw').rstrip('/') ~ '/' %}
    {% set lake = env_var('SPARKIFY_LAKE', 'lake').rstrip('/') ~ '/' %}
    {% if raw.startswith(lake) or lake.startswith(raw) %}
        {% do exceptions.raise_compiler_error(
            'SPARKIFY_RAW (' ~ raw ~ ') and SPARKIFY_LAKE (' ~ lake ~ ') lie in one another; give each a folder of its own.'
        ) %}
    {% endif %}
    {% if not modules.re.fullmatch('[a-z][a-z0-9_]*', target.schema) %}
        {% do exceptions.raise_compiler_error(
            'SPARKIFY_SCHEMA is ' ~ target.schema ~ '; give a name of small letters, digits and underscores.'
        ) %}
    {% endif %}
    {% if '?' in lake or '#' in lake %}
        {% do exceptions.raise_compiler_error("SPARKIFY_LAKE (" ~ lake ~ ") has a ? or # in its path, which Iceberg can't read; rename it.") %}
    {% endif %}
    {% if epoch_ms(var('earliest_event')) | int >= epoch_ms(var('latest_event')) | int %}
        {% do exceptions.raise_compiler_error(
            'The var earliest_event (' ~ var('earliest_event') ~ ') is not before latest_event (' ~ var('latest_event')
            ~ '); change one of them.'
        ) %}
    {% endif %}
    {% if (var('backfill_from') is none) != (var('backfill_to') is none) %}
        {% do exceptions.raise_compiler_error('Of the vars backfill_from and backfill_to one is missing; give both, or none.') %}
    {% elif var('backfill_from') is not none and epoch_ms(var('backfill_from')) | int > epoch_ms(var('backfill_to')) | int %}
        {% do exceptions.raise_compiler_error(
            'The var backfill_from (' ~ var('backfill_from') ~ ') is after backfill_to (' ~ var('backfill_to') ~ '); swap them.'
        ) %}
    {% endif %}
    {% set numbers = [
        'song_match_tolerance_seconds', 'valid_play_seconds', 'recommendation_shrinkage', 'small_raw_bytes', 'whole_file_bytes',
        'max_line_bytes', 'recheck_days',
    ] %}
    {% for name in numbers if var(name) is not number or var(name) < 0 %}
        {% do exceptions.raise_compiler_error('The var ' ~ name ~ ' is ' ~ var(name) ~ '; give a number, 0 or more.') %}
    {% endfor %}
    {% set counts = [
        'session_gap_minutes', 'chart_size', 'recommendations', 'recommendation_history_songs', 'recommendation_neighbours',
        'recommendation_min_co_listeners',
    ] %}
    {% for name in counts if var(name) is not integer or var(name) < 1 %}
        {% do exceptions.raise_compiler_error('The var ' ~ name ~ ' is ' ~ var(name) ~ '; give a whole number, 1 or more.') %}
    {% endfor %}
    {% set known = numbers + counts + ['earliest_event', 'latest_event', 'backfill_from', 'backfill_to'] %}
    {% for name in invocation_args_dict.vars or {} if name not in known %}
        {% do exceptions.raise_compiler_error('There is no var ' ~ name ~ '; there are ' ~ known | sort | join(', ') ~ '.') %}
    {% endfor %}
{% endmacro %}

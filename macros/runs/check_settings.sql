{# Stop before anything runs if settings are wrong or contradict each other, with one sentence that says what to change. #}
{% macro check_settings() %}
    {% set wrong = [] %}
    {% set raw = env_var('SPARKIFY_RAW', 'raw').rstrip('/') ~ '/' %}
    {% set lake = env_var('SPARKIFY_LAKE', 'lake').rstrip('/') ~ '/' %}
    {% if raw.startswith(lake) or lake.startswith(raw) %}
        {% do wrong.append('SPARKIFY_RAW (' ~ raw ~ ') and SPARKIFY_LAKE (' ~ lake ~ ') lie in one another; give each a folder of its own.') %}
    {% elif '?' in lake or '#' in lake %}
        {% do wrong.append("SPARKIFY_LAKE (" ~ lake ~ ") has a ? or # in its path, which Iceberg can't read; rename it.") %}
    {% elif not modules.re.fullmatch('[a-z][a-z0-9_]*', target.schema) %}
        {% do wrong.append('SPARKIFY_SCHEMA is ' ~ target.schema ~ '; give a name of small letters, digits and underscores.') %}
    {% endif %}

    {% set numbers = [
        'song_match_tolerance_seconds', 'valid_play_seconds', 'recommendation_shrinkage', 'segment_upgrade_hours', 'segment_upgrade_points',
        'segment_leave_points', 'small_raw_bytes', 'whole_file_bytes', 'max_line_bytes', 'recheck_days',
    ] %}
    {% set counts = [
        'session_gap_minutes', 'chart_size', 'recommendations', 'recommendation_history_songs', 'recommendation_neighbours',
        'recommendation_min_co_listeners', 'segment_window_days', 'segment_new_days', 'segment_idle_days', 'segment_dormant_days',
        'segment_regular_days', 'segment_devoted_days',
    ] %}
    {% set known = numbers + counts + ['earliest_event', 'latest_event', 'backfill_from', 'backfill_to'] %}
    {% for name in invocation_args_dict.vars or {} if name not in known %}
        {% do wrong.append('There is no var ' ~ name ~ '; there are ' ~ known | sort | join(', ') ~ '.') %}
    {% endfor %}
    {% for name in numbers if var(name) is not number or var(name) < 0 %}
        {% do wrong.append('The var ' ~ name ~ ' is ' ~ var(name) ~ '; give a number, 0 or more.') %}
    {% endfor %}
    {% for name in counts if var(name) is not integer or var(name) < 1 %}
        {% do wrong.append('The var ' ~ name ~ ' is ' ~ var(name) ~ '; give a whole number, 1 or more.') %}
    {% endfor %}

    {% set first, last = var('backfill_from'), var('backfill_to') %}
    {% if (first is none) != (last is none) %}
        {% do wrong.append('Of the vars backfill_from and backfill_to one is missing; give both, or none.') %}
    {% elif first is not none and epoch_ms(first) | int > epoch_ms(last) | int %}
        {% do wrong.append('The var backfill_from (' ~ first ~ ') is after backfill_to (' ~ last ~ '); swap them.') %}
    {% elif epoch_ms(var('earliest_event')) | int >= epoch_ms(var('latest_event')) | int %}
        {% do wrong.append(
            'The var earliest_event (' ~ var('earliest_event') ~ ') is not before latest_event (' ~ var('latest_event') ~ '); change one of them.'
        ) %}
    {% elif not wrong and not var('segment_regular_days') <= var('segment_devoted_days') <= var('segment_window_days') %}
        {% do wrong.append('The vars segment_regular_days, segment_devoted_days and segment_window_days must not fall; change one of them.') %}
    {% elif not wrong and var('segment_dormant_days') >= var('segment_window_days') %}
        {% do wrong.append('The var segment_dormant_days is not less than segment_window_days, by which users have lapsed; change one of them.') %}
    {% endif %}
    {% do exceptions.raise_compiler_error(wrong[0]) if wrong %}
{% endmacro %}

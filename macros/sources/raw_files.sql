{# What has changed in the raw folders since raw_files was built: {files: those to look at, replaced: those of them whose older rows must go,
   statements: one that forgets files that could not be read and are gone}. None: all are looked at. A file that was `unreadable` is tried again. #}
{% macro changed_raw_files() %}
    {% if state_before() is none %}
        {{ return(none) }}
    {% endif %}
    {% set known = {} %}
    {% set unread = [] %}
    {% set unreadable = [] %}
    {% set there = [] %}
    {% set files = [] %}
    {% set replaced = [] %}
    {% for path, delivery, reason in run_query('select source_file, ' ~ delivery_key('source_file', 'loaded_at') ~ ', reason from ' ~ this) %}
        {% do unread.append(path) if reason %}
        {% do unreadable.append(path) if reason == 'unreadable' %}
        {% do replaced.append(path) if path in known %}
        {% do known.update({path: delivery}) %}
    {% endfor %}
    {% for source in graph.sources.values() if source.external %}
        {% set node = external_table(source.source_name, source.name) %}
        {% set listing = 'select ' ~ source_file() ~ ' as source_file, ' ~ source_file_modified_at() ~ ' as loaded_at from '
            ~ source_relation(node, '_files') %}
        {% for row in run_query(arrivals(listing, known.values() | list)) %}
            {% do files.append(row[0]) %}
        {% endfor %}
        {% for row in (run_query(listing ~ ' where ' ~ source_file() ~ ' in (' ~ text_list(unread) ~ ')') if unread else []) %}
            {% do there.append(row[0]) %}
        {% endfor %}
        {% for row in (run_query(
            'select ' ~ source_file() ~ ' from ' ~ source_relation(node, '_texts') ~ ' where ' ~ source_file() ~ ' in ('
            ~ text_list(unreadable) ~ ')'
        ) if unreadable else []) if row[0] not in files %}
            {% do files.append(row[0]) %}
        {% endfor %}
    {% endfor %}
    {% set gone = unread | reject('in', there) | list %}
    {{ return({'files': files, 'replaced': replaced + files | select('in', known) | list, 'statements': [
        'delete from ' ~ this ~ ' where source_file in (' ~ text_list(gone) ~ ')'
    ] if gone else []}) }}
{% endmacro %}

{# A query for what is seen of the files of all sources, in one look at each before its rows are parsed: a row that lists the file; if it can
   be read, a row for a small file as a whole, or one for each line of a large one. Spark alone. `changes`: as changed_raw_files() gives
   them; none for all files. Columns: source_name, source_file, loaded_at, bytes, content (0: blank, 1: lines, 2: one JSON value, 3: a compression that
   Spark does not know, 4: UTF-16), bytes_of_line, is_object, is_bracket. #}
{% macro looks_at_raw_files(changes) -%}
    {%- set among = 'true' if changes is none else source_file() ~ ' in (' ~ text_list(changes.files) ~ ')' -%}
    {%- for table_name in ['log_data', 'song_data'] %}
    {%- set relation = source('raw', table_name).render() -%}
    {%- set file -%}
        '{{ table_name }}' as source_name,
        {{ source_file() }} as source_file,
        {{ source_file_modified_at() }} as loaded_at,
        _metadata.file_size as bytes
    {%- endset %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        {{ file }},
        cast(null as int) as content,
        cast(null as bigint) as bytes_of_line,
        cast(null as boolean) as is_object,
        cast(null as boolean) as is_bracket
    from {{ relation }}_files
    where {{ among }}
    union all
    select
        {{ file }},
        case
            -- zip, 7z, rar, xz, zstd and lz4; gzip and bzip2 without their ending.
            when
                hex(substring(cast(line as binary), 1, 4))
                rlike '^(504B0304|377ABCAF|52617221|FD377A58|28B52FFD|04224D18|1F8B08|425A68)'
                then 3
            when hex(substring(cast(line as binary), 1, 2)) rlike '^(FFFE|FEFF|00[57]B|[57]B00)' then 4
            when {{ document_text("substring_index(substring_index(line, '\\n', 1), '\\r', 1)") }} rlike '^[{].*[}]$' then 1
            when {{ document_text('line') }} in ('', '[]') then 0
            -- As an element of an array with an empty object behind it: see json_object.sql.
            when cardinality(from_json(concat('[', {{ document_text('line') }}, ',{}]'), 'array<string>')) = 2 then 2
            else 1
        end as content,
        null as bytes_of_line,
        null as is_object,
        null as is_bracket
    from {{ relation }}_texts
    where _metadata.file_size <= {{ var('whole_file_bytes') }} and {{ among }}
    union all
    select
        {{ file }},
        1 as content,
        octet_length(line) + 2 as bytes_of_line,
        startswith(line, '{') and endswith(line, '}') as is_object,
        trim(line) = '{' or startswith(trim(line), '[') as is_bracket
    from {{ relation }}
    where _metadata.file_size > {{ var('whole_file_bytes') }} and {{ among }}
    {%- endfor %}
{%- endmacro %}

{# The text of a file without a byte order mark and blank lines around it. #}
{% macro document_text(text) -%}
    trim(both concat(cast(unhex('EFBBBF') as string), ' \r\n') from {{ text }})
{%- endmacro %}

{# Redshift's own tables from the lake's parquet, with distribution and sort keys. A small dimension is on every node; plays lie with
   their user and in the order of time, by which they are asked for. Not by song: nearly all plays have none, and would lie on one node.
   The rows come by the external schema of redshift_spectrum.sql: COPY would take every file of a table's folder, those of older snapshots too. #}
{%- set tables = {
    'users': 'diststyle all sortkey (user_id)',
    'songs': 'diststyle all sortkey (song_id)',
    'artists': 'diststyle all sortkey (artist_id)',
    'time': 'diststyle all sortkey (start_time)',
    'songplays': 'diststyle key distkey (user_id) sortkey (start_time)',
} -%}
{%- set types = {
    'string': 'varchar(65535)', 'bigint': 'bigint', 'int': 'integer', 'double': 'double precision', 'timestamp': 'timestamp',
    'date': 'date', 'boolean': 'boolean',
} -%}
create schema if not exists sparkify;
{% for table, keys in tables.items() %}
create table if not exists sparkify."{{ table }}" (
    {%- for name, column in (graph.nodes['model.sparkify.' ~ table].columns if execute else {}).items() %}
    "{{ name }}" {{ types[column.data_type] }}{{ ',' if not loop.last }}
    {%- endfor %}
)
{{ keys }};
{% endfor %}
begin;
{% for relation in [ref('users'), ref('songs'), ref('artists'), ref('time'), ref('songplays')] %}
delete from sparkify."{{ relation.identifier }}";

insert into sparkify."{{ relation.identifier }}"
select
    {%- for name in (graph.nodes['model.sparkify.' ~ relation.identifier].columns if execute else []) %}
    "{{ name }}"{{ ',' if not loop.last }}
    {%- endfor %}
from sparkify_lake."{{ relation.identifier }}";
{% endfor %}
commit;

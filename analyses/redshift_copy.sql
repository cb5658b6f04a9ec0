{# Redshift's own tables from the lake's parquet, with distribution and sort keys. A small dimension is on every node; plays lie with
   their user and in the order of time, by which they are asked for. Not by song: nearly all plays have none, and would lie on one node.
   COPY takes whole files. The values of partitions are in the names of folders and in no file, so tables with partitions come by the
   external schema of redshift_spectrum.sql. dbt run on the lake's own target first: a table's folder changes when it is rebuilt. #}
{%- set tables = {
    'users': 'diststyle all sortkey (user_id)',
    'songs': 'diststyle all sortkey (song_id)',
    'artists': 'diststyle all sortkey (artist_id)',
    'time': 'diststyle all sortkey (start_time)',
    'songplays': 'diststyle key distkey (user_id) sortkey (start_time)',
} -%}
create schema if not exists sparkify;
{% for table, keys in tables.items() %}
create table if not exists sparkify."{{ table }}" (
    {{ redshift_columns(table) }}
)
{{ keys }};
{% endfor %}
begin;
{% for relation in [ref('users'), ref('songs'), ref('artists')] %}
delete from sparkify."{{ relation.identifier }}";

copy sparkify."{{ relation.identifier }}"
from '{{ redshift_folder(relation) }}'
iam_role default
format as parquet;
{% endfor %}
{% for relation in [ref('time'), ref('songplays')] %}
delete from sparkify."{{ relation.identifier }}";

insert into sparkify."{{ relation.identifier }}"
select
    {{ redshift_column_names(relation.identifier) }}
from sparkify_lake."{{ relation.identifier }}";
{% endfor %}
commit;

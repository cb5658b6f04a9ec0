{# A raw file that has not changed has as many rows as before the newest run, whatever became of them. #}
{%- set runs = published_runs().get('int_log_files', []) if execute and flags.WHICH in ['build', 'test'] else [] %}

with files_now as (
    select
        source_file,
        loaded_at,
        sum(number_of_rows) as number_of_rows
    from {{ ref('int_log_files') }}
    group by source_file, loaded_at
),

files_before as (
    select
        source_file,
        loaded_at,
        sum(number_of_rows) as number_of_rows
    from {{ in_versions(version_name('int_log_files', runs[-2])) if runs | length > 1 else ref('int_log_files') }}
    group by source_file, loaded_at
),

replaced_files as (
    select distinct before.source_file
    from files_before as before
    inner join files_now as now on before.source_file = now.source_file and before.loaded_at <> now.loaded_at
),

changed_counts as (
    select
        before.source_file,
        before.number_of_rows as rows_before,
        now.number_of_rows as rows_now
    from files_before as before
    left join files_now as now on before.source_file = now.source_file and before.loaded_at = now.loaded_at
    left join replaced_files on before.source_file = replaced_files.source_file
    where replaced_files.source_file is null and before.number_of_rows is distinct from now.number_of_rows
)

select * from changed_counts

{# Redshift Spectrum reads the lake where it is: the tables, columns and partitions of a Glue catalog. For lakes built by the target
   athena, or by Spark with Glue as its metastore. The role that is the cluster's default may read the catalog and the bucket. #}
create external schema if not exists sparkify_lake
from data catalog
database '{{ target.schema }}'
iam_role default;

select
    songplays.event_date,
    count(*) as plays,
    count(distinct songplays.user_id) as listeners
from sparkify_lake.songplays
inner join sparkify_lake.users on songplays.user_id = users.user_id
where songplays.event_date >= '2018-11-01' and users.level = 'paid'
group by songplays.event_date
order by songplays.event_date;

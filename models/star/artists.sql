with songs as (
    select * from {{ ref('int_songs') }}
    where artist_id is not null
),

names as (
    select
        artist_id,
        artist_name as name,
        count(*) as songs
    from songs
    group by artist_id, artist_name
),

ranked_names as (
    select
        *,
        row_number() over (
            partition by artist_id
            order by case when name is not null then 0 else 1 end asc, songs desc, length(name) asc, name asc
        ) as name_rank
    from names
),

places as (
    select
        artist_id,
        artist_location as location,
        artist_latitude as latitude,
        artist_longitude as longitude,
        count(*) as songs
    from songs
    group by artist_id, artist_location, artist_latitude, artist_longitude
),

ranked_places as (
    select
        *,
        row_number() over (
            partition by artist_id
            order by
                case when latitude is not null and longitude is not null then 0 else 1 end asc,
                case
                    when
                        coalesce(
                            location,
                            cast(latitude as {{ dbt.type_string() }}),
                            cast(longitude as {{ dbt.type_string() }})
                        ) is not null
                        then 0
                    else 1
                end asc,
                songs desc,
                case when location is not null then 0 else 1 end asc,
                length(location) asc nulls last,
                location asc nulls last,
                latitude asc nulls last,
                longitude asc nulls last
        ) as place_rank
    from places
),

artists as (
    select
        ranked_names.artist_id,
        ranked_names.name,
        ranked_places.location,
        ranked_places.latitude,
        ranked_places.longitude
    from ranked_names
    inner join ranked_places on ranked_names.artist_id = ranked_places.artist_id
    where ranked_names.name_rank = 1 and ranked_places.place_rank = 1
)

select * from artists

{# No user is offered what they have played. #}
select user_recommendations.*
from {{ ref('user_recommendations') }} as user_recommendations
inner join {{ ref('int_plays') }} as plays
    on
        user_recommendations.user_id = plays.user_id
        and user_recommendations.title = plays.title
        and user_recommendations.artist = plays.artist

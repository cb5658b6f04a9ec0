{# What a user agent says of browser, operating system and device: the first mark that it has, as most browsers also bear the
   marks of others. Null where there is no user agent, `other` where no mark is known. #}
{% macro browser_of(user_agent) -%}
    case
        when {{ user_agent }} like '%Edg/%' or {{ user_agent }} like '%Edge/%' then 'Edge'
        when {{ user_agent }} like '%OPR/%' or {{ user_agent }} like '%Opera%' then 'Opera'
        when {{ user_agent }} like '%MSIE %' or {{ user_agent }} like '%Trident/%' then 'Internet Explorer'
        when {{ user_agent }} like '%Firefox/%' or {{ user_agent }} like '%FxiOS/%' then 'Firefox'
        when {{ user_agent }} like '%Chromium/%' then 'Chromium'
        when {{ user_agent }} like '%Chrome/%' or {{ user_agent }} like '%CriOS/%' then 'Chrome'
        when {{ user_agent }} like '%Safari/%' then 'Safari'
        when {{ user_agent }} is not null then 'other'
    end
{%- endmacro %}

{% macro operating_system_of(user_agent) -%}
    case
        when {{ user_agent }} like '%Windows%' then 'Windows'
        when {{ user_agent }} like '%iPhone%' or {{ user_agent }} like '%iPad%' then 'iOS'
        when {{ user_agent }} like '%Android%' then 'Android'
        when {{ user_agent }} like '%Mac OS X%' then 'macOS'
        when {{ user_agent }} like '%CrOS%' then 'ChromeOS'
        when {{ user_agent }} like '%Linux%' then 'Linux'
        when {{ user_agent }} is not null then 'other'
    end
{%- endmacro %}

{% macro device_of(user_agent) -%}
    case
        when {{ user_agent }} like '%iPad%' then 'tablet'
        when {{ user_agent }} like '%Mobile%' or {{ user_agent }} like '%iPhone%' then 'phone'
        when {{ user_agent }} like '%Android%' then 'tablet'
        when {{ user_agent }} is not null then 'computer'
    end
{%- endmacro %}

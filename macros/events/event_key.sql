{# Key of an event: md5 of its natural key. Parts are joined by '|', and a null is '<null>', so that neither a null nor a separator can
   make two events equal. It is never a row number: an event has the same key in every run. #}
{% macro event_key(parts) -%}
    {%- set texts = [] -%}
    {%- for part in parts -%}
        {%- do texts.append("coalesce(cast(" ~ part ~ " as " ~ dbt.type_string() ~ "), '<null>')") -%}
    {%- endfor -%}
    {{ dbt.hash(texts | join(" || '|' || ")) }}
{%- endmacro %}

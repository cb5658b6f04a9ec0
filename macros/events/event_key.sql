{# Key of an event: md5 over its natural key, the parts joined by '|' and a null written as '<null>', so that neither a null
   nor a separator can make two events one. Never a row number: the same event has the same key in every run. #}
{% macro event_key(parts) -%}
    {%- set texts = [] -%}
    {%- for part in parts -%}
        {%- do texts.append("coalesce(cast(" ~ part ~ " as " ~ dbt.type_string() ~ "), '<null>')") -%}
    {%- endfor -%}
    {{ dbt.hash(texts | join(" || '|' || ")) }}
{%- endmacro %}

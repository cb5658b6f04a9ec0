{# Runs that are under way. The table `open_runs` has partitions for each, and no rows: what it writes (writes.songs+users), what it
   reads, and the minutes at which it gave a sign of life. #}
{% macro create_open_runs() %}
    {% do run_statement(
        'create table if not exists ' ~ in_versions('open_runs')
        ~ ' (nothing string, run string, claim string) using parquet partitioned by (run, claim) location '
        ~ text_literal(open_runs_location())
    ) %}
{% endmacro %}

{% macro open_runs_location() -%}
    {{ schema_location(versions_schema()) }}/open_runs
{%- endmacro %}

{# {run: {'writes': [table, …], 'reads': [table, …], 'seen': its last sign of life}} of all that are under way or were interrupted. #}
{% macro open_runs() %}
    {% set runs = {} %}
    {% for partition in partitions_of(in_versions('open_runs')) | sort %}
        {% set run, claim = partition.removeprefix('run=').split('/claim=') %}
        {% set kind, value = claim.split('.') %}
        {% set claims = runs.setdefault(run, {'writes': [], 'reads': [], 'seen': none}) %}
        {% if kind == 'seen' %}
            {% do claims.update({'seen': value}) %}
        {% else %}
            {% do claims[kind].extend(value.split('+')) %}
        {% endif %}
    {% endfor %}
    {{ return(runs) }}
{% endmacro %}

{# Add claims of this run. Their partitions lie in one folder that is there already, as nothing is ever written to them. #}
{% macro add_claims(claims) %}
    {% set added = [] %}
    {% for claim in claims %}
        {% do added.append(claim_clause(claim) ~ ' location ' ~ text_literal(open_runs_location())) %}
    {% endfor %}
    {% do run_statement('alter table ' ~ in_versions('open_runs') ~ ' add if not exists ' ~ added | join(' ')) if added %}
{% endmacro %}

{# The claims on some tables. A partition for each would cost the metastore seconds; the value of one has room for 256 letters. #}
{% macro claims_on(tables, kind) %}
    {% set claims = [] %}
    {% for table in tables %}
        {% if claims and (claims[-1] ~ '+' ~ table) | length <= 256 %}
            {% do claims.append(claims.pop() ~ '+' ~ table) %}
        {% else %}
            {% do claims.append(kind ~ '.' ~ table) %}
        {% endif %}
    {% endfor %}
    {{ return(claims) }}
{% endmacro %}

{% macro claim_clause(claim) %}
    {{ return(partition_clause('run=' ~ run_id() ~ '/claim=' ~ claim)) }}
{% endmacro %}

{% macro drop_claim(claim) %}
    {% do run_statement('alter table ' ~ in_versions('open_runs') ~ ' drop if exists ' ~ claim_clause(claim)) %}
{% endmacro %}

{# A run has ended, or was settled. #}
{% macro forget_open_run(run) %}
    {% set dropped = [] %}
    {% for partition in partitions_of(in_versions('open_runs')) if partition.startswith('run=' ~ run ~ '/') %}
        {% do dropped.append(partition_clause(partition)) %}
    {% endfor %}
    {% if dropped %}
        {% do run_statement('alter table ' ~ in_versions('open_runs') ~ ' drop if exists ' ~ dropped | join(', ')) %}
    {% endif %}
{% endmacro %}

{# A catalog in the process of its only run, so that every other run which has not ended was interrupted. Over a server there may
   be several at once, and whether one still runs shows by its signs of life only. #}
{% macro has_catalog_of_its_own() %}
    {{ return(adapter.config.credentials.method == 'session') }}
{% endmacro %}

{% macro sign_of_life() %}
    {{ return('seen.' ~ modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y%m%dt%H%M')) }}
{% endmacro %}

{% macro give_sign_of_life() %}
    {% do add_claims([sign_of_life()]) if not has_catalog_of_its_own() %}
{% endmacro %}

{% macro was_interrupted(claims) %}
    {% if has_catalog_of_its_own() or claims.seen is none %}
        {{ return(has_catalog_of_its_own()) }}
    {% endif %}
    {% set seen = modules.datetime.datetime.strptime(claims.seen ~ '+0000', '%Y%m%dt%H%M%z') %}
    {% set silence = modules.datetime.datetime.now(modules.pytz.utc) - seen %}
    {{ return(silence.total_seconds() > 60 * var('interrupted_after_minutes')) }}
{% endmacro %}

{# Before a version is published: another run may have taken this one for interrupted, and cleared it away. #}
{% macro assert_still_open() %}
    {% if not has_catalog_of_its_own() and run_id() not in open_runs() %}
        {% do exceptions.raise_compiler_error(
            'Another run took this one for interrupted, as it gave no sign of life for ' ~ var('interrupted_after_minutes')
            ~ ' minutes; give the var interrupted_after_minutes more than the longest model takes, and run again.'
        ) %}
    {% endif %}
{% endmacro %}

{# The tables that other runs write or read now. #}
{% macro claimed_by_others() %}
    {% set names = [] %}
    {% for run, claims in open_runs().items() if run != run_id() %}
        {% do names.extend(claims.writes + claims.reads) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{# Wait until no other run writes a table that each run writes at its end, then claim it. False if that takes over a minute. Of two
   that want it, the younger one steps back. #}
{% macro claim_when_free(table) %}
    {% for attempt in range(300) %}
        {% do add_claims(['writes.' ~ table]) %}
        {% set others = [] %}
        {% for run, claims in open_runs().items() if run != run_id() and table in claims.writes %}
            {% do others.append(run) %}
        {% endfor %}
        {% if not others %}
            {{ return(true) }}
        {% endif %}
        {% do drop_claim('writes.' ~ table) if others | min < run_id() %}
        {% do wait_a_moment() %}
    {% endfor %}
    {% do drop_claim('writes.' ~ table) %}
    {{ return(false) }}
{% endmacro %}

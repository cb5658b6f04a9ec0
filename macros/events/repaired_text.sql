{# A text whose UTF-8 was read as Latin-1 or Windows-1252, up to three times, as it was meant: "BjÃ¶rk" is "Björk". Only where each character
   beyond ASCII belongs to a sequence of UTF-8, so that it is certain; any other text stays as it is. #}
{% macro repaired_text(text) -%}
    case
        when regexp_like({{ text }}, '[Â-ô]')
            then reduce(sequence(1, 3), {{ text }}, (found, times) -> {{ reread_once('found') }}, found -> found)
        else {{ text }}
    end
{%- endmacro %}

{# The same once. Latin-1 has a character for each byte: its number. Windows-1252 has others for 27 of them. Never indent it: one of these
   characters is a line end to Jinja. #}
{% macro reread_once(text) -%}
    {%- set bytes = 'translate(' ~ text ~ ", '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ', '\u0080\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008a"
        ~ "\u008b\u008c\u008e\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009a\u009b\u009c\u009e\u009f')" -%}
    {%- set more = '[\u0080-\u00bf]' -%}
    {%- set sequences = [
        '[\u00c2-\u00df]' ~ more, '\u00e0[\u00a0-\u00bf]' ~ more, '[\u00e1-\u00ec\u00ee\u00ef]' ~ more ~ more,
        '\u00ed[\u0080-\u009f]' ~ more, '\u00f0[\u0090-\u00bf]' ~ more ~ more, '[\u00f1-\u00f3]' ~ more ~ more ~ more,
        '\u00f4[\u0080-\u008f]' ~ more ~ more,
    ] | join('|') -%}
    case
        when
            regexp_like({{ bytes }}, '{{ sequences }}')
            and not regexp_like(regexp_replace({{ bytes }}, '{{ sequences }}', ''), '{{ '[\u0080-\U0010fffd]' }}')
            then {{ text_of_bytes(bytes) }}
        else {{ text }}
    end
{%- endmacro %}

"""Templates of strangers: rendered as Home Assistant would, and refused where they could run away."""

import pytest

from ingest.conventions.templates import Template, Unrenderable


def rendered(source: str, value: str = "", value_json: object = None) -> str:
    return Template(source).render(value, value_json)


@pytest.mark.parametrize(
    ("source", "value_json", "expected"),
    [
        ("{{ value_json.contact }}", {"contact": False}, "False"),
        ("{{ value_json['a b'][1].x }}", {"a b": [0, {"x": 7}]}, "7"),
        ("{{ value_json.power | float / 1000 }}", {"power": "1250"}, "1.25"),
        ("{{ value_json.t | float(0) | round(1) }}", {"t": 21.26}, "21.3"),
        ("{% if value_json.open %}ON{% else %}OFF{% endif %}", {"open": True}, "ON"),
        ("{{ 'ON' if value_json.n > 3 and not value_json.off else 'OFF' }}", {"n": 4, "off": False}, "ON"),
        ("{{ iif(value_json.x == 'a', 1, 2) }}", {"x": "a"}, "1"),
        ("{{ value_json.missing }}", {}, ""),
        ("{{ value_json.missing | default('none') }}", {}, "none"),
        ("{{ value_json['items'] }}", {"items": 3}, "3"),
        ("{{ value | replace('%', '') | int }}", None, "50"),
        ("{{ value.split(' ')[0] }}", None, "50%"),
        ("{{ value_json.get('k', 1) }}", {"k": 2}, "2"),
    ],
)
def test_a_sensors_template_is_rendered(source: str, value_json: object, expected: str) -> None:
    assert rendered(source, "50% full" if "split" in source else "50%", value_json) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% set a = [value, value] %}{% set b = [a, a] %}{{ b }}",
        "{{ 10 ** 10 ** 10 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 'x' %}",
        "{{ value",
        "{{ unknown_filter_is_here | nosuch }}",
        "x" * 1001,
        "{{ " + "(" * 200 + "1" + ")" * 200 + " }}",
        "{{ " + "[" * 400 + "]" * 400 + " }}",
        "{{ 1" + " + 1" * 240 + " }}",
    ],
)
def test_what_could_run_away_is_refused_before_it_runs(source: str) -> None:
    with pytest.raises(Unrenderable):
        rendered(source, "v")


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ value.ljust(1000000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ value.format(x=1) }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ '{0:>1000000000}'.format_map({}) }}",
        "{{ value.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ value_json.__init__ }}",
        "{{ (value | replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') | replace('a', value)) }}",
        "{{ range(3) }}",
        "{{ lipsum(1000) }}",
        "{{ cycler }}{{ namespace() }}",
        "{{ value + 1 }}",
        "{{ 1 / 0 }}",
        "{{ 1e300 * 1e300 }}",
    ],
)
def test_what_would_grow_or_look_inside_comes_to_nothing(source: str) -> None:
    try:
        told = rendered(source, "a" * 500, {"a": 1})
    except Unrenderable:
        return
    assert told == ""

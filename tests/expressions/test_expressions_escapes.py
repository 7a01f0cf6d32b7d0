"""Published sandbox escapes and resource bombs: each is refused, and in no time."""

import time

import pytest

from notion_gitops.expressions import compile_expression
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import ExpressionFailed

PLACE = Place("mappings/tasks.yaml", 1, 1)
NAMES = frozenset({"git", "notion", "value"})

ESCAPES = [
    "''.__class__",
    "''.__class__.__mro__[1].__subclasses__()",
    "''['__class__']",
    "value['__class__']['__base__']",
    "value|attr('__class__')",
    "value|attr('\\x5f\\x5fclass\\x5f\\x5f')",
    "value['\\x5f\\x5fclass\\x5f\\x5f']",
    "[].__class__.__base__.__subclasses__()[40]('/etc/passwd').read()",
    "().__class__.__bases__[0]",
    "{}.__class__.__init__.__globals__",
    "self.__init__.__globals__.__builtins__",
    "self._TemplateReference__context.cycler.__init__.__globals__.os",
    "cycler.__init__.__globals__.os.popen('id').read()",
    "joiner.__init__.__globals__.os",
    "namespace.__init__.__globals__.os",
    "lipsum.__globals__['os'].popen('id').read()",
    "lipsum.__globals__.os.system('id')",
    "lipsum(n=100000)",
    "range(99999999)",
    "dict(__class__=1)",
    "config.items()",
    "request.application.__globals__",
    "url_for.__globals__",
    "get_flashed_messages.__globals__",
    "g.pop.__globals__",
    "'{0.__class__}'.format(value)",
    "'{0.__class__.__init__.__globals__}'|format(value)",
    "'%s' % value",
    "'%(x)s'|format(x=value)",
    "'{x.__class__}'.format_map({'x': value})",
    "('{x.__class__}'|string).format_map({'x': value})",
    "''|attr('format')",
    "[value]|map(attribute='__class__')|list",
    "[value]|map('attr', '__class__')|list",
    "[value]|groupby('__class__')",
    "[value]|selectattr('__class__')|list",
    "[value]|sort(attribute='__class__.__name__')",
    "[value]|sum(attribute='__class__')",
    "[value]|unique(attribute='__class__')",
    "value|xmlattr",
    "value|pprint",
    "value|tojson",
    "value|random",
    "value|urlize",
    "value|indent(99999999)",
    "value|center(99999999)",
    "value|wordwrap(1)",
    "value|batch(99999999)|list",
    "value|slice(200000000)|list",
    "value.ljust(300000000)",
    "value|filesizeformat",
    "value|escape",
    "value|safe",
    "value|reverse|list",
    "value|list",
    "value is callable",
    "value is sameas true",
    "value is filter",
    "value is divisibleby 3",
    "caller()",
    "loop.index",
    "varargs",
    "kwargs",
    "super()",
    "environment",
    "context",
    "resolve",
    "undefined",
    "_",
    "_('x')",
    "l_0_value",
    "__import__('os')",
    "value.append(1)",
    "value()",
    "(value)()",
    "git._private",
    "git['_private']",
    "value if value.__class__ else 1",
    "true or ''.__class__",
    "value|default(''.__class__)",
    "value is in ''.__class__",
    "[''.__class__]",
    "{'a': ''.__class__}",
    "{''.__class__: 1}",
    "value[''.__class__]",
    "value|_concatenate",
    "value|_members",
    "value[''.__class__:]",
    "value|_sequence",
    "value|join(*git)",
    "value|join(**git)",
    "{% for i in range(9) %}{% endfor %}",
    "{% set x = 1 %}",
    "{% include 'x' %}",
    "{% import 'os' as x %}",
    "{{ value }}{{ ''.__class__ }}",
    "{# hidden #}",
]

COMPILE_BOMBS = [
    "10**10000000",
    "false and 10**10000000",
    "9**9**9**9",
    "range(99999)|length",
    "(" * 900 + "1" + ")" * 900,
    "[" * 900 + "]" * 900,
    "not " * 490 + "1",
    "- " * 900 + "1",
    "1" + "+1" * 900,
    "1 if 1 else " * 160 + "1",
    "value" + ".a" * 900,
    "value" + "|lower" * 300,
    "'a'" + "|replace('a','aa')" * 100,
    "1" * 1999,
    "0x" + "f" * 1990,
    "1e999999999",
    "value " * 5000,
]

RUN_BOMBS = [
    "'a' * 1000000000",
    "'a' * 10 * 10 * 10 * 10 * 10 * 10 * 10 * 10 * 10",
    "[1] * 1000000000",
    "value ~ value",
    "value + value",
    "value | replace('a', value)",
    "value | replace('a', 'bb')",
    "[value, value]",
    "[value, value] | join('-')",
    "['', '', ''] | join(value)",
    "git.long | upper",
    "git.long",
    "git.many",
    "git.many + [1]",
    "1 | round(99999999)",
    "1 | round(-99999999)",
    "'9' * 5000 | int",
    "git.digits | int",
    "(git.digits ~ '') | int * 1",
    "1e308 * 10",
    "1e308 * 10 - 1e308 * 10",
    "'nan' | float",
    "'inf' | float",
    "'inf' | float | int",
    "[[value], [value]]",
    "{'a': value, 'b': value}",
    "{value: value}",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_an_escape_is_refused(source: str) -> None:
    """Holds M14, T16."""
    with pytest.raises(InvalidInput) as raised:
        compile_expression(source, PLACE, names=NAMES)
    assert raised.value.diagnostics[0].place is not None


@pytest.mark.parametrize("source", COMPILE_BOMBS, ids=range(len(COMPILE_BOMBS)))
def test_a_bomb_is_refused_before_it_is_compiled(source: str) -> None:
    """Holds M13, T17."""
    started = time.process_time()
    with pytest.raises(InvalidInput):
        compile_expression(source, PLACE, names=NAMES)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("source", RUN_BOMBS)
def test_a_bomb_fails_when_it_is_run(source: str) -> None:
    """Holds M13, T17."""
    expression = compile_expression(source, PLACE, names=NAMES)
    git = {"long": "a" * 1_000_001, "many": [1] * 100_001, "digits": "9" * 4000}
    started = time.process_time()
    with pytest.raises(ExpressionFailed):
        expression(value="a" * 700_000, git=git)
    assert time.process_time() - started < 1


def test_data_with_methods_is_only_data() -> None:
    for source in ("git.items", "git.keys", "git.get", "git.pop", "git.format_map"):
        assert compile_expression(source, PLACE, names=NAMES)(git={"a": 1}) is None


def test_an_expression_cannot_change_what_it_is_given() -> None:
    git = {"tags": ["a"]}
    assert compile_expression("git.tags + ['b']", PLACE, names=NAMES)(git=git) == ["a", "b"]
    assert git == {"tags": ["a"]}


def test_an_object_that_is_no_data_is_refused() -> None:
    expression = compile_expression("value", PLACE, names=NAMES)
    with pytest.raises(ExpressionFailed):
        expression(value=object())

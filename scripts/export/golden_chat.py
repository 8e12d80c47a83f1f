"""Write what transformers makes of conversations with chat templates.

The templates are our own, after the forms that models use: turns between marks,
system words put into the first user turn, a date, tools as JSON, refusals.
"""

import json
import pathlib
from datetime import datetime

from jinja2.exceptions import TemplateError
from transformers.utils import chat_template_utils as chat

OUT = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "chat" / "cases.json"
NOW = datetime(2025, 3, 7, 16, 5, 9)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}

TEMPLATES = {
    "marks": """{% for m in messages %}
{{ '<|open|>' + m['role'] + '\n' + m['content'] | trim + '<|close|>' + '\n' }}
{%- endfor %}
{% if add_generation_prompt %}{{ '<|open|>assistant\n' }}{% endif %}""",
    "default_system": """{%- if messages[0]['role'] != 'system' %}
    {{- '<|sys|>You help.<|end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|' ~ message.role ~ '|>' ~ message.content ~ '<|end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|assistant|>' }}
{%- endif %}""",
    "inside_first_user": """{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set system = messages[0]['content'] %}
{%- else %}{% set rest = messages %}{% set system = false %}{% endif %}
{%- for message in rest %}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('turns must alternate') }}{% endif %}
{%- if loop.index0 == 0 and system %}{% set content = '<<SYS>>\n' + system.strip() + '\n<</SYS>>\n\n' + message['content'] %}
{%- else %}{% set content = message['content'] %}{% endif %}
{%- if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}
{%- elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}
{%- endfor %}""",
    "date_and_tools": """{{- bos_token }}
{%- if not date_string is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}
{{- "Today: " + date_string + "\n" }}
{%- if tools is defined and tools %}
{{- "Tools:\n" }}{% for t in tools %}{{- t | tojson }}{{ "\n" }}{% endfor %}
{%- endif %}
{%- set ns = namespace(last=-1, count=0) %}
{%- for message in messages %}{% if message.role == 'user' %}{% set ns.last = loop.index0 %}{% endif %}{% set ns.count = ns.count + 1 %}{% endfor %}
{%- for message in messages %}
{%- if message.tool_calls %}{% for call in message.tool_calls %}{{- "call " + call.function.name + " " + (call.function.arguments | tojson) }}{% endfor %}
{%- elif loop.index0 == ns.last %}{{- "last user of " ~ ns.count ~ ": " ~ message.content }}
{%- else %}{{- message.role | upper ~ ": " ~ message.content | replace("a", "A") }}{% endif %}
{{- "\n" if not loop.last else "" }}
{%- endfor %}""",
    "macro_and_generation": """{% macro turn(role, text='') -%}[{{ role | capitalize }}]{{ text }}{%- endmacro %}
{% for message in messages if message.role in ['user', 'assistant'] -%}
{% if message.role == 'assistant' %}{% generation %}{{ turn('assistant', message.content.split('</think>')[-1].lstrip('\n')) }}{% endgeneration %}{% else %}{{ turn(message.role, message.content) }}{% endif %}
{%- if loop.first %} (first){% elif loop.index == 3 %}{% break %}{% endif %}
{%- endfor %} {{ messages[-1].role }} {{ messages[-1]['content'].split(' ', 1)[1:] | length }} {{ messages | length }} {{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | join('|') }}""",
}

CONVERSATIONS = {
    "one": [{"role": "user", "content": "  Hello, Ä & <b>\"you\"</b>  "}],
    "system": [{"role": "system", "content": "Be brief. "}, {"role": "user", "content": "What is\nlight?"}],
    "several": [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "<think>because</think>\n\nb"},
        {"role": "user", "content": "c {{ not a template }}"},
        {"role": "assistant", "content": "d"},
        {"role": "user", "content": "e"},
    ],
    "out_of_turn": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
    "tool": [
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "look", "arguments": {"n": 3, "place": "Köln, 'am' Rhein"}}}]},
        {"role": "tool", "content": "rain"},
    ],
}
TOOLS = [{"name": "look", "parameters": {"n": 1.5, "on": True, "place": None}}]


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def main() -> None:
    chat.datetime = Clock
    cases = []
    for template, text in TEMPLATES.items():
        for name, messages in CONVERSATIONS.items():
            for reply in (False, True):
                case = {"template": template, "messages": messages, "reply": reply, "tools": TOOLS if name == "tool" else None}
                try:
                    out, _ = chat.render_jinja_template(
                        [messages], chat_template=text, add_generation_prompt=reply, tools=case["tools"], **TOKENS
                    )
                    case["text"] = out[0]
                except TemplateError as err:
                    case["error"] = str(err)
                cases.append(case)
    data = {"now": NOW.isoformat() + "Z", "tokens": TOKENS, "templates": TEMPLATES, "cases": cases}
    OUT.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    print(f"{OUT.name}: {len(cases)} conversations, {sum('error' in c for c in cases)} refused")


if __name__ == "__main__":
    main()

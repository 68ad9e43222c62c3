#!/bin/sh
echo '{"web": {"hosts": ["a"], "vars": {"raw": {"__ansible_unsafe": "{{ x }}"}}}, "_meta": {"hostvars": {"a": {"tpl": "{{ 1 + 1 }}", "deep": [{"__ansible_unsafe": "{{ y }}"}]}}}}'

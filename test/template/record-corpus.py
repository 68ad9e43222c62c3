#!/usr/bin/python3
"""Writes down what ansible-core 2.19 makes of every entry of corpus/*.yml.

Run it where ansible-core 2.19 is installed: record-corpus.py corpus/*.yml
Each entry has `in` (a template), `when` (a conditional) or `file` (a template file's text, with `options`); `out` becomes the JSON text of the value, `error` the message.
"""
import json
import os
import sys

import yaml
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template
from ansible.utils.display import Display

init_plugin_loader([])
Display.warning = lambda *a, **k: None
Display.deprecated = lambda *a, **k: None
Display.error_as_warning = lambda *a, **k: None


def answer(entry, variables):
    templar = Templar(loader=DataLoader(), variables=variables)
    try:
        if 'file' in entry:
            value = templar.template(trust_as_template(entry['file']), escape_backslashes=False, overrides=entry.get('options'))
        elif 'when' in entry:
            value = templar.evaluate_conditional(trust_as_template(entry['when']))
        else:
            value = templar.template(trust_as_template(entry['in']))
        return {'out': json.dumps(value)}
    except (AnsibleError, TypeError) as error:
        while isinstance(error, AnsibleError) and error.__cause__ is not None:
            error = error.__cause__
        return {'error': str(error).split('\n')[0]}


def main():
    os.environ['TZ'] = 'UTC'
    with open(os.path.join(os.path.dirname(sys.argv[1]), 'vars.yml')) as file:
        variables = yaml.safe_load(file)
    for path in sys.argv[1:]:
        if path.endswith('vars.yml'):
            continue
        with open(path) as file:
            entries = yaml.safe_load(file)
        for entry in entries:
            for key in ('out', 'error'):
                entry.pop(key, None)
            entry.update(answer(entry, variables))
        with open(path, 'w') as file:
            for entry in entries:
                file.write(yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=10000))


main()

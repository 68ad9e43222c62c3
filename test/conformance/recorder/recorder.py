"""Writes every task's whole result as a line of JSON to the file named by CONFORMANCE_RESULTS: what `register` would hold."""

from __future__ import annotations

import json
import os

from ansible.executor.task_result import _RawTaskResult
from ansible.module_utils._internal._json._profiles import _fallback_to_str
from ansible.plugins.callback import CallbackBase
from ansible.utils.vars import transform_to_native_types
from ansible.vars.clean import module_response_deepcopy, strip_internal_keys

DOCUMENTATION = """
name: recorder
type: aggregate
short_description: write whole results as lines of JSON
"""

_as_callback_task_result = _RawTaskResult.as_callback_task_result


def _keep_raw(self):
    result = _as_callback_task_result(self)
    result.raw = strip_internal_keys(module_response_deepcopy(self._return_data))
    return result


_RawTaskResult.as_callback_task_result = _keep_raw


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'recorder'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._file = open(os.environ['CONFORMANCE_RESULTS'], 'a', encoding='utf-8')

    def _write(self, status, result):
        data = transform_to_native_types(result.raw)
        shown = result.result
        if 'censored' in shown:
            data = {key: shown[key] for key in ('censored', 'changed') if key in shown}
        if status == 'ok' and data.get('changed'):
            status = 'changed'
        line = {'task': result.task.get_name().strip(), 'host': result.host.get_name(), 'status': status, 'data': data}
        self._file.write(json.dumps(line, cls=_fallback_to_str.Encoder) + '\n')
        self._file.flush()

    def v2_runner_on_ok(self, result):
        if result.task.action.rpartition('.')[2] not in ('include_tasks', 'include_role'):
            self._write('ok', result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write('ignored' if ignore_errors else 'failed', result)

    def v2_runner_on_skipped(self, result):
        self._write('skipped', result)

    def v2_runner_on_unreachable(self, result):
        self._write('unreachable', result)

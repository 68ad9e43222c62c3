import { fromJson, record, Secret, toPlain, type Value } from '../../base/value.ts'
import { dumpJson, type JsonStyle } from '../../template/filters/json.ts'
import { quoteWord } from '../../template/filters/text.ts'
import { str } from '../../template/runtime/text.ts'
import type { RenderedArgs } from '../render-args.ts'
import { isCensored } from '../task-result.ts'
import type { TaskRun } from '../task-run.ts'
import { LANGUAGE_VERSION } from '../version.ts'

/** A program's arguments as it reads them; they may hold secrets. */
export function argumentText(task: TaskRun, rendered: RenderedArgs, protocol: 'json' | 'key-value'): Secret {
  const all: readonly (readonly [string, Value])[] = [
    ...[...rendered].map(([name, value]) => [name, opened(value)] as const),
    ...told(task),
  ]
  if (protocol === 'json') return new Secret(dumpJson(record(all), ASCII))
  return new Secret(all.map(([name, value]) => `${name}=${quoteWord(str(value))} `).join(''))
}

/** As Python's `json.dumps` and `shlex.quote` write: programs look for a name and its colon with sed. */
const ASCII: JsonStyle = { indent: undefined, sortKeys: false, ascii: true, separators: [', ', ': '] }

function opened(value: Value): Value {
  return fromJson(toPlain(value, 'reveal'))
}

/** What every module is told besides its own arguments. */
function told(task: TaskRun): readonly (readonly [string, Value])[] {
  return [
    ['_ansible_check_mode', task.checkMode],
    ['_ansible_no_log', isCensored(task)],
    ['_ansible_debug', false],
    ['_ansible_diff', task.diff],
    ['_ansible_verbosity', task.play.run.options.verbosity],
    ['_ansible_version', LANGUAGE_VERSION],
    ['_ansible_module_name', task.step.actionKey.name],
    ['_ansible_syslog_facility', 'LOG_USER'],
    ['_ansible_selinux_special_fs', ['fuse', 'nfs', 'vboxsf', 'ramfs', '9p', 'vfat']],
    ['_ansible_socket', null],
    ['_ansible_shell_executable', '/bin/sh'],
    ['_ansible_keep_remote_files', false],
    ['_ansible_tmpdir', null],
    ['_ansible_remote_tmp', '~/.ansible/tmp'],
    ['_ansible_ignore_unknown_opts', false],
    ['_ansible_target_log_info', null],
  ]
}

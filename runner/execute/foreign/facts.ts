import { record, type ValueRecord } from '../../base/value.ts'
import type { TaskRun } from '../task-run.ts'

const CONNECTION = new Set([
  'ansible_connection',
  'ansible_facts',
  'ansible_host',
  'ansible_module_compression',
  'ansible_password',
  'ansible_pipelining',
  'ansible_playbook_python',
  'ansible_port',
  'ansible_private_key_file',
  'ansible_rsync_path',
  'ansible_shell_executable',
  'ansible_shell_type',
  'ansible_timeout',
  'ansible_user',
])

/** Facts of a program of a host without those that would change where later tasks go, as whom, or what they run. */
export function safeFacts({ play }: Pick<TaskRun, 'play'>, facts: ValueRecord): ValueRecord {
  const kept = Object.entries(facts).filter(([name]) => !name.startsWith('_ansible_') && !name.includes('discovered_interpreter_'))
  return record(
    kept.filter(([name]) => {
      const steers = isSteering(name)
      if (steers) play.run.warn(`Removed restricted key from module data: ${name}`, undefined)
      return !steers
    }),
  )
}

function isSteering(name: string): boolean {
  if (name.startsWith('ansible_ssh_host_key_')) return false
  if (CONNECTION.has(name) || /^ansible_.*_interpreter$/.test(name) || name.startsWith('stackrun_')) return true
  return (
    /^ansible_(become|sudo|su|ssh|local|paramiko|async|private_key|host_key|remote_tmp)(_|$)/.test(name) &&
    !/^ansible_local$|_(bridge|gwbridge)$/.test(name)
  )
}

import type { AnsibleDisplaySettings } from '../report/ansible.ts'
import type { AnsibleConfig } from './ansible-config.ts'
import type { Io } from './io.ts'
import { toolVersion } from './tool-version.ts'

/** The settings of ansible's default callback, by the names that ansible gives them. */
export function ansibleDisplaySettings(config: AnsibleConfig, io: Io): AnsibleDisplaySettings {
  const pretty = 'callback default: pretty_results'
  return {
    displaySkippedHosts: config.bool('DISPLAY_SKIPPED_HOSTS', true),
    displayOkHosts: config.bool('callback default: display_ok_hosts', true),
    displayFailedStderr: config.bool('callback default: display_failed_stderr', false),
    showCustomStats: config.bool('SHOW_CUSTOM_STATS', false),
    showPerHostStart: config.bool('callback default: show_per_host_start', false),
    checkModeMarkers: config.bool('callback default: check_mode_markers', false),
    showTaskPathOnFailure: config.bool('callback default: show_task_path_on_failure', false),
    deprecationWarnings: config.bool('DEPRECATION_WARNINGS', true),
    resultFormat: config.text('callback default: result_format') === 'yaml' ? 'yaml' : 'json',
    prettyResults: config.text(pretty) === undefined ? undefined : config.bool(pretty, false),
    configFile: config.file,
    cwd: io.cwd,
    version: toolVersion(io.tool ?? 'ansible-playbook', io),
  }
}

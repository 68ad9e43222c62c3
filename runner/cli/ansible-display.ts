import type { AnsibleDisplaySettings } from '../report/ansible.ts'
import type { AnsibleConfig, Setting } from './ansible-config.ts'

const setting = (env: string, key: string): Setting => ({ env: `ANSIBLE_${env}`, key })

/** The settings of ansible's default callback, by the names that ansible gives them. */
export function ansibleDisplaySettings(config: AnsibleConfig): AnsibleDisplaySettings {
  const pretty = setting('CALLBACK_FORMAT_PRETTY', 'callback_format_pretty')
  return {
    displaySkippedHosts: config.bool(setting('DISPLAY_SKIPPED_HOSTS', 'display_skipped_hosts'), true),
    displayOkHosts: config.bool(setting('DISPLAY_OK_HOSTS', 'display_ok_hosts'), true),
    displayFailedStderr: config.bool(setting('DISPLAY_FAILED_STDERR', 'display_failed_stderr'), false),
    showCustomStats: config.bool(setting('SHOW_CUSTOM_STATS', 'show_custom_stats'), false),
    showPerHostStart: config.bool(setting('SHOW_PER_HOST_START', 'show_per_host_start'), false),
    checkModeMarkers: config.bool(setting('CHECK_MODE_MARKERS', 'check_mode_markers'), false),
    showTaskPathOnFailure: config.bool(setting('SHOW_TASK_PATH_ON_FAILURE', 'show_task_path_on_failure'), false),
    deprecationWarnings: config.bool(setting('DEPRECATION_WARNINGS', 'deprecation_warnings'), true),
    resultFormat: config.text(setting('CALLBACK_RESULT_FORMAT', 'callback_result_format')) === 'yaml' ? 'yaml' : 'json',
    prettyResults: config.text(pretty) === undefined ? undefined : config.bool(pretty, false),
    configFile: config.file,
  }
}

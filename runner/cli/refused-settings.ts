import { RunnerError } from '../base/error.ts'
import type { AnsibleConfig, Setting } from './ansible-config.ts'

const OFF = ['false', 'no', '0']
const ON = ['true', 'yes', '1']

/** Settings that change what playbooks mean, and that are not to be had here: the value that is fine, and why no other is. */
export const REFUSED_SETTINGS = {
  ANY_ERRORS_FATAL: {
    env: 'ANSIBLE_ANY_ERRORS_FATAL',
    key: 'any_errors_fatal',
    fine: OFF,
    why: 'write any_errors_fatal into the plays',
  },
  DEFAULT_HASH_BEHAVIOUR: {
    env: 'ANSIBLE_HASH_BEHAVIOUR',
    key: 'hash_behaviour',
    fine: ['replace'],
    why: 'mappings are replaced; use the filter combine',
  },
  DEFAULT_JINJA2_EXTENSIONS: {
    env: 'ANSIBLE_JINJA2_EXTENSIONS',
    key: 'jinja2_extensions',
    fine: [],
    why: 'there is no Jinja2; do, break and continue are always there',
  },
  DEFAULT_NO_LOG: { env: 'ANSIBLE_NO_LOG', key: 'no_log', fine: OFF, why: 'write no_log into the plays' },
  DEFAULT_PRIVATE_ROLE_VARS: {
    env: 'ANSIBLE_PRIVATE_ROLE_VARS',
    key: 'private_role_vars',
    fine: OFF,
    why: "roles' variables are public",
  },
  DEFAULT_STRATEGY: {
    env: 'ANSIBLE_STRATEGY',
    key: 'strategy',
    fine: ['linear', 'ansible.builtin.linear'],
    why: 'write strategy into the plays',
  },
  DEFAULT_UNDEFINED_VAR_BEHAVIOR: {
    env: 'ANSIBLE_ERROR_ON_UNDEFINED_VARS',
    key: 'error_on_undefined_vars',
    fine: ON,
    why: 'a name without a value is an error',
  },
  DEFAULT_VAULT_ID_MATCH: {
    env: 'ANSIBLE_VAULT_ID_MATCH',
    key: 'vault_id_match',
    fine: OFF,
    why: 'all passwords are tried',
  },
  DUPLICATE_YAML_DICT_KEY: {
    env: 'ANSIBLE_DUPLICATE_YAML_DICT_KEY',
    key: 'duplicate_dict_key',
    fine: ['warn'],
    why: 'a key that is written twice is a warning',
  },
  ERROR_ON_MISSING_HANDLER: {
    env: 'ANSIBLE_ERROR_ON_MISSING_HANDLER',
    key: 'error_on_missing_handler',
    fine: ON,
    why: 'a handler that is missing is an error',
  },
  INJECT_FACTS_AS_VARS: {
    env: 'ANSIBLE_INJECT_FACT_VARS',
    key: 'inject_facts_as_vars',
    fine: ON,
    why: 'facts are variables too',
  },
  PLAYBOOK_VARS_ROOT: {
    env: 'ANSIBLE_PLAYBOOK_VARS_ROOT',
    key: 'playbook_vars_root',
    fine: ['top'],
    why: "variables are looked for beside the run's playbooks",
  },
  RUN_VARS_PLUGINS: {
    env: 'ANSIBLE_RUN_VARS_PLUGINS',
    key: 'run_vars_plugins',
    fine: ['demand'],
    why: 'variables are read when they are needed',
  },
  VARIABLE_PRECEDENCE: { env: 'ANSIBLE_PRECEDENCE', key: 'precedence', fine: [], why: 'the order of precedence is fixed' },
} as const satisfies Readonly<Record<string, Setting & { readonly fine: readonly string[]; readonly why: string }>>

/** @throws RunnerError `options` for a setting that cannot be honoured and must not be overlooked */
export function refuseSettings(config: AnsibleConfig): void {
  for (const { fine, why, ...setting } of Object.values(REFUSED_SETTINGS)) {
    const found = config.lookUp(setting)
    const values: readonly string[] = fine
    if (found === undefined || values.includes(found.text.trim().toLowerCase())) continue
    throw new RunnerError('options', `${found.origin} is '${found.text}', which is not to be had here: ${why}`)
  }
}

import type { FactsText } from './_facts-text.ts'

type Facts = Record<string, unknown>

/** Who the session is. */
export function userFacts(text: FactsText): Facts {
  const [name = '', , uid, gid, gecos = '', dir = '', shell = ''] = text.section('passwd').split(':')
  const [uids = [], gids = []] = text.lines('ids').map((line) => line.split(/\s+/).map(Number))
  const own = /^uid=(\d+)(?:\(([^)]*)\))? gid=(\d+)/.exec(text.section('id'))
  const user = Number(own?.[1] ?? uid ?? 0)
  const group = Number(own?.[3] ?? gid ?? 0)
  return {
    user_id: own?.[2] ?? name,
    user_uid: user,
    user_gid: group,
    user_gecos: gecos,
    user_dir: dir,
    user_shell: shell,
    real_user_id: uids[0] ?? user,
    effective_user_id: uids[1] ?? user,
    real_group_id: gids[0] ?? group,
    effective_group_id: gids[1] ?? group,
  }
}

const PACKAGE_MANAGERS: readonly (readonly [string, string])[] = [
  ['apt-get', 'apt'],
  ['dnf5', 'dnf5'],
  ['dnf', 'dnf'],
  ['yum', 'yum'],
  ['zypper', 'zypper'],
  ['apk', 'apk'],
  ['pacman', 'pacman'],
  ['emerge', 'portage'],
  ['xbps-install', 'xbps'],
  ['opkg', 'opkg'],
]

/** Package and service manager, and Python where there is one. */
export function programFacts(text: FactsText): Facts {
  const python = text.section('python')
  const version = /Python (\d+)\.(\d+)\.(\d+)\S*/.exec(text.section('version'))
  return {
    pkg_mgr: PACKAGE_MANAGERS.find(([program]) => text.program(program) !== undefined)?.[1] ?? 'unknown',
    service_mgr: serviceManager(text),
    ...(python === '' || version === null
      ? {}
      : { python_version: version[0].slice('Python '.length), python: pythonFacts(python, version.slice(1, 4).map(Number)) }),
  }
}

function pythonFacts(executable: string, version: readonly number[]): Facts {
  const [major, minor, micro] = version
  return {
    executable,
    type: 'cpython',
    has_sslcontext: true,
    version: { major, minor, micro, releaselevel: 'final', serial: 0 },
    version_info: [major, minor, micro, 'final', 0],
  }
}

function serviceManager(text: FactsText): string {
  const init = text.line('/proc/1/comm') ?? ''
  if (text.has('/run/systemd/system') || init === 'systemd') return 'systemd'
  if (text.program('openrc') !== undefined) return 'openrc'
  if (text.program('initctl') !== undefined) return 'upstart'
  if (init === 'runit-init' || init === 'runit') return 'runit'
  return text.has('/etc/init.d') ? 'sysvinit' : 'service'
}

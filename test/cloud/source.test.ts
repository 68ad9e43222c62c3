import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cloudTests, type Finished, recap } from '../_harness/cloud.ts'

/** Every program from a repository that a third host of the lab serves by git's own protocol; see _files/make-repositories.sh. */
const NETWORK = '10.85.3'
const { serial, lab } = await cloudTests('the programs from their source', NETWORK)

interface Source {
  readonly name: string
  readonly version: string
  readonly commit: string
}

serial('repositories of the programs are served', async (t) => {
  await writeInventory('sources', { sources: { hosts: { sources: { ansible_host: `${NETWORK}.13` } } } })
  const { code, output } = await run('test/cloud/_files/sources.yml')
  t.is(code, 0, output)
  const sources = await readSources()
  t.deepEqual(
    sources.map((each) => each.name),
    ['keystone', 'swift', 'glance', 'cinder', 'nova', 'placement'],
  )
  await writeInventory('group_vars/all/source', settingsFor(sources))
})

serial('the whole cloud is deployed from them, and verifies itself', async (t) => {
  const { code, output } = await run('playbooks/site.yml')
  t.is(code, 0, output)
  t.regex(output, /swift : Find each replica of an object/)
})

serial('a second deployment changes nothing', async (t) => {
  const { code, output } = await run('playbooks/site.yml')
  t.is(code, 0, output)
  t.is(recap(output, 'controller').changed, 0, output)
  t.is(recap(output, 'compute').changed, 0, output)
})

serial('it is the source that runs, and no package of it is there', async (t) => {
  const sources = await readSources()
  t.is(await on('controller', 'keystone-manage --version 2>/dev/null'), sources.find((each) => each.name === 'keystone')?.version ?? 'none')
  t.is(
    await on(
      'controller',
      "dpkg-query -W -f '${Status} ${Package}\\n' | grep -E 'installed python3-(keystone|swift|glance|cinder|nova|placement)$'; :",
    ),
    '',
  )
  for (const [unit, program] of PROGRAMS) t.regex(await on('controller', `systemctl show -p ExecStart ${unit}`), program, unit)
  t.regex(await on('compute', 'systemctl show -p ExecStart nova-compute'), /\/usr\/local\/bin\/nova-compute /)
  for (const { name, commit } of sources)
    t.is(await on('controller', `cat /opt/openstack/${name}/.git/stackrun-installed | cut -d' ' -f1`), commit)
})

const PROGRAMS: readonly (readonly [string, RegExp])[] = [
  ['keystone', /keystone-uwsgi\.ini/],
  ['swift-proxy', /\/usr\/local\/bin\/swift-proxy-server /],
  ['swift-object', /\/usr\/local\/bin\/swift-object-server /],
  ['glance-api', /\/usr\/local\/bin\/glance-api /],
  ['cinder-volume', /\/usr\/local\/bin\/cinder-volume /],
  ['nova-conductor', /\/usr\/local\/bin\/nova-conductor /],
]

serial('an instance boots, gets an address and is logged in to', async (t) => {
  const { code, output } = await run('playbooks/instance.yml')
  t.is(code, 0, output)
})

serial('packages are not put beside a source', async (t) => {
  const { code, output } = await run('playbooks/site.yml', '--tags', 'keystone', '-e', 'keystone_install_method=package')
  t.is(code, 2, output)
  t.regex(output, /controller has keystone from its source.*openstack_switch_method/s)
  t.is(await on('controller', 'dpkg-query -W keystone 2>/dev/null; :'), '')
})

serial('a program is switched to its package and back, with its data', async (t) => {
  const switched = ['playbooks/site.yml', '--tags', 'keystone', '-e', 'openstack_switch_method=true']
  const packaged = await run(...switched, '-e', 'keystone_install_method=package')
  t.is(packaged.code, 0, packaged.output)
  t.is(await on('controller', 'command -v keystone-manage'), '/usr/bin/keystone-manage')
  const verified = await run('playbooks/verify.yml', '--tags', 'keystone,swift')
  t.is(verified.code, 0, verified.output)
  const back = await run(...switched)
  t.is(back.code, 0, back.output)
  t.is(await on('controller', 'command -v keystone-manage'), '/usr/local/bin/keystone-manage')
})

serial('a teardown leaves nothing of what came from a source', async (t) => {
  const { code, output } = await run(
    'playbooks/teardown.yml',
    '-e',
    'teardown_confirm=yes',
    '-e',
    'teardown_backup=false',
    '--tags',
    'swift,glance',
  )
  t.is(code, 0, output)
  const left =
    'ls -d /opt/openstack/swift /opt/openstack/glance /usr/local/bin/swift-* /usr/local/bin/glance-* /etc/swift /etc/glance /etc/systemd/system/swift* /etc/systemd/system/glance* /etc/logrotate.d/swift /etc/cron.d/swift* 2>/dev/null; :'
  t.is(await on('controller', left), '')
  t.is(await on('controller', 'python3 -c "import swift" 2>&1 | tail -n 1'), "ModuleNotFoundError: No module named 'swift'")
})

function settingsFor(sources: readonly Source[]): unknown {
  // One of them by its commit, which has no tag that pbr would see.
  const version = ({ name, version: tag, commit }: Source): Record<string, string> =>
    name === 'swift' ? { [`${name}_source_version`]: commit, [`${name}_source_pbr_version`]: tag } : { [`${name}_source_version`]: tag }
  const each = sources.map((source) => ({ [`${source.name}_source_repo`]: `git://${NETWORK}.13/${source.name}.git`, ...version(source) }))
  return Object.assign({ openstack_install_method: 'source', swift_loopback_size: '2G' }, ...each)
}

async function readSources(): Promise<readonly Source[]> {
  const lines = (await on('sources', 'cat /srv/git/versions')).split('\n')
  return lines.map((line) => {
    const [name = '', version = '', commit = ''] = line.split(' ')
    return { name, version, commit }
  })
}

async function writeInventory(name: string, content: unknown): Promise<void> {
  await writeFile(join(lab().inventory, `${name}.yml`), `${JSON.stringify(content, null, 2)}\n`)
}

/** What a command of a host prints, without the line's end. */
async function on(host: string, command: string): Promise<string> {
  return (await lab().run(['lab', '-i', lab().inventory, 'ssh', host, command])).stdout.trim()
}

function run(...argv: readonly string[]): Promise<Finished> {
  return lab().run(['-i', lab().inventory, ...argv])
}

import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { parseArguments } from '../../runner/cli/arguments.ts'
import { type PlaybookChoices, playbookChoices } from '../../runner/cli/playbook-choices.ts'
import { PLAYBOOK_OPTIONS } from '../../runner/cli/playbook-options.ts'
import { UsageError } from '../../runner/cli/usage-error.ts'
import { testIo } from './_io.ts'

function choices(argv: readonly string[], env: Readonly<Record<string, string>> = {}): PlaybookChoices {
  return playbookChoices(parseArguments(PLAYBOOK_OPTIONS, argv), testIo({ env, cwd: '/srv' }))
}

test('the flags of ansible-playbook mean what they mean there', (t) => {
  t.like(
    choices([
      'site.yml',
      '-i',
      'a',
      '-i',
      'b,',
      '-l',
      'web',
      '-l',
      'db',
      '-t',
      'x,y',
      '-t',
      'z',
      '--skip-tags',
      'w',
      '-CD',
      '-f',
      '7',
      '-e',
      'a=1',
      '-e',
      '@f.yml',
      '-vvv',
      '--force-handlers',
      '--start-at-task',
      'Go',
    ]),
    {
      playbooks: ['site.yml'],
      inventory: ['a', 'b,'],
      limit: 'web,db',
      selection: { tags: ['x', 'y', 'z'], skipTags: ['w'], startAtTask: 'Go' },
      checkMode: true,
      diff: true,
      forks: 7,
      extraVars: ['a=1', '@f.yml'],
      verbosity: 3,
      forceHandlers: true,
    },
  )
  t.like(
    choices([
      'p',
      '-u',
      'deploy',
      '-k',
      '-b',
      '--become-user',
      'app',
      '--become-method',
      'su',
      '-K',
      '--key-file',
      'id',
      '-c',
      'local',
      '-T',
      '5',
    ]).connection,
    {
      user: 'deploy',
      askPass: true,
      become: true,
      becomeUser: 'app',
      becomeMethod: 'su',
      askBecomePass: true,
      privateKeyFiles: ['/srv/id'],
      connection: 'local',
      timeout: 5,
    },
  )
})

test('what is not given leaves the choice to variables and defaults', (t) => {
  t.like(choices(['p']), {
    limit: undefined,
    checkMode: false,
    forks: 50,
    output: 'human',
    verbosity: 0,
    logFile: undefined,
    journal: undefined,
    yes: false,
  })
  t.like(choices(['p']).connection, {
    user: undefined,
    connection: undefined,
    become: undefined,
    askPass: false,
    askBecomePass: false,
    sshArguments: {},
  })
})

test('several list modes go together, a syntax check goes alone', (t) => {
  t.deepEqual([...choices(['p', '--list-hosts', '--list-tasks']).show].sort(), ['hosts', 'tasks'])
  t.throws(() => choices(['p', '--syntax-check', '--list-tags']), { instanceOf: RunnerError, code: 'options' })
})

test('values that make no sense are refused, with the words that are known', (t) => {
  t.throws(() => choices(['p', '-f', 'many']), {
    instanceOf: RunnerError,
    code: 'options',
    message: "--forks needs a whole number of at least 1, not 'many'",
  })
  t.throws(() => choices(['p', '-f', '0']), { code: 'options' })
  t.throws(() => choices(['p', '--output', 'xml']), { message: "--output knows human, ansible, json, junit, not 'xml'" })
  t.throws(() => choices(['p', '--become-method', 'magic']), { message: /sudo, su/ })
  t.throws(() => choices(['-C']), { instanceOf: UsageError, message: 'no playbook given' })
})

test('the environment sets the journal and answers questions', (t) => {
  t.is(choices(['p'], { STACKRUN_JOURNAL: '1' }).journal, '/srv/.stackrun/journal')
  t.is(choices(['p'], { STACKRUN_JOURNAL: '0' }).journal, undefined)
  t.true(choices(['p'], { CI: 'true' }).yes)
})

test('output that is no terminal has no colours', (t) => {
  t.false(choices(['p']).colours)
})

test('the settings of ansible.cfg and the environment stand below the flags', (t) => {
  const env = {
    ANSIBLE_REMOTE_USER: 'deploy',
    ANSIBLE_BECOME: 'yes',
    ANSIBLE_BECOME_METHOD: 'su',
    ANSIBLE_TIMEOUT: '7',
    ANSIBLE_HOST_KEY_CHECKING: 'False',
    ANSIBLE_SSH_ARGS: '-o ControlMaster=auto -o ControlPersist=60s -o ProxyCommand="ssh -W %h:%p -q jump@gate"',
    ANSIBLE_VERBOSITY: '2',
    ANSIBLE_DIFF_ALWAYS: '1',
    ANSIBLE_RUN_TAGS: 'a,b',
    ANSIBLE_FORCE_HANDLERS: 'true',
  }
  const found = choices(['p', '-t', 'c', '-T', '3'], env)
  t.like(found, { verbosity: 2, diff: true, forceHandlers: true, selection: { tags: ['a', 'b', 'c'] } })
  t.like(found.connection, {
    user: 'deploy',
    become: true,
    becomeMethod: 'su',
    timeout: 3,
    hostKeyChecking: false,
    sshArguments: { proxyJump: 'jump@gate' },
  })
})

test('what only the programs of OpenSSH could do is refused by name', (t) => {
  for (const [argv, said] of [
    [['--scp-extra-args', '-l 100'], /--scp-extra-args has nothing to be about/],
    [['--sftp-extra-args', '-f'], /--sftp-extra-args has nothing to be about/],
    [['--ssh-common-args', '-o ProxyCommand=nc'], /-o ProxyCommand=nc is not understood/],
    [['--ssh-extra-args', '-R 80:x:80'], /-R is not understood/],
    [['-c', 'docker'], /--connection knows ssh, local/],
    [['--become-method', 'doas'], /--become-method knows sudo, su/],
    [['-k', '--conn-pass-file', 'f'], /not allowed with argument -k/],
  ] as const)
    t.throws(() => choices(['p', ...argv]), { instanceOf: RunnerError, code: 'options', message: said })
})

test('the arguments of ssh that concern a connection are taken from its words', (t) => {
  t.like(
    choices(['p', '--ssh-common-args', `-C -J a@one,two -i ~/k -o 'UserKnownHostsFile=/dev/null' -oStrictHostKeyChecking=no`]).connection,
    {
      sshArguments: {
        proxyJump: 'a@one,two',
        privateKeyFiles: ['~/k'],
        knownHostsFiles: ['/dev/null'],
        hostKeyChecking: 'no',
      },
    },
  )
})

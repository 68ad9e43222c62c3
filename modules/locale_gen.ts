import { type Change, defineModule, type Failure, fail, type Probe, resource, UnknownState, z } from '../runner/module/index.ts'

const schema = z.strictObject({
  name: z
    .preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      z.array(z.string().regex(/^[\w.@-]+$/, 'expected a locale such as de_DE.UTF-8')).min(1),
    )
    .describe('Locales as /usr/share/i18n/SUPPORTED calls them: `de_DE.UTF-8`.'),
  state: z.enum(['present', 'absent']).default('present'),
})

type Args = z.output<typeof schema>

interface State {
  /** As `locale -a` has them, in one spelling. */
  readonly made: readonly string[]
  /** Names that can be made, with their character sets. */
  readonly supported: Readonly<Record<string, string>>
}

export default defineModule<Args, State>({
  name: 'locale_gen',
  fqcn: ['community.general.locale_gen'],
  summary: 'Ensure that locales are made on the host, or are not.',
  description: 'Debian and its kin: the lines of /etc/locale.gen, and locale-gen. The host needs the package locales.',
  args: schema,
  returns: z.object({ name: z.array(z.string()), state: z.string() }),
  examples: [
    {
      name: 'A locale',
      yaml: 'locale_gen:\n  name: de_DE.UTF-8\n',
      lab: { first: 'changed', before: 'apt:\n  name: locales\n  update_cache: true\n' },
    },
    { name: 'Not any more', yaml: 'locale_gen:\n  name: de_DE.UTF-8\n  state: absent\n', lab: { first: 'changed' } },
  ],
  async check(host, task): Promise<State | Failure> {
    const state = await host.probe(LOCALES)
    const unknown = task.name.filter((name) => !(name in state.supported))
    if (Object.keys(state.supported).length === 0) {
      if (!host.predicted) return fail('there is no /usr/share/i18n/SUPPORTED on this host', { hint: 'install the package locales first' })
      const found = await host.package('locales')
      if (!found.installed) return fail('there is no /usr/share/i18n/SUPPORTED on this host', { hint: 'install the package locales first' })
      throw new UnknownState('locales can be made when the package locales is installed')
    }
    return unknown.length === 0 ? state : fail(`The following locales are not available on your system: ${unknown.join(', ')}`)
  },
  plan({ made, supported }, task): readonly Change[] {
    const wrong = task.name.filter((name) => made.includes(spelling(name)) !== (task.state === 'present'))
    if (wrong.length === 0) return []
    const lines = wrong.map((name) => `${name} ${supported[name] ?? ''}`)
    const after = task.state === 'present' ? [...made, ...wrong.map(spelling)] : made.filter((name) => !wrong.map(spelling).includes(name))
    return [
      {
        what: `${task.state === 'present' ? 'make' : 'remove'} ${wrong.length === 1 ? 'the locale' : 'the locales'} ${wrong.join(', ')}`,
        actions: [{ do: 'run', argv: ['sh', '-c', GENERATE, 'locale_gen', task.state, ...lines] }],
        effects: [resource('locales', '', { supported, made: after })],
      },
    ]
  },
  result: (_state, task) => ({ name: task.name, state: task.state }),
})

/** `de_DE.UTF-8` and `de_DE.utf8` are one. */
function spelling(name: string): string {
  const [, locale = '', charset = '', modifier = ''] = /^([^.@]*)(\.[^@]*)?(@.*)?$/.exec(name) ?? []
  return `${locale}${charset.toLowerCase().replaceAll('-', '')}${modifier}`
}

const LOCALES: Probe<State> = {
  kind: 'locales',
  key: '',
  script: `locale -a 2>/dev/null | sed 's/^/made /'; [ ! -r /usr/share/i18n/SUPPORTED ] || cat /usr/share/i18n/SUPPORTED`,
  parse({ text }) {
    const rows = text.split('\n').map((line) => line.split(' '))
    return {
      made: rows.flatMap(([word, name]) => (word === 'made' && name !== undefined ? [spelling(name)] : [])),
      supported: Object.fromEntries(
        rows.flatMap(([name = '', charset = '']) => (name === 'made' || charset === '' || name.startsWith('#') ? [] : [[name, charset]])),
      ),
    }
  },
}

/** Every line of /etc/locale.gen for a locale is set, or commented out; locale-gen then makes what is listed, and nothing else. */
const GENERATE = `state=$1; shift; f=/etc/locale.gen; touch "$f" || exit
for line; do
  name=$(printf '%s' "\${line%% *}" | sed 's/[].[*^$\\\\/]/\\\\&/g')
  if [ "$state" = absent ]; then sed -i "s/^[[:space:]]*\\($name[[:space:]]\\)/# \\1/" "$f"
  elif grep -q "^[#[:space:]]*$name[[:space:]]" "$f"; then sed -i "s/^[#[:space:]]*\\($name[[:space:]]\\)/\\1/" "$f"
  else printf '%s\\n' "$line" >>"$f"; fi || exit
done
locale-gen`

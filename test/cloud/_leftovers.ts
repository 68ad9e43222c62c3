interface Leftover {
  readonly line: RegExp
  readonly reason: string
}

/** What a teardown may leave, each with its reason; docs/openstack/operations.md says the same to users. */
const LEFTOVERS: readonly Leftover[] = [
  { line: /^\+ files: \/var\/backups\/stackrun/, reason: 'backups are there to stay' },
  { line: /^[+-] files: \/var\/log\/(apt\/|dpkg\.log|alternatives\.log)/, reason: 'the books of what was installed and removed' },
  {
    line: /^\+ files: \/var\/log\/(syslog|(auth|cron|haproxy|kern|mail|user)\.log)$/,
    reason: 'what rsyslog, which comes with Swift, wrote of the host meanwhile: logins among it',
  },
  { line: /^[+-] files: \/var\/(lib\/ucf|cache\/debconf|cache\/ldconfig)\//, reason: 'old copies and caches of tools of dpkg' },
  { line: /^[+-] etc: \/etc\/ld\.so\.cache /, reason: 'a cache of the linker, made anew whenever libraries come or go' },
  {
    line: /^[+-] etc: \/etc\/(passwd|group|shadow|gshadow|subuid|subgid)- /,
    reason: 'the last state but one, kept by the tools that change accounts',
  },
  { line: /^[+-] run: \/run\//, reason: 'gone at the next start' },
  { line: /^\+ modules: /, reason: 'loaded until the next start' },
]

/** The differences that no reason is given for. */
export function unexplained(differences: readonly string[]): readonly string[] {
  return differences.filter((line) => !LEFTOVERS.some((each) => each.line.test(line)))
}

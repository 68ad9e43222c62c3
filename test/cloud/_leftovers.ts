interface Leftover {
  readonly line: RegExp
  readonly reason: string
}

/** What a teardown may leave, each with its reason; docs/openstack/operations.md says the same to users. */
const LEFTOVERS: readonly Leftover[] = []

/** The differences that no reason is given for. */
export function unexplained(differences: readonly string[]): readonly string[] {
  return differences.filter((line) => !LEFTOVERS.some((each) => each.line.test(line)))
}

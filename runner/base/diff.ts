/** What a change would show with `--diff`: two texts under their names. Secrets are masked before they come here. */
export interface FileDiff {
  readonly beforeName: string
  readonly afterName: string
  readonly before: string
  readonly after: string
}

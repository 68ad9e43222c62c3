import { moduleDocs } from './docs.ts'
import { importModule, listModules } from './load.ts'

/** The pages of all modules of a folder by file name, and an index of them. */
export async function modulePages(folder: string): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>()
  const index: string[] = []
  for (const [name, file] of listModules(folder)) {
    const module = await importModule(file)
    pages.set(`${name}.md`, moduleDocs(module))
    index.push(`| [${name}](${name}.md) | ${module.summary.replaceAll('|', '\\|')} |`)
  }
  pages.set(
    'README.md',
    [
      '# Modules',
      '',
      'Made from the modules themselves by `npm run docs`.',
      '',
      '| module | what it does |',
      '|---|---|',
      ...index,
      '',
    ].join('\n'),
  )
  return pages
}

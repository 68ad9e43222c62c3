import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import test from 'ava'
import ts from 'typescript'

const root = join(import.meta.dirname, '..')

/** Imports go downward only; folders of one number do not know each other. */
const LAYERS: Readonly<Record<string, number>> = {
  base: 0,
  host: 1,
  template: 1,
  module: 2,
  load: 3,
  plan: 4,
  execute: 5,
  report: 5,
  cli: 6,
}

interface SourceText {
  /** From the root: `runner/base/error.ts`. */
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
  readonly words: readonly string[]
}

const sources = ['runner', 'modules', 'lab'].flatMap((folder) => files(join(root, folder))).map(read)

function files(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}

function read(file: string): SourceText {
  const text = readFileSync(file, 'utf8')
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  const imports: string[] = []
  const words: string[] = []
  const visit = (node: ts.Node): void => {
    const from = specifierOf(node)
    if (from !== undefined) imports.push(from.startsWith('.') ? relative(root, join(dirname(file), from)) : from)
    if (ts.isPropertyAccessExpression(node)) words.push(node.getText().replace(/\s+/g, ''))
    if (node.kind === ts.SyntaxKind.AnyKeyword) words.push('any')
    if (ts.isNonNullExpression(node)) words.push('non-null !')
    if (ts.isAsExpression(node) && node.type.getText() !== 'const' && node.type.getText() !== 'never') words.push('as')
    if (ts.isEnumDeclaration(node)) words.push('enum')
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return { path: relative(root, file), text, imports, words }
}

/** What an import, an export … from, an import() of a text or an import type names. */
function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return textOf(node.arguments[0])
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal)
  return undefined
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteral(node) ? node.text : undefined
}

function layerOf(path: string): string | undefined {
  return /^runner\/(\w+)\//.exec(path)?.[1]
}

function using(word: RegExp): readonly string[] {
  return sources.filter(({ words }) => words.some((each) => word.test(each))).map(({ path }) => path)
}

test('the tree is read: there are sources of every layer', (t) => {
  t.deepEqual(
    [...new Set(sources.map(({ path }) => layerOf(path)).filter((layer) => layer !== undefined))].sort(),
    Object.keys(LAYERS).sort(),
  )
})

test('imports go down the layers only', (t) => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter((target) => {
        const [from, to] = [layerOf(path), layerOf(target)]
        return from !== undefined && to !== undefined && from !== to && (LAYERS[to] ?? 9) >= (LAYERS[from] ?? 9)
      })
      .map((target) => `${path} -> ${target}`),
  )
  t.deepEqual(wrong, [])
})

test('the engine never reaches into modules or the lab, but through the registry and the command line', (t) => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter((target) => layerOf(path) !== undefined && layerOf(path) !== 'cli' && /^(modules|lab)\//.test(target))
      .map((target) => `${path} -> ${target}`),
  )
  t.deepEqual(wrong, [])
})

test("a module imports the contract and its neighbours' shared files, nothing else of the product", (t) => {
  const wrong = sources
    .filter(({ path }) => path.startsWith('modules/'))
    .flatMap(({ path, imports }) =>
      imports
        .filter((target) => target !== 'runner/module/index.ts' && !/^modules\/_[\w-]+\.ts$/.test(target) && !target.startsWith('node:'))
        .map((target) => `${path} -> ${target}`),
    )
  t.deepEqual(wrong, [])
})

test('the lab knows base and nothing above it', (t) => {
  const wrong = sources
    .filter(({ path }) => path.startsWith('lab/'))
    .flatMap(({ path, imports }) =>
      imports.filter((target) => target.startsWith('runner/') && layerOf(target) !== 'base').map((target) => `${path} -> ${target}`),
    )
  t.deepEqual(wrong, [])
})

test('a file whose name begins with _ is used by its own folder alone', (t) => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter((target) => basename(target).startsWith('_') && dirname(target) !== dirname(path))
      .map((target) => `${path} -> ${target}`),
  )
  t.deepEqual(wrong, [])
})

test('only the command line ends the process', (t) => {
  t.deepEqual(
    using(/^process\.(exit|abort|reallyExit)$/).filter((path) => layerOf(path) !== 'cli'),
    [],
  )
})

test('only the reports and the command line print', (t) => {
  t.deepEqual(
    using(/^(console\.|process\.(stdout|stderr)\b)/).filter((path) => layerOf(path) !== 'cli' && layerOf(path) !== 'report'),
    [],
  )
})

test('templates are rendered by the engine alone: nobody else loads nunjucks', (t) => {
  t.deepEqual(
    sources.filter(({ path, imports }) => imports.includes('nunjucks') && layerOf(path) !== 'template').map(({ path }) => path),
    [],
  )
})

test('types are never talked out of: no any, no assertion, no !', (t) => {
  t.deepEqual(using(/^(any|as|enum|non-null !)$/), [])
})

test('a file is one concept: 300 lines at most', (t) => {
  t.deepEqual(
    sources.filter(({ text }) => text.split('\n').length > 301).map(({ path, text }) => `${path}: ${String(text.split('\n').length)}`),
    [],
  )
})

test('a start loads no package before it knows the command', (t) => {
  const seen = new Set<string>()
  const packages: string[] = []
  const follow = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const target of staticImports(path)) {
      if (target.startsWith('runner/')) follow(target)
      else if (!target.startsWith('node:')) packages.push(`${path} -> ${target}`)
    }
  }
  for (const file of ['bin', 'start', 'main', 'version', 'overview']) follow(`runner/cli/${file}.ts`)
  t.deepEqual(packages, [])
  t.true(seen.size < 20, [...seen].join(' '))
})

/** Imports that are there when the file runs: not `import type`, not `import()`. */
function staticImports(path: string): readonly string[] {
  const tree = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.ES2022, true)
  return tree.statements.flatMap((statement) => {
    const isType = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : ts.isExportDeclaration(statement) && statement.isTypeOnly
    const from = isType ? undefined : specifierOf(statement)
    return from === undefined ? [] : [from.startsWith('.') ? relative(root, join(root, dirname(path), from)) : from]
  })
}

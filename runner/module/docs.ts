import { z } from 'zod'
import type { Example, Module } from './define.ts'

/** One argument of a module, as its schema tells it. */
export interface ArgumentDoc {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly default: string | undefined
  readonly choices: readonly string[]
  readonly aliases: readonly string[]
  readonly description: string
}

/** A module's page in Markdown, made from its contract alone. */
export function moduleDocs(module: Module): string {
  const parts = [`# ${module.name}`, module.summary]
  if (module.description !== undefined) parts.push(module.description.trim())
  parts.push('## Arguments', argumentsTable(argumentDocs(module)))
  if (module.freeForm !== undefined) parts.push(`Free-form text (\`${module.name}: TEXT\`) goes to \`${module.freeForm}\`.`)
  if (module.checkMode === 'none') parts.push('In check mode the outcome cannot be known: the task is reported as unknown.')
  if (module.returns !== undefined) parts.push('## Returned values', returnsTable(module.returns))
  if (module.fqcn !== undefined && module.fqcn.length > 0)
    parts.push(`Also found as ${module.fqcn.map((name) => `\`${name}\``).join(', ')}.`)
  if (module.examples.length > 0) parts.push('## Examples', `\`\`\`yaml\n${module.examples.map(exampleTask).join('\n\n')}\n\`\`\``)
  return `${parts.join('\n\n')}\n`
}

/** An example as the task that one would write in a playbook. */
function exampleTask({ name, yaml }: Example): string {
  const text = yaml.trim()
  if (text.startsWith('- ')) return text
  const task = /^name:/m.test(text) ? text : `name: ${/[:#'"{[]/.test(name) ? JSON.stringify(name) : name}\n${text}`
  return `- ${task.replaceAll('\n', '\n  ')}`
}

/** The arguments of a module, in the order of its schema. */
export function argumentDocs(module: Pick<Module, 'args' | 'aliases'>): readonly ArgumentDoc[] {
  const schema = jsonSchema(module.args)
  const aliases = Object.entries(module.aliases ?? {})
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeOf(property),
    required: schema.required?.includes(name) === true && property.default === undefined,
    default: property.default === undefined ? undefined : JSON.stringify(property.default),
    choices: choicesOf(property),
    aliases: aliases.filter(([, target]) => target === name).map(([alias]) => alias),
    description: property.description ?? '',
  }))
}

function argumentsTable(args: readonly ArgumentDoc[]): string {
  if (args.length === 0) return 'None.'
  const rows = args.map((arg) => {
    const names = [`\`${arg.name}\``, ...arg.aliases.map((alias) => `(\`${alias}\`)`)].join(' ')
    const fallback = arg.required ? 'required' : arg.default === undefined ? '' : `\`${arg.default}\``
    const choices = arg.choices.length === 0 ? '' : ` One of ${arg.choices.map((choice) => `\`${choice}\``).join(', ')}.`
    return `| ${[names, arg.type, fallback, `${arg.description}${choices}`.trim()].map(cell).join(' | ')} |`
  })
  return ['| argument | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

/** What a module gives back, in the order of its schema. */
export function returnDocs(returns: z.ZodType): readonly Pick<ArgumentDoc, 'name' | 'type' | 'description'>[] {
  return Object.entries(jsonSchema(returns).properties ?? {}).map(([name, property]) => ({
    name,
    type: typeOf(property),
    description: property.description ?? '',
  }))
}

function returnsTable(returns: z.ZodType): string {
  const rows = returnDocs(returns).map(({ name, type, description }) => `| ${[`\`${name}\``, type, description].map(cell).join(' | ')} |`)
  return rows.length === 0 ? 'None.' : ['| key | type | meaning |', '|---|---|---|', ...rows].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** The part of JSON Schema that the pages need. */
interface Schema {
  readonly type?: string | readonly string[] | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly default?: unknown
  readonly enum?: readonly unknown[] | undefined
  readonly const?: unknown
  readonly items?: Schema | undefined
  readonly anyOf?: readonly Schema[] | undefined
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly required?: readonly string[] | undefined
}

const schemaShape: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    items: schemaShape.optional().catch(undefined),
    anyOf: z.array(schemaShape).optional(),
    properties: z.record(z.string(), schemaShape).optional(),
    required: z.array(z.string()).optional(),
  }),
)

/** What a user may write (`input`): conversions come after it. zod leaves out the defaults of converted values there. */
function jsonSchema(schema: z.ZodType): Schema {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: made }) => {
      const { def } = zodSchema._zod
      if (def.type === 'default') Object.assign(made, { default: def.defaultValue })
    },
  })
  return schemaShape.parse(json)
}

function typeOf(schema: Schema): string {
  if (schema.title !== undefined) return schema.title
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].filter((type) => type !== 'any').join(' or ') || 'any'
  if (schema.enum !== undefined || schema.const !== undefined) return 'string'
  if (schema.type === 'array') return schema.items === undefined ? 'list' : `list of ${typeOf(schema.items)}`
  if (schema.type === 'object') return 'mapping'
  return typeof schema.type === 'string' ? schema.type : (schema.type?.join(' or ') ?? 'any')
}

function choicesOf(schema: Schema): readonly string[] {
  if (schema.enum !== undefined) return schema.enum.map(plainText)
  if (schema.const !== undefined) return [plainText(schema.const)]
  return schema.anyOf?.every((option) => option.enum !== undefined || option.const !== undefined) === true
    ? schema.anyOf.flatMap(choicesOf)
    : []
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

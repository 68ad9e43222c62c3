import { posix } from 'node:path'
import type { FactsText } from './_facts-text.ts'

/** What `facts.d` on the host says: JSON, or INI sections of texts. A file that is neither gives a text that says so. */
export function localFacts(text: FactsText): Record<string, unknown> {
  return Object.fromEntries(text.localFacts.map((fact) => [posix.basename(fact.path, '.fact'), localFact(fact)]))
}

function localFact(fact: { readonly path: string; readonly text: string; readonly rc: number }): unknown {
  if (fact.rc !== 0) return `Failure executing fact script (${fact.path}), rc: ${String(fact.rc)}`
  try {
    return JSON.parse(fact.text)
  } catch {
    return parseIni(fact.text) ?? `error loading facts as JSON or ini - please check content: ${fact.path}`
  }
}

function parseIni(text: string): Record<string, Record<string, string>> | undefined {
  const sections: Record<string, Record<string, string>> = {}
  let current: Record<string, string> | undefined
  for (const line of text.split('\n')) {
    if (/^\s*([#;].*)?$/.test(line)) continue
    const section = /^\[([^\]]+)\]\s*$/.exec(line)?.[1]
    const option = /^([^=:\s][^=:]*?)\s*[=:]\s*(.*)$/.exec(line)
    if (section !== undefined) {
      current = sections[section] ?? {}
      sections[section] = current
    } else if (option !== null && current !== undefined) {
      current[(option[1] ?? '').toLowerCase()] = (option[2] ?? '').trim()
    } else {
      return undefined
    }
  }
  return Object.keys(sections).length === 0 ? undefined : sections
}

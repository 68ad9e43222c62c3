import { execFileSync } from 'node:child_process'
import test from 'ava'
import { printfFormat, quote } from '../../runner/base/quote.ts'

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

for (const shell of ['dash', 'bash']) {
  test(`printfFormat gives every byte back through ${shell}`, (t) => {
    const script = `printf ${printfFormat(ALL_BYTES)}`
    t.deepEqual(execFileSync(shell, ['-c', script]), ALL_BYTES)
  })

  test(`quote makes one word of any text in ${shell}`, (t) => {
    for (const text of ['', 'a b', "it's", '$HOME `id` "x" \\', 'line\nbreak', '-n', '~', '*', 'ünï']) {
      t.is(execFileSync(shell, ['-c', `printf %s ${quote(text)}`]).toString(), text)
    }
  })
}

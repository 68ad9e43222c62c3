import test from 'ava'
import { didYouMean } from '../../runner/base/did-you-mean.ts'

const NAMES = ['copy', 'file', 'ip', 'template', 'ansible_hostname']

test('the nearest name is meant: letters missing, doubled, swapped, wrong, or in the other case', (t) => {
  for (const word of ['cpy', 'coppy', 'ocpy', 'cody', 'Copy']) t.is(didYouMean(word, NAMES), "did you mean 'copy'?", word)
  t.is(didYouMean('ansible_host_nam', NAMES), "did you mean 'ansible_hostname'?")
})

test('a word that is near to nothing gets no hint, be it ever so short', (t) => {
  for (const word of ['', 'x', 'yy', 'service', 'copy']) t.is(didYouMean(word, NAMES), undefined, word)
})

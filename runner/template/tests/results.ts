import { Unknown } from '../../base/value.ts'
import { fail } from '../runtime/errors.ts'
import { own, type Val, type ValRecord } from '../runtime/types.ts'
import { asRecord, isFloat, numeric, truthy } from '../runtime/values.ts'
import { aliases, type TestTable } from './define.ts'

function result(value: Val, name: string): ValRecord {
  return asRecord(value) ?? fail(`The '${name}' test expects a dictionary`, "test the variable that 'register' set")
}

function flag(value: Val, key: string, name: string): boolean {
  const found = own(result(value, name), key)
  return found !== undefined && !(found instanceof Unknown) && truthy(found)
}

function changed(value: Val): boolean {
  const record = result(value, 'changed')
  const own_ = own(record, 'changed')
  if (own_ !== undefined) return truthy(own_)
  const results = own(record, 'results')
  return Array.isArray(results) && results.some((item: Val) => asRecord(item) !== undefined && flag(item, 'changed', 'changed'))
}

/** `finished` and `started` are 0/1 or booleans; a result without them was not asynchronous. */
function progress(value: Val, key: string): boolean {
  const found = own(result(value, key), key)
  if (found === undefined) return true
  return typeof found === 'boolean' ? found : !isFloat(found) && numeric(found) !== 0
}

/** As `timeout` leaves it: how long there was. */
function isTimedOut(value: Val): boolean {
  const found = own(result(value, 'timedout'), 'timedout')
  const period = found === undefined ? undefined : asRecord(found)
  return period !== undefined && truthy(own(period, 'period') ?? false)
}

/** Tests of a registered result. */
export const RESULTS: TestTable = [
  ...aliases(['failed', 'failure'], [], (value) => flag(value, 'failed', 'failed')),
  ...aliases(['succeeded', 'success', 'successful'], [], (value) => !flag(value, 'failed', 'succeeded')),
  ...aliases(['changed', 'change'], [], changed),
  ...aliases(['skipped', 'skip'], [], (value) => flag(value, 'skipped', 'skipped')),
  ...aliases(['unreachable'], [], (value) => flag(value, 'unreachable', 'unreachable')),
  ...aliases(['reachable'], [], (value) => !flag(value, 'unreachable', 'reachable')),
  ...aliases(['started'], [], (value) => progress(value, 'started')),
  ...aliases(['finished'], [], (value) => progress(value, 'finished')),
  ...aliases(['timedout'], [], (value) => isTimedOut(value)),
]

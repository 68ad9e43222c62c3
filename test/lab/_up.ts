// Brings hosts up in a process of its own, for the test that kills it half way: argv is the folder and the hosts as JSON.
import { z } from 'zod'
import { openLab } from '../../lab/lab.ts'
import { bringUp } from '../../lab/up.ts'

const [folder = '', json = ''] = process.argv.slice(2)
const hosts = z.array(z.object({ name: z.string(), address: z.string() })).parse(JSON.parse(json))
await bringUp(openLab(hosts, { folder, signal: AbortSignal.timeout(60_000), say: (text) => process.stdout.write(`${text}\n`) }), hosts)

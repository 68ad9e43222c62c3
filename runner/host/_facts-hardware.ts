import { devices, mounts } from './_facts-storage.ts'
import type { FactsText } from './_facts-text.ts'

type Facts = Record<string, unknown>

/** Memory, processors, mounts, block devices and what the firmware says of the machine. */
export function hardwareFacts(text: FactsText): Facts {
  return {
    ...memoryFacts(text),
    ...processorFacts(text),
    ...firmwareFacts(text),
    mounts: mounts(text),
    devices: devices(text),
    uptime_seconds: uptime(text),
  }
}

function uptime(text: FactsText): number {
  return Math.floor(Number((text.line('/proc/uptime') ?? '0').split(' ')[0]))
}

function memoryFacts(text: FactsText): Facts {
  const rows = (text.file('/proc/meminfo') ?? '').split('\n').map((line) => /^(\w+):\s+(\d+)/.exec(line))
  const kib = new Map(rows.filter((row) => row !== null).map((row) => [row[1] ?? '', Number(row[2])]))
  const mib = (name: string): number => Math.floor((kib.get(name) ?? 0) / 1024)
  const [total, free] = [mib('MemTotal'), mib('MemFree')]
  const [swapTotal, swapFree] = [mib('SwapTotal'), mib('SwapFree')]
  const idle = free + mib('Buffers') + mib('Cached')
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: swapTotal,
    swapfree_mb: swapFree,
    memory_mb: {
      real: { total, free, used: total - free },
      nocache: { free: idle, used: total - idle },
      swap: { total: swapTotal, free: swapFree, used: swapTotal - swapFree, cached: mib('SwapCached') },
    },
  }
}

function processorFacts(text: FactsText): Facts {
  const blocks = (text.file('/proc/cpuinfo') ?? '')
    .split(/\n\s*\n/)
    .map(cpuBlock)
    .filter((block) => block.has('processor'))
  const sockets = new Set(blocks.map((block) => block.get('physical id') ?? block.get('processor')))
  const count = Math.max(1, sockets.size)
  const vcpus = Math.max(1, blocks.length)
  const cores = Number(blocks[0]?.get('cpu cores') ?? (blocks[0]?.has('physical id') === true ? vcpus / count : 1))
  const threads = Math.max(1, Math.round(Number(blocks[0]?.get('siblings') ?? cores) / cores))
  return {
    processor: blocks.flatMap((block) =>
      ['processor', 'vendor_id', 'model name'].map((key) => block.get(key)).filter((value) => value !== undefined),
    ),
    processor_count: count,
    processor_cores: cores,
    processor_threads_per_core: threads,
    processor_vcpus: vcpus,
    processor_nproc: allowedCpus(text) ?? vcpus,
  }
}

function cpuBlock(block: string): ReadonlyMap<string, string> {
  const rows = block.split('\n').map((line) => /^([^:]+?)\s*:\s*(.*)$/.exec(line))
  return new Map(rows.filter((row) => row !== null).map((row) => [row[1] ?? '', row[2] ?? '']))
}

/** Of `0-3,8` five processors may be used. */
function allowedCpus(text: FactsText): number | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(text.file('/proc/self/status') ?? '')?.[1]
  return list?.split(',').reduce((sum, range) => {
    const [from, to] = range.split('-').map(Number)
    return sum + (to ?? from ?? 0) - (from ?? 0) + 1
  }, 0)
}

const FIRMWARE: Readonly<Record<string, string>> = {
  bios_date: 'bios_date',
  bios_vendor: 'bios_vendor',
  bios_version: 'bios_version',
  board_asset_tag: 'board_asset_tag',
  board_name: 'board_name',
  board_serial: 'board_serial',
  board_vendor: 'board_vendor',
  board_version: 'board_version',
  chassis_asset_tag: 'chassis_asset_tag',
  chassis_serial: 'chassis_serial',
  chassis_vendor: 'chassis_vendor',
  chassis_version: 'chassis_version',
  product_name: 'product_name',
  product_serial: 'product_serial',
  product_uuid: 'product_uuid',
  product_version: 'product_version',
  system_vendor: 'sys_vendor',
}

function firmwareFacts(text: FactsText): Facts {
  const said = (file: string): string => {
    const line = text.line(`/sys/class/dmi/id/${file}`)
    return line === undefined || line === '' ? 'NA' : line
  }
  return {
    ...Object.fromEntries(Object.entries(FIRMWARE).map(([fact, file]) => [fact, said(file)])),
    form_factor: FORMS[Number(said('chassis_type'))] ?? 'NA',
  }
}

const FORMS = [
  'NA',
  'Other',
  'Unknown',
  'Desktop',
  'Low Profile Desktop',
  'Pizza Box',
  'Mini Tower',
  'Tower',
  'Portable',
  'Laptop',
  'Notebook',
] as const

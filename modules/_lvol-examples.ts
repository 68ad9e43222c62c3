import type { Example } from '../runner/module/index.ts'

const GROUP = [
  '- losetup:\n    file: /var/tmp/data.img\n    size: 512M\n  register: disk\n',
  '- lvg:\n    vg: data\n    pvs: "{{ disk.device }}"\n',
].join('')

const lab = { first: 'changed', kernel: 'device-mapper' } as const

/** What is done to volumes of one group, in this order. */
export const lvolExamples: readonly Example[] = [
  { name: 'A volume', yaml: 'lvol:\n  vg: data\n  lv: srv\n  size: 64m\n', lab: { ...lab, before: GROUP } },
  {
    name: 'A larger one, with the file system that is on it',
    yaml: 'lvol:\n  vg: data\n  lv: srv\n  size: 128m\n  resizefs: true\n',
    // In check mode there is none.
    lab: { ...lab, before: 'shell: "[ ! -b /dev/data/srv ] || blkid /dev/data/srv || mkfs.ext4 -q /dev/data/srv"\n' },
  },
  { name: 'So much more, each time', yaml: 'lvol:\n  vg: data\n  lv: srv\n  size: +16m\n', lab: { ...lab, second: 'changed' } },
  { name: 'A snapshot of it', yaml: 'lvol:\n  vg: data\n  lv: srv\n  snapshot: srv-before\n  size: 32m\n', lab },
  { name: 'Its snapshot gone', yaml: 'lvol:\n  vg: data\n  lv: srv\n  snapshot: srv-before\n  state: absent\n  force: true\n', lab },
  {
    name: 'A smaller one',
    yaml: 'lvol:\n  vg: data\n  lv: srv\n  size: 96m\n  resizefs: true\n  force: true\n',
    lab,
  },
  { name: 'A pool of thin volumes', yaml: 'lvol:\n  vg: data\n  thinpool: pool\n  size: 64m\n', lab },
  { name: 'A thin volume, larger than its pool', yaml: 'lvol:\n  vg: data\n  lv: images\n  thinpool: pool\n  size: 1g\n', lab },
  { name: 'A snapshot in the pool', yaml: 'lvol:\n  vg: data\n  lv: images\n  snapshot: images-before\n', lab },
  { name: 'All that is free', yaml: 'lvol:\n  vg: data\n  lv: backup\n  size: 100%FREE\n', lab },
  { name: 'Not in use', yaml: 'lvol:\n  vg: data\n  lv: backup\n  active: false\n', lab },
  { name: 'Gone', yaml: 'lvol:\n  vg: data\n  lv: backup\n  state: absent\n  force: true\n', lab },
]

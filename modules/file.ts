import { defineModule, z } from '../runner/module/index.ts'
import { attributeResult, attributesAfter, isStat } from './_attributes.ts'
import { type FileArgs, fileSchema } from './_file-args.ts'
import { pathChanges } from './_file-plan.ts'
import { kindOf, type PathView, readPath } from './_file-state.ts'

export default defineModule<FileArgs, PathView>({
  name: 'file',
  summary: 'Ensure that a path is a file, a directory, a link or nothing, with its owner and mode.',
  args: fileSchema,
  aliases: { dest: 'path', name: 'path' },
  returns: z.object({
    path: z.string().optional(),
    dest: z.string().optional(),
    src: z.string().optional(),
    state: z.string(),
    mode: z.string().optional(),
    owner: z.string().optional(),
    group: z.string().optional(),
  }),
  examples: [
    {
      name: 'A directory',
      yaml: 'file:\n  path: /srv/data/in\n  state: directory\n  owner: root\n  group: root\n  mode: "0750"\n',
      lab: { first: 'changed' },
    },
    { name: 'A link', yaml: 'file:\n  path: /srv/release\n  src: /usr\n  state: link\n', lab: { first: 'changed' } },
    { name: 'Nothing', yaml: 'file:\n  path: /var/tmp/old\n  state: absent\n', lab: { first: 'ok' } },
    {
      name: 'An empty file',
      yaml: 'file:\n  path: /var/tmp/marker\n  state: touch\n  modification_time: preserve\n  access_time: preserve\n',
      lab: { first: 'changed' },
    },
  ],
  check: (host, task) => readPath(host, task),
  plan: (view, task) => pathChanges(view, task),
  result(view, task) {
    const { state, path, source, real, owners } = view
    if (state === 'absent') return { path, state: 'absent' }
    const isLink = state === 'link' || state === 'hard'
    const kind = state === 'directory' ? 'directory' : 'file'
    const attributes = isStat(real.file) || !isLink ? attributeResult(attributesAfter(real.file, task, owners, kind)) : {}
    const place = isLink ? { dest: path, src: source?.text ?? '' } : state === 'touch' ? { dest: path } : { path }
    return {
      ...place,
      state: state === 'touch' ? 'file' : isLink ? state : isStat(view.file) ? kindOf(view.file) : kind,
      ...attributes,
      ...(isStat(real.file) ? { size: real.file.size } : {}),
    }
  },
})

import { Secret } from '../runner/module/index.ts'
import type { WantedAttributes } from './_attributes.ts'
import { revealed, toByteText } from './_bytes.ts'
import { editIni, type IniResult, type IniStyle } from './_ini.ts'

type Text = string | Secret

/** The arguments of ini_file. */
export interface IniFileArgs extends WantedAttributes {
  readonly path: string
  readonly section?: string | undefined
  readonly option?: string | undefined
  readonly value?: Text | undefined
  readonly values?: readonly Text[] | undefined
  readonly settings?: Readonly<Record<string, Readonly<Record<string, Text | null | readonly Text[]>>>> | undefined
  readonly state: 'present' | 'absent'
  readonly exclusive: boolean
  readonly no_extra_spaces: boolean
  readonly ignore_spaces: boolean
  readonly allow_no_value: boolean
  readonly modify_inactive_option: boolean
  readonly section_has_values?:
    | readonly { readonly option: string; readonly value?: string | undefined; readonly values?: readonly string[] | undefined }[]
    | undefined
  readonly create: boolean
  readonly follow: boolean
  readonly backup: boolean
}

/** One option of one section, as a task asks for it. */
export interface OptionEdit {
  readonly section: string | undefined
  readonly option: string | undefined
  readonly values: readonly Text[]
  readonly state: 'present' | 'absent'
}

/** What a task sets, one option after the other. */
export function iniEdits(task: IniFileArgs): readonly OptionEdit[] {
  const { settings, state } = task
  if (settings === undefined) {
    const values = task.value === undefined ? (task.values ?? []) : [task.value]
    return [{ section: task.section === '' ? undefined : task.section, option: task.option, values, state }]
  }
  return Object.entries(settings).flatMap(([section, options]) =>
    Object.entries(options).map(([option, value]) => ({
      section: section === '' ? undefined : section,
      option,
      values: value === null ? [] : isTexts(value) ? value : [value],
      state: value === null && !task.allow_no_value ? ('absent' as const) : state,
    })),
  )
}

/** The text (of bytes) as the task wants it, and the last thing that was said of it. */
export function editAll(text: string, task: IniFileArgs): IniResult {
  return iniEdits(task).reduce<IniResult>(
    (done, edit) => {
      const next = editIni(done.text, byteEdit(edit), styleOf(task, edit.state))
      return { text: next.text, message: next.message === 'OK' ? done.message : next.message }
    },
    { text, message: 'OK' },
  )
}

/** The text with the values of secret options blotted out, for a diff. */
export function maskEdits(text: string, edits: readonly OptionEdit[]): string {
  const names = new Set(
    edits.filter((edit) => edit.values.some((value) => value instanceof Secret)).map((edit) => toByteText(edit.option ?? '')),
  )
  if (names.size === 0) return text
  return text
    .split('\n')
    .map((line) => {
      const parts = /^([ \t]*[#;]?[ \t]*([^=]*?)[ \t]*=[ \t]*)/.exec(line)
      return parts !== null && names.has(parts[2] ?? '') ? `${parts[1] ?? ''}***` : line
    })
    .join('\n')
}

function byteEdit(edit: OptionEdit) {
  const bytes = (text: string | undefined): string | undefined => (text === undefined ? undefined : toByteText(text))
  return { section: bytes(edit.section), option: bytes(edit.option), values: edit.values.map((value) => toByteText(revealed(value))) }
}

function styleOf(task: IniFileArgs, state: 'present' | 'absent'): IniStyle {
  return {
    state,
    exclusive: task.exclusive,
    noExtraSpaces: task.no_extra_spaces,
    ignoreSpaces: task.ignore_spaces,
    allowNoValue: task.allow_no_value,
    modifyInactive: task.modify_inactive_option,
    sectionHas: (task.section_has_values ?? []).map(({ option, value, values }) => ({
      option: toByteText(option),
      values: (value === undefined ? (values ?? []) : [value]).map(toByteText),
    })),
  }
}

function isTexts(value: Text | readonly Text[]): value is readonly Text[] {
  return Array.isArray(value)
}

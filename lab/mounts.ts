import { readFile } from 'node:fs/promises'

/** The mount points in or below a folder, innermost first. */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  return mountPoints(await readFile('/proc/self/mountinfo', 'utf8'))
    .filter((path) => `${path}/`.startsWith(`${folder}/`))
    .reverse()
}

/** The mount points of a mountinfo text in the order of mounting; the kernel writes blanks and backslashes in octal. */
export function mountPoints(mountinfo: string): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const path = line.split(' ')[4]
    return path === undefined ? [] : [path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))]
  })
}

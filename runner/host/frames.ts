import { type FrameMark, FrameReader, frameMark } from './_framing.ts'

/** What comes out of several scripts that travel in one request, told apart again. */
export interface FrameListener {
  begin?(id: number, stream: 'stdout' | 'stderr'): void
  data(id: number, stream: 'stdout' | 'stderr', chunk: Buffer): void
  /** Both streams of a script have ended. */
  end(id: number, rc: number): void
}

/** Puts several scripts into one request, with marks around the output of each, and takes the answer's streams apart. */
export class Frames {
  readonly #mark: FrameMark = frameMark()

  /** The line that must come before the first frame. */
  get opening(): string {
    return `sr_m='${this.#mark.bytes.toString('latin1')}'`
  }

  /** A script with its marks; its exit code is the whole's. It runs in the standing shell itself. */
  wrap(id: number, script: string): string {
    return `sr_b ${String(id)}; { ${script}\n}; sr_e ${String(id)}`
  }

  /** A reader for the two streams of the answer. */
  read(listener: FrameListener): (stream: 'stdout' | 'stderr', chunk: Buffer) => void {
    const codes = new Map<number, number>()
    const ended = (id: number, rc: number): void => {
      const other = codes.get(id)
      if (other === undefined) codes.set(id, rc)
      else listener.end(id, other + rc)
    }
    const readers = { stdout: this.#reader('stdout', listener, ended), stderr: this.#reader('stderr', listener, ended) }
    return (stream, chunk) => {
      readers[stream].push(chunk)
    }
  }

  #reader(stream: 'stdout' | 'stderr', listener: FrameListener, ended: (id: number, rc: number) => void): FrameReader {
    let current = -1
    return new FrameReader(this.#mark, {
      begin: (id) => {
        current = id
        listener.begin?.(id, stream)
      },
      data: (chunk) => {
        listener.data(current, stream, chunk)
      },
      end: ended,
      stray: ignore,
    })
  }
}

function ignore(): void {
  // what stands between two frames comes from earlier commands' leftovers
}

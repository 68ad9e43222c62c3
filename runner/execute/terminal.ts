import pLimit from 'p-limit'
import type { Emit } from '../base/event.ts'

/** A person at a terminal. */
export interface Terminal {
  /** One line; undefined where the input has ended or `signal` was aborted. */
  ask(question: string, echo: 'shown' | 'hidden', signal: AbortSignal): Promise<string | undefined>
  say(text: string): void
}

/** Talks with the person for one task at a time, while reports keep their status line out of the way. */
export class Conversation {
  readonly #terminal: Terminal
  readonly #emit: Emit
  readonly #turns = pLimit(1)

  constructor(terminal: Terminal, emit: Emit) {
    this.#terminal = terminal
    this.#emit = emit
  }

  hold<T>(talk: (terminal: Terminal) => Promise<T>): Promise<T> {
    return this.#turns(async () => {
      this.#emit({ type: 'prompt', at: Date.now(), state: 'asking' })
      try {
        return await talk(this.#terminal)
      } finally {
        this.#emit({ type: 'prompt', at: Date.now(), state: 'answered' })
      }
    })
  }
}

import { randomBytes } from 'node:crypto'
import { RunnerError } from '../base/error.ts'
import { quoteArgv } from '../base/quote.ts'
import { STANDING } from './_leftovers.ts'
import type { ShellChannel } from './_shell.ts'
import type { Become } from './session.ts'

/** The command line that starts a standing shell as another user, and the two texts it prints on the way. */
export interface BecomeCommand {
  readonly command: string
  /** On stdout, by the shell that now runs as the user. */
  readonly ready: string
  /** On stderr, when the password is asked for. */
  readonly prompt: RegExp
}

export function becomeCommand(become: Become, shell: readonly string[]): BecomeCommand {
  const nonce = randomBytes(8).toString('hex')
  const ready = `stackrun-ready-${nonce}`
  const inner = `printf ${ready}; exec ${quoteArgv([...shell, ...STANDING])}`
  switch (become.method) {
    case 'sudo': {
      const prompt = `stackrun-password-${nonce}:`
      const ask = become.password === undefined ? ['-n'] : ['-S', '-p', prompt]
      const argv = [become.exe ?? 'sudo', ...(become.flags ?? ['-H']), ...ask, '-u', become.user, '--', ...shell, '-c', inner]
      return { command: `exec ${quoteArgv(argv)}`, ready, prompt: new RegExp(prompt) }
    }
    case 'su': {
      const argv = [become.exe ?? 'su', ...(become.flags ?? []), '-s', '/bin/sh', '-c', inner, become.user]
      return { command: `exec ${quoteArgv(argv)}`, ready, prompt: /[:\uFF1A]\s*$/ }
    }
  }
}

export interface BecomeAsk {
  readonly become: Become
  /** Whose password is asked for, and where: `deploy on web1`. */
  readonly whose: string
  /** Milliseconds that the method may stay silent. */
  readonly timeout: number
}

/** Waits until the shell of the other user runs; answers the password prompt, once, when it is seen. */
export function passBecome(channel: ShellChannel, command: BecomeCommand, ask: BecomeAsk): Promise<void> {
  return new Promise((resolve, reject) => {
    let out = ''
    let err = ''
    let answered = false
    const settle = (error: RunnerError | undefined): void => {
      clearTimeout(timer)
      channel.stdout.off('data', onOut)
      channel.stderr.off('data', onErr)
      if (error === undefined) resolve()
      else reject(error)
    }
    const refuse = (error: RunnerError): void => {
      settle(error)
      channel.destroy()
    }
    const onOut = (chunk: Buffer): void => {
      out += chunk.toString('latin1')
      if (out.includes(command.ready)) settle(undefined)
    }
    const onErr = (chunk: Buffer): void => {
      err += chunk.toString('utf8')
      if (!command.prompt.test(err)) return
      if (answered || ask.become.password === undefined) {
        refuse(answered ? incorrect(ask) : missing(ask, err))
        return
      }
      answered = true
      err = ''
      channel.stdin.write(`${ask.become.password.reveal()}\n`)
    }
    const timer = setTimeout(() => {
      refuse(silent(ask, err))
    }, ask.timeout)
    channel.stdout.on('data', onOut)
    channel.stderr.on('data', onErr)
    channel.stdin.on('error', noop)
    void channel.ended.then(({ reason }) => {
      settle(refusal(ask, answered, err.trim() === '' ? reason : err))
    })
  })
}

function noop(): void {
  // a program that ended is told by `ended`
}

function refusal(ask: BecomeAsk, answered: boolean, said: string): RunnerError {
  if (/password is required|terminal is required|no tty present/.test(said)) return missing(ask, said)
  if (answered && /incorrect|try again|authentication failure|incorrect password/i.test(said)) return incorrect(ask)
  const text = said.trim().replaceAll('\n', '; ')
  return new RunnerError('become', `${ask.become.method} to ${ask.become.user} was refused for ${ask.whose}: ${text}`)
}

function incorrect(ask: BecomeAsk): RunnerError {
  return new RunnerError('become', `Incorrect ${ask.become.method} password for ${ask.whose}`)
}

function missing(ask: BecomeAsk, said: string): RunnerError {
  return new RunnerError('become', `Missing ${ask.become.method} password for ${ask.whose}`, {
    hint: 'set ansible_become_password or give --ask-become-pass',
    cause: said.trim(),
  })
}

function silent(ask: BecomeAsk, said: string): RunnerError {
  const text = said.trim()
  return new RunnerError(
    'become',
    `${ask.become.method} to ${ask.become.user} did not answer for ${ask.whose}${text === '' ? '' : `: ${text}`}`,
    {
      hint: `waited ${String(ask.timeout / 1000)} s for it to start a shell or to ask for the password`,
    },
  )
}

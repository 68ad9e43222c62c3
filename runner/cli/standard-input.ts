import type { Io } from './io.ts'

/** All of standard input, as bytes. */
export async function standardInput({ stdin }: Io): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

// Lets node run the TypeScript sources as they are: ts-node with SWC, no type check (npm run types does that).
import { register } from 'node:module'

register('ts-node/esm', import.meta.url)

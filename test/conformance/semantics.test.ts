import { testArea } from './_area.ts'

testArea('semantics')

import { testArea } from './_area.ts'

testArea('inventory-plugins')

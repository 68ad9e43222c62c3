import test from 'ava'
import { FILES, PACKAGES } from '../../lab/recipe.ts'
import { imageName, readRecipe } from '../vm/_machine/recipe.ts'

test('a machine has what the lab gives its hosts, a kernel, and what the roles install on a volume host', async (t) => {
  const { packages } = await readRecipe()
  for (const name of [...PACKAGES, 'linux-image-cloud-amd64', 'cinder-volume', 'tgt', 'lvm2', 'open-iscsi', 'thin-provisioning-tools'])
    t.true(packages.includes(name), name)
  t.deepEqual(
    packages.filter((name) => !/^[a-z0-9][a-z0-9.+-]+$/.test(name)),
    [],
  )
})

test('its image is named after all of that', async (t) => {
  const recipe = await readRecipe()
  t.is(imageName(recipe), imageName(await readRecipe()))
  t.not(imageName(recipe), imageName({ ...recipe, packages: [...recipe.packages, 'hello'] }))
  t.is(recipe.files['etc/apt/apt.conf.d/00lab'], FILES['etc/apt/apt.conf.d/00lab'])
})

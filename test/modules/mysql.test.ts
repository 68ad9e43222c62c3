import test from 'ava'
import { mysqlRun, sqlName, sqlString } from '../../modules/_mysql.ts'
import { differenceOf, type Grants, grantSql, parseGrants, parseWanted } from '../../modules/_mysql-grants.ts'
import { nativeHash } from '../../modules/_mysql-user.ts'
import { Secret } from '../../runner/base/value.ts'
import { Failure } from '../../runner/module/index.ts'

test('texts and names cannot leave their quotes', (t) => {
  t.is(sqlString(`a'b\\c\n`), `'a\\'b\\\\c\\n'`)
  t.is(sqlName('a`; DROP'), '`a``; DROP`')
  t.throws(() => sqlName(''))
})

test('a password is hashed as the server does it', (t) => {
  t.is(nativeHash('secret'), '*14E65567ABDB5135D0CFD9A70B3032C179A49EE7')
})

test('neither password nor SQL is on the command line', (t) => {
  const login = {
    login_user: 'root',
    login_password: new Secret('top secret'),
    login_host: 'localhost',
    login_port: 3306,
    connect_timeout: 30,
  }
  const action = mysqlRun(login, 'CREATE USER x IDENTIFIED BY "hidden"', 'x')
  t.false(action.argv.join(' ').includes('secret'))
  t.false(action.argv.join(' ').includes('hidden'))
  t.true(action.stdin instanceof Secret && action.stdin.reveal().includes('top secret'))
})

const wanted = (priv: string): Grants => {
  const grants = parseWanted(priv)
  if (grants instanceof Failure) throw new Error(grants.message)
  return grants
}

test('what the server shows and what a task asks for are the same privileges', (t) => {
  const now = parseGrants([
    "GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*X'",
    'GRANT SELECT (`b`, `a`), INSERT ON `kk`.`t` TO `u`@`%`',
    'GRANT ALL PRIVILEGES ON `k\\_k`.* TO `u`@`%` WITH GRANT OPTION',
  ])
  const difference = differenceOf(now, wanted('kk.t:INSERT,select(a,b)/k\\_k.*:ALL,GRANT'), 'exactly')
  t.deepEqual([difference.grant.size, difference.revoke.size], [0, 0])
})

test('privileges that are not wanted are revoked, those that are missing granted', (t) => {
  const now = parseGrants(['GRANT ALL PRIVILEGES ON `a`.* TO `u`@`%`', 'GRANT SELECT ON `b`.* TO `u`@`%`'])
  t.is(
    grantSql(differenceOf(now, wanted('a.*:SELECT/c.*:ALL'), 'exactly'), 'u'),
    [
      'REVOKE ALL PRIVILEGES ON `a`.* FROM u;',
      'REVOKE SELECT ON `b`.* FROM u;',
      'GRANT SELECT ON `a`.* TO u;',
      'GRANT ALL PRIVILEGES ON `c`.* TO u;',
    ].join('\n'),
  )
})

test('subtracting takes away only what is named', (t) => {
  const now = parseGrants(['GRANT SELECT, INSERT ON `a`.* TO `u`@`%`'])
  t.is(grantSql(differenceOf(now, wanted('a.*:INSERT,DELETE'), 'subtract'), 'u'), 'REVOKE INSERT ON `a`.* FROM u;')
})

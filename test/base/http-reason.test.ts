import test from 'ava'
import { httpReason } from '../../runner/base/http-reason.ts'

const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  Keystone: [
    '{"error":{"code":401,"message":"The request requires authentication.","title":"Unauthorized"}}',
    'The request requires authentication.',
  ],
  Nova: ['{"itemNotFound":{"code":404,"message":"Flavor x could not be found."}}', 'Flavor x could not be found.'],
  Neutron: [
    '{"NeutronError":{"type":"NetworkNotFound","message":"Network x could not be found.","detail":""}}',
    'Network x could not be found.',
  ],
  'a bare Neutron error': ['{"NeutronError":"Bad request"}', 'Bad request'],
  Placement: ['{"errors":[{"status":404,"title":"Not Found","detail":"No resource provider"}]}', 'No resource provider'],
  'a page inside JSON': [
    '{"message":"The server could not comply.<br /><br />\\nBad \\n","code":"400 Bad Request","title":"Bad Request"}',
    'The server could not comply. Bad',
  ],
  'a page of Glance': [
    '<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  No image found with ID x<br /><br />\n\n </body>\n</html>',
    '404 Not Found: No image found with ID x',
  ],
  'a page of Swift': [
    '<html><h1>Not Found</h1><p>The resource could not be found.</p></html>',
    'Not Found: The resource could not be found.',
  ],
  'plain text': ['no such\n  thing\n', 'no such thing'],
  'data that is no error': ['{"project":{"id":"a b"}}', '{"project":{"id":"a b"}}'],
  nothing: ['', ''],
}

for (const [server, [body, reason]] of Object.entries(REFUSALS)) {
  test(`the reason is found in what ${server} says`, (t) => {
    t.is(httpReason(body), reason)
  })
}

test('a long reason is cut', (t) => {
  t.is(httpReason('x'.repeat(1000)).length, 401)
})
